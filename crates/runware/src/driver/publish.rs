//! Telling watches what became known: at once, or once it is durable.

use std::collections::HashSet;
use std::sync::Arc;

use runware_poll::{Change, Tick};
use runware_types::{Money, TaskUuid};

use super::Driver;
use super::entry::Entry;
use super::ledger::{Found, GRACE, Ledger, News, Numbers, Publication, Tell, note_custody};
use crate::error::Cause;
use crate::journal::{Fact, JournalError, Part, PartKind, Ticket};
use crate::outcome::Custody;
use crate::reading::Payload;
use crate::watch::Watch;
use crate::{Ending, Error, ErrorKind, Outcome};

impl Entry {
    /// Shows the watchers that an exchange about the task failed.
    pub(super) fn report_fault(&mut self, cause: Cause, ledger: &mut Ledger) {
        let (task_uuid, status) = (self.watch.handle().task_uuid(), cause.http_status());
        tracing::debug!(target: "runware", %task_uuid, fault = cause.kind(), status, "an exchange failed");
        if let Some(kept) = &mut self.kept {
            kept.last_fault = ledger.is_behind(task_uuid).then(|| cause.clone());
        }
        self.tell(News::Fault(cause), Vec::new(), ledger);
    }

    /// Why the last exchange that failed did.
    pub(super) fn last_cause(&self) -> Cause {
        let untold = self.kept.as_ref().and_then(|kept| kept.last_fault.clone());
        let last = untold.or_else(|| self.watch.read(|state| state.findings().last_fault.clone()));
        last.unwrap_or(Cause::QuietServer)
    }

    /// Shows the watchers that the server has the task.
    pub(super) fn report_accepted(&mut self, replayed: bool, ledger: &mut Ledger) {
        self.let_go_of_request();
        if self.watch.read(|state| state.accepted.is_some()) {
            return;
        }
        let task_uuid = self.watch.handle().task_uuid();
        tracing::debug!(target: "runware", %task_uuid, replayed, "accepted");
        self.tell(News::Accepted { replayed }, Vec::new(), ledger);
        // It can be found out again, so nothing waits for it.
        if let Some(kept) = &mut self.kept
            && let Some(ticket) = kept.ticket
            && !std::mem::replace(&mut kept.is_accepted, true)
        {
            let (facts, by) = (vec![Fact::Accepted], self.deadline() + GRACE);
            ledger.publish(Publication { task_uuid, ticket, facts, tell: None, by });
        }
    }

    /// Shows the watchers what has ended, which the collector has just taken in, and how far the rest is.
    pub(super) fn publish(
        &mut self,
        changes: Vec<Change<Payload>>,
        progress: Option<u8>,
        ledger: &mut Ledger,
    ) {
        let (mut kept, mut facts) = (None, Vec::new());
        if let Some(task) = self.kept.as_ref().filter(|task| task.ticket.is_some()) {
            let new = u32::try_from(changes.len()).unwrap_or(u32::MAX);
            let (task_uuid, redelivered) = (self.watch.handle().task_uuid(), task.redelivered);
            let first = self.collector.arrived().saturating_sub(new);
            let numbers = Numbers { task_uuid, first, redelivered, is_certain: true };
            let numbered = (numbers.first..).zip(&changes).filter(|(ordinal, _)| *ordinal >= redelivered);
            facts.extend(numbered.map(|(ordinal, change)| Fact::Ended(part(ordinal, change))));
            kept = Some(numbers);
        }
        self.tell(News::Found(Found { changes, progress, kept }), facts, ledger);
    }

    /// Tells the watch, after these facts are durable, and after what it is told before.
    pub(super) fn tell(&self, news: News, facts: Vec<Fact>, ledger: &mut Ledger) {
        let task_uuid = self.watch.handle().task_uuid();
        match self.kept.as_ref().and_then(|kept| kept.ticket) {
            Some(ticket) if !facts.is_empty() || ledger.is_behind(task_uuid) => {
                let tell = Some(Tell::Watch(Arc::clone(&self.watch), news));
                ledger.publish(Publication { task_uuid, ticket, facts, tell, by: self.deadline() + GRACE });
            }
            _ => news.tell(&self.watch, true),
        }
    }
}

