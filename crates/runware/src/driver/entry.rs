//! One open task, as the driver sees it.

use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Delays, Kind, Plan, Tick};
use runware_types::{Prepared, TaskDetails, TaskUuid};

use super::collected::Collected;
use super::kept::{Clearance, Kept};
use super::ledger::{GRACE, Ledger, Publication, Tell};
use super::request::Request;
use super::tenure::Tenure;
use crate::error::Cause;
use crate::journal::Fact;
use crate::submission::Submission;
use crate::watch::Watch;

/// There are as many as a client has tasks, so what few of them need has its room only while it is needed.
pub(super) struct Entry {
    pub(super) watch: Arc<Watch>,
    /// What was prepared to be sent; `None` for a task that was submitted elsewhere.
    pub(super) prepared: Option<Request>,
    pub(super) plan: Arc<Plan>,
    /// What the task is like, if it is asked for until it is there, and was submitted here.
    pub(super) kind: Option<Arc<Kind>>,
    pub(super) submission: Submission,
    pub(super) collector: Collected,
    pub(super) started: Tick,
    /// Where the entry stands on the driver's agenda.
    pub(super) on_agenda: Option<Tick>,
    /// Its sending waits for the end of another attempt under its id, of an earlier watching.
    pub(super) is_held: bool,
    pub(super) verification: Verification,
    /// How many status checks in a row showed what may be all there is, though it is less than was asked for.
    pub(super) short_answers: u8,
    /// The archive is being asked whether the failures are all there will be.
    pub(super) awaits_verdict: bool,
    /// How many results were asked for, as far as is known.
    pub(super) expected: Expected,
    /// How many checks in a row had an answer that was too large, over a connection that others share.
    pub(super) large_answers: u8,
    /// What the last answered status check showed, if there was one.
    pub(super) last_seen: Option<bool>,
    /// Whether the last status check brought no answer.
    pub(super) check_failed: bool,
    /// When the last status check was started that showed the task at work.
    pub(super) at_work: Option<Tick>,
    /// What its delays are drawn from, once there is one.
    seed: u64,
    troubles: Option<Box<Troubles>>,
    /// How it stands in the journal, if it is kept.
    pub(super) kept: Option<Box<Kept>>,
}

/// What few tasks meet with.
#[derive(Default)]
struct Troubles {
    delays: Option<Delays>,
    /// Since when every status check has shown an error that may be a verdict.
    suspicious_since: Option<Tick>,
}

/// Whether an id that the server knew already is being checked for belonging to this request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verification {
    /// There is no question about it.
    Idle,
    /// The archive is to be asked at this time, for the n-th time.
    Due { at: Tick, attempt: u32 },
    /// The archive is being asked.
    UnderWay { attempt: u32 },
}

/// How many results a task was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Known(u32),
    /// Only the id of the task is known. Before it counts as settled, the archive is asked.
    /// So many times it could not be asked.
    Unknown {
        faults: u32,
    },
    /// The archive is being asked, after so many times that it could not be.
    Asked {
        faults: u32,
    },
    /// The archive could not say: what is there has to do.
    NotToBeHad,
}

impl Entry {
    /// Learns from the archive how many results the task was asked for, and judges by it what was collected.
    pub(super) fn learn_expected(&mut self, details: &TaskDetails) {
        if matches!(self.expected, Expected::Known(_) | Expected::NotToBeHad) {
            return;
        }
        let task = details.task(self.watch.handle().task_uuid());
        let Some(expected) = task.and_then(|task| task.expected_results().ok()) else {
            self.expected = Expected::NotToBeHad;
            return;
        };
        self.expect(expected);
    }

    /// Learns how many results the task was asked for, and judges by it what was collected.
    pub(super) fn expect(&mut self, expected: u32) {
        self.expected = Expected::Known(expected);
        self.collector.expect(expected);
    }

    pub(super) fn new(
        watch: Arc<Watch>,
        prepared: Option<Prepared>,
        plan: Arc<Plan>,
        now: Tick,
        seed: u64,
    ) -> Self {
        let prepared = prepared.as_ref().map(Request::from);
        let submission = match prepared {
            Some(_) => Submission::new(now),
            None => Submission::resumed(),
        };
        let known = watch.handle().expected();
        let expected = known.map_or(Expected::Unknown { faults: 0 }, Expected::Known);
        let collector = Collected::new(known);
        Self {
            watch,
            prepared,
            plan,
            kind: None,
            submission,
            collector,
            started: now,
            on_agenda: None,
            is_held: false,
            verification: Verification::Idle,
            short_answers: 0,
            awaits_verdict: false,
            expected,
            large_answers: 0,
            last_seen: None,
            check_failed: false,
            at_work: None,
            seed,
            troubles: None,
            kept: None,
        }
    }

