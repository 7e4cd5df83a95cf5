//! One open task, as the driver sees it.

use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Collector, Delays, Plan, Tick};
use runware_types::{DeliveryMethod, Prepared, TaskDetails, TaskType};

use crate::error::Cause;
use crate::reading::Payload;
use crate::submission::Submission;
use crate::watch::Watch;

pub(super) struct Entry {
    pub(super) watch: Arc<Watch>,
    /// What to send; `None` for a task that was submitted elsewhere.
    pub(super) prepared: Option<Prepared>,
    pub(super) plan: Arc<Plan>,
    pub(super) submission: Submission,
    pub(super) collector: Collector<Payload>,
    pub(super) started: Tick,
    pub(super) deadline: Tick,
    /// Where the entry stands on the driver's agenda.
    pub(super) on_agenda: Option<Tick>,
    /// Its sending waits for the end of another attempt under its id, of an earlier watching.
    pub(super) is_held: bool,
    pub(super) verification: Verification,
    /// How many status checks in a row showed what may be all there is, though it is less than was asked for.
    pub(super) short_answers: u32,
    /// The archive is being asked whether the failures are all there will be.
    pub(super) awaits_verdict: bool,
    /// How many results were asked for, as far as is known.
    pub(super) expected: Expected,
    /// Since when every status check has shown an error that may be a verdict.
    pub(super) suspicious_since: Option<Tick>,
    /// How many checks in a row had an answer that was too large, over a connection that others share.
    pub(super) large_answers: u32,
    /// What the last answered status check showed, if there was one.
    pub(super) last_seen: Option<bool>,
    pub(super) last_cause: Option<Cause>,
    delays: Delays,
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
        let mut collector = Collector::new(Some(expected));
        let collected = [self.collector.results(), self.collector.failures()].concat();
        collector.observe(collected.into_iter().cloned());
        self.collector = collector;
    }

    pub(super) fn new(
        watch: Arc<Watch>,
        prepared: Option<Prepared>,
        plan: Arc<Plan>,
        now: Tick,
        seed: u64,
    ) -> Self {
        let submission = match prepared {
            Some(_) => Submission::new(now),
            None => Submission::resumed(),
        };
        let known = watch.handle().expected();
        let expected = known.map_or(Expected::Unknown { faults: 0 }, Expected::Known);
        let collector = Collector::new(known);
        let delays = plan.recovery().delays(seed);
        let deadline = now + plan.deadline();
        Self {
            watch,
            prepared,
            plan,
            submission,
            collector,
            started: now,
            deadline,
            on_agenda: None,
            is_held: false,
            verification: Verification::Idle,
            short_answers: 0,
            awaits_verdict: false,
            expected,
            suspicious_since: None,
            large_answers: 0,
            last_seen: None,
            last_cause: None,
            delays,
        }
    }

    /// True if the reply to the submission carries the results.
    pub(super) fn is_sync(&self) -> bool {
        self.prepared.as_ref().is_some_and(|task| task.delivery() != Some(&DeliveryMethod::Async))
    }

    /// True for a task that makes nothing, such as a search: the reply to its submission is all there is.
    pub(super) fn is_utility(&self) -> bool {
        self.is_sync() && self.prepared.as_ref().is_some_and(|task| !task.task_type().is_generation())
    }

    /// True if the reply to its submission only acknowledges it, and the service makes what is asked for once.
    pub(super) fn is_async_generation(&self) -> bool {
        !self.is_sync() && self.prepared.as_ref().is_some_and(|task| task.task_type().is_generation())
    }

    /// True if doing it twice is the same as doing it once.
    pub(super) fn is_read_only(&self) -> bool {
        let task_type = self.prepared.as_ref().map(Prepared::task_type);
        matches!(task_type, Some(TaskType::ModelSearch | TaskType::AccountManagement))
    }

    /// How long to wait before the next try, at least as long as the server asked for.
    pub(super) fn next_delay(&mut self, cause: &Cause) -> Duration {
        let delay = self.delays.next().unwrap_or_default();
        delay.max(cause.retry_after().unwrap_or_default())
    }

    /// Shows the watchers that an exchange about the task failed.
    pub(super) fn report_fault(&mut self, cause: Cause) {
        let (task_uuid, status) = (self.watch.handle().task_uuid(), cause.http_status());
        tracing::debug!(target: "runware", %task_uuid, fault = cause.kind(), status, "an exchange failed");
        self.watch.change(|state| {
            let findings = state.findings_mut();
            findings.faults += 1;
            findings.last_fault = Some(cause.clone());
        });
        self.last_cause = Some(cause);
    }

    /// Shows the watchers that the server has the task.
    pub(super) fn report_accepted(&self, replayed: bool) {
        if self.watch.read(|state| state.accepted.is_some()) {
            return;
        }
        let task_uuid = self.watch.handle().task_uuid();
        tracing::debug!(target: "runware", %task_uuid, replayed, "accepted");
        self.watch.change(|state| state.accepted = Some(replayed));
    }
}