impl Driver {
    /// Ends the watching of a task: everybody is told, once the journal has what that means.
    pub(super) fn publish_end(&mut self, mut entry: Entry, end: Result<Outcome, Error>) {
        let task_uuid = *entry.id();
        let kept = entry.kept.take();
        let Some((kept, ticket)) = kept.and_then(|kept| kept.ticket.map(|ticket| (kept, ticket))) else {
            self.tell_end(&entry.watch, end);
            return;
        };
        let mut facts = Vec::new();
        if !kept.is_settled {
            facts.extend(end_of(&end, kept.looks_only));
        }
        if facts.is_empty() && !self.ledger.is_behind(task_uuid) && !self.ledger.has_lost(task_uuid) {
            self.tell_kept_end(&entry.watch, ticket, end, &Missing::NOTHING);
            return;
        }
        self.ledger.leave(task_uuid, kept.ward);
        let (by, tell) = (entry.deadline() + GRACE, Some(Tell::End(Arc::clone(&entry.watch), Box::new(end))));
        self.ledger.publish(Publication { task_uuid, ticket, facts, tell, by });
    }

    /// Nobody watches a task any more that goes on.
    pub(super) fn publish_release(&mut self, entry: &mut Entry) {
        let task_uuid = *entry.id();
        let Some(kept) = entry.kept.take() else { return };
        if let Some(ticket) = kept.ticket.filter(|_| !kept.is_settled) {
            self.ledger.leave(task_uuid, kept.ward);
            let (facts, by) = (vec![Fact::Released], entry.deadline() + GRACE);
            self.ledger.publish(Publication { task_uuid, ticket, facts, tell: None, by });
        } else {
            self.ledger.forget(task_uuid);
        }
    }

    /// Takes in that what was recorded is durable, or could not be; the tickets are those that no longer hold.
    pub(super) fn take_recorded(&mut self, recorded: Result<Vec<Ticket>, JournalError>, now: Tick) {
        let (refused, error) = match recorded {
            Ok(refused) => (HashSet::from_iter(refused), None),
            Err(error) => (HashSet::new(), Some(error)),
        };
        if let Some(error) = &error {
            let (kind, error) = (error.kind(), tracing::field::display(error));
            tracing::warn!(target: "runware", ?kind, error, "the journal could not be written; what comes is handed over all the same");
        }
        let mut theirs = Vec::new();
        for publication in self.ledger.take_recording(error.is_none()) {
            match refused.contains(&publication.ticket) {
                true => theirs.push(publication),
                false => self.tell(publication, error.is_none(), now),
            }
        }
        if !refused.is_empty() {
            theirs.extend(self.ledger.take_refused(&refused));
            self.disown(theirs, now);
        }
    }

    /// Tells what can wait no longer, as not durable.
    pub(super) fn tell_overdue(&mut self, now: Tick) {
        for (task_uuid, ticket, tell) in self.ledger.take_overdue(now) {
            tracing::warn!(target: "runware", %task_uuid, "the journal does not answer; what came is handed over all the same");
            self.tell_late(task_uuid, ticket, tell);
        }
    }

    /// Tells everything that waits, as not durable: the journal is no longer waited for.
    pub(super) fn tell_all(&mut self) {
        self.tell_overdue(Tick::MAX);
    }

    fn tell_late(&mut self, task_uuid: TaskUuid, ticket: Ticket, tell: Tell) {
        match tell {
            Tell::Watch(watch, news) => {
                self.ledger.told(task_uuid, false);
                news.tell(&watch, false);
            }
            Tell::End(watch, end) => {
                self.ledger.told(task_uuid, true);
                self.tell_kept_end(&watch, ticket, *end, &Missing::Everything);
            }
            Tell::Clear => {}
        }
    }

    /// Tells what was recorded, or could not be.
    fn tell(&mut self, publication: Publication, is_durable: bool, now: Tick) {
        let Publication { task_uuid, ticket, tell, facts, .. } = publication;
        match tell {
            None => {}
            Some(Tell::Watch(watch, news)) => {
                self.ledger.told(task_uuid, false);
                news.tell(&watch, is_durable || facts.is_empty());
            }
            Some(Tell::End(watch, end)) => {
                let parts = self.ledger.told(task_uuid, true);
                let end_too = !is_durable && !facts.is_empty();
                self.tell_kept_end(&watch, ticket, *end, &Missing::These { parts, end_too });
            }
            Some(Tell::Clear) => self.take_clearance(task_uuid, ticket, is_durable, now),
        }
    }