    pub(super) fn id(&self) -> &TaskUuid {
        self.watch.handle().id()
    }

    /// When it is no longer waited for.
    pub(super) fn deadline(&self) -> Tick {
        self.started + self.plan.deadline()
    }

    /// True if the reply to the submission carries the results.
    pub(super) fn is_sync(&self) -> bool {
        self.prepared.as_ref().is_some_and(Request::is_sync)
    }

    /// True for a task that makes nothing, such as a search: the reply to its submission is all there is.
    pub(super) fn is_utility(&self) -> bool {
        self.is_sync() && !self.is_generation()
    }

    /// True if the reply to its submission only acknowledges it, and the service makes what is asked for once.
    pub(super) fn is_async_generation(&self) -> bool {
        !self.is_sync() && self.is_generation()
    }

    /// What the task is like, unless nobody knows when it began: the server had it before it was sent from here.
    pub(super) fn timed_kind(&self) -> Option<Arc<Kind>> {
        let began_here = self.watch.read(|state| state.accepted != Some(true));
        self.kind.clone().filter(|_| began_here)
    }

    /// True if doing it twice is the same as doing it once.
    pub(super) fn is_read_only(&self) -> bool {
        self.prepared.as_ref().is_some_and(Request::is_read_only)
    }

    /// How long to wait before the next try, at least as long as the server asked for.
    pub(super) fn next_delay(&mut self, cause: &Cause) -> Duration {
        self.own_delay().max(cause.retry_after().unwrap_or_default())
    }

    /// How long to wait before the next try of something that has nothing to do with the server.
    pub(super) fn own_delay(&mut self) -> Duration {
        let troubles = self.troubles.get_or_insert_default();
        let delays = troubles.delays.get_or_insert_with(|| self.plan.recovery().delays(self.seed));
        delays.next().unwrap_or_default()
    }

    /// A status check shows an error that may be a verdict; returns since when every one has.
    pub(super) fn suspect(&mut self, now: Tick) -> Tick {
        *self.troubles.get_or_insert_default().suspicious_since.get_or_insert(now)
    }

    /// A status check shows no such error.
    pub(super) fn trust(&mut self) {
        if let Some(troubles) = &mut self.troubles {
            troubles.suspicious_since = None;
        }
    }

    /// Sees to it that the journal knows of the next attempt to send the task; true once it does.
    pub(super) fn is_cleared(&mut self, ledger: &mut Ledger, tenure: &Tenure, now: Tick) -> bool {
        let by = self.deadline() + GRACE;
        let (task_uuid, may_leave) = (self.watch.handle().task_uuid(), self.may_leave(tenure, now));
        let Some(kept) = self.kept.as_mut().filter(|_| !may_leave) else { return true };
        if let Some(ticket) = kept.ticket
            && kept.asked_at().is_none()
        {
            // Also if that was done so long ago that others may have taken the task over: then it is refused.
            kept.clearance = Clearance::Asked { at: now };
            let (facts, tell) = (vec![Fact::Resending], Some(Tell::Clear));
            ledger.publish(Publication { task_uuid, ticket, facts, tell, by });
        }
        false
    }

    /// True if nothing keeps it from being sent but its turn.
    pub(super) fn may_leave(&self, tenure: &Tenure, now: Tick) -> bool {
        let Some(kept) = &self.kept else { return true };
        let is_given = matches!(kept.clearance, Clearance::Given { at } if tenure.holds(at, now));
        kept.ticket.is_some() && is_given
    }

    /// True if it is due so late that it might be bought anew.
    pub(super) fn is_overdue(&self, now: Tick) -> bool {
        !self.is_read_only() && self.submission.is_overdue(now)
    }

    /// True as long as its intent is on its way to the journal.
    pub(super) fn is_beginning(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.ticket.is_none())
    }

    /// Gives up the bytes of a request that will never be sent again, and need not be compared with another one's.
    pub(super) fn let_go_of_request(&mut self) {
        if let Some(request) = &mut self.prepared
            && !self.submission.may_be_sent()
            && self.verification == Verification::Idle
        {
            request.let_go();
        }
    }

    fn is_generation(&self) -> bool {
        self.prepared.as_ref().is_some_and(Request::is_generation)
    }
}