    /// Tells everybody that a task which is kept has ended.
    fn tell_kept_end(
        &mut self,
        watch: &Watch,
        ticket: Ticket,
        mut end: Result<Outcome, Error>,
        missing: &Missing,
    ) {
        if let Ok(outcome) = &mut end {
            let is_redelivered = outcome.custody.is_redelivered();
            let custody = match (&outcome.ending, self.ledger.keeping()) {
                (Ending::Settled, Some(keeping)) => {
                    let facts = missing.end().then(|| settled(outcome)).into_iter().collect();
                    Custody::at_rest(keeping, ticket, facts, !missing.any(), is_redelivered)
                }
                _ => Custody::unsettled(!missing.any(), is_redelivered),
            };
            note_custody(outcome, |ordinal| missing.part(ordinal), custody);
        }
        self.tell_end(watch, end);
    }

    /// Tells everybody that a task has ended.
    pub(super) fn tell_end(&mut self, watch: &Watch, end: Result<Outcome, Error>) {
        let task_uuid = watch.handle().task_uuid();
        self.registry.forget(task_uuid);
        let ending = end.as_ref().map(Outcome::status).map_err(Error::kind);
        let is_settled = end.as_ref().is_ok_and(|end| matches!(end.ending(), Ending::Settled));
        self.counters.closed(is_settled);
        tracing::debug!(target: "runware", %task_uuid, ?ending, polls = watch.polls(), "ended");
        watch.change(|state| state.set_end(end));
    }
}

/// What the journal does not have of a task that has ended.
enum Missing {
    These {
        /// The numbers of the parts.
        parts: Vec<u32>,
        /// That it has ended.
        end_too: bool,
    },
    /// Nobody knows what it has.
    Everything,
}

impl Missing {
    const NOTHING: Self = Self::These { parts: Vec::new(), end_too: false };

    fn any(&self) -> bool {
        self.end() || matches!(self, Self::These { parts, .. } if !parts.is_empty())
    }

    fn end(&self) -> bool {
        matches!(self, Self::Everything | Self::These { end_too: true, .. })
    }

    fn part(&self, ordinal: u32) -> bool {
        match self {
            Self::These { parts, .. } => parts.contains(&ordinal),
            Self::Everything => true,
        }
    }
}

/// The n-th part of a task.
pub(super) fn part(ordinal: u32, change: &Change<Payload>) -> Part {
    let (kind, entry) = match change {
        Change::Result(entry) => (PartKind::Result, entry),
        Change::Failure(entry) => (PartKind::Failure, entry),
    };
    Part { ordinal, index: entry.index, kind, raw: entry.payload.raw().clone() }
}

/// What the end of the watching means for the task.
fn end_of(end: &Result<Outcome, Error>, looks_only: bool) -> Option<Fact> {
    Some(match end {
        Ok(outcome) => match &outcome.ending {
            Ending::Settled => settled(outcome),
            Ending::Unknown { evidence, .. } if !looks_only => Fact::Undecided { evidence: evidence.clone() },
            Ending::Unknown { .. } | Ending::StillRunning { .. } | Ending::Interrupted { .. } => {
                Fact::Released
            }
        },
        // The id is another request's: nothing of this one was bought.
        Err(error)
            if !looks_only && (error.is_safe_to_resubmit() || error.kind() == ErrorKind::UuidReused) =>
        {
            Fact::Refused { reason: error.to_string() }
        }
        Err(_) => Fact::Released,
    })
}

fn settled(outcome: &Outcome) -> Fact {
    // A reported cost of zero says as little as none, and what one result does not name is missing in the sum: the budget
    // would get back what was set aside for it.
    let mut costs = outcome.results.iter().map(|result| result.item.cost().filter(|cost| !cost.is_zero()));
    let is_known = !outcome.results.is_empty() && costs.all(|cost: Option<Money>| cost.is_some());
    Fact::Settled { cost: outcome.cost().filter(|_| is_known) }
}
