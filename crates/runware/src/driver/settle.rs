//! How a task leaves the driver.

use std::time::Duration;

use runware_poll::{Seen, Tick};
use runware_types::TaskUuid;

use super::Driver;
use super::entry::{Entry, Expected};
use crate::outcome::Custody;
use crate::room::give_back;
use crate::{Ending, Error, Outcome};

impl Driver {
    /// The deadline has passed: the task goes on, the watching does not.
    pub(super) fn end_at_deadline(&mut self, task_uuid: TaskUuid, now: Tick) {
        let Some(entry) = self.entries.get(&task_uuid) else { return };
        let handle = entry.watch.handle().clone();
        if !entry.submission.may_exist() {
            // Without any time the journal is not to blame.
            let error = match entry.is_beginning() && !entry.plan.deadline().is_zero() {
                true => Error::not_begun_in_time(handle),
                false => Error::not_accepted(handle, &entry.last_cause()),
            };
            self.end(task_uuid, Err(error));
            return;
        }
        // Somebody else's task of which nothing was ever seen may not exist at all.
        let is_known = entry.prepared.is_some()
            || entry.kept.as_ref().is_some_and(|kept| kept.inherited.is_some())
            || entry.watch.read(|state| state.accepted.is_some());
        let ending = if let Some(evidence) = entry.evidence_at_deadline() {
            Ending::Unknown { handle, evidence }
        } else if !is_known && entry.last_seen == Some(false) {
            let evidence = format!("getResponse showed nothing of task {task_uuid} until the deadline");
            Ending::Unknown { handle, evidence }
        } else {
            let accepted = entry.watch.read(|state| state.accepted.is_some());
            Ending::StillRunning { handle, accepted }
        };
        self.end_with(task_uuid, ending, now);
    }

    /// Ends the watching with all that was collected.
    pub(super) fn end_with(&mut self, task_uuid: TaskUuid, ending: Ending, now: Tick) {
        if matches!(ending, Ending::Settled) {
            // Before it leaves the scheduler, which would take it for given up.
            self.scheduler.observed(&task_uuid, now, Seen::Settled);
        }
        let Some(entry) = self.entries.get(&task_uuid) else { return };
        if matches!(ending, Ending::Settled) {
            self.note_notice(entry, now);
            self.ledger.learned();
        }
        let outcome = entry.outcome(ending, now);
        self.end(task_uuid, Ok(outcome));
    }

    /// Ends the watching because of an error; what was collected is not lost to it.
    pub(super) fn interrupt(&mut self, task_uuid: TaskUuid, error: Error, now: Tick) {
        let Some(entry) = self.entries.get(&task_uuid) else { return };
        if entry.collector.is_empty() {
            self.end(task_uuid, Err(error));
        } else {
            let handle = entry.watch.handle().clone();
            self.end_with(task_uuid, Ending::Interrupted { handle, error }, now);
        }
    }

    /// Ends a task that was not accepted, as far as the last attempt tells.
    pub(super) fn give_up(&mut self, task_uuid: TaskUuid, error: Error, now: Tick) {
        let Some(entry) = self.entries.get(&task_uuid) else { return };
        if !entry.submission.is_in_doubt() {
            self.end(task_uuid, Err(error));
            return;
        }
        let handle = entry.watch.handle().clone();
        let reason = error.reason();
        let evidence =
            format!("an earlier attempt may have reached the server; the last one was answered: {reason}");
        self.end_with(task_uuid, Ending::Unknown { handle, evidence }, now);
    }

    /// Ends everything that is open: the client is closed. What the journal is about to have is left for now: whether
    /// somebody else may find it there is known once that answers.
    pub(super) fn end_all(&mut self) {
        let now = self.now();
        let being_begun = self.ledger.being_begun();
        let open: Vec<TaskUuid> = self.entries.ids().collect();
        for task_uuid in open {
            let Some(entry) = self.entries.get(&task_uuid) else { continue };
            if entry.is_beginning() && being_begun.contains(&task_uuid) {
                continue;
            }
            let handle = entry.watch.handle().clone();
            if entry.submission.may_exist() {
                self.interrupt(task_uuid, Error::closed(Some(handle)), now);
            } else {
                self.end(task_uuid, Err(Error::closed_unsent(handle)));
            }
        }
    }

    /// Ends what is left of that and is not waited for any longer, as what may be in the journal; returns how long the
    /// rest is waited for.
    pub(super) fn end_unanswered(&mut self, now: Tick) -> Option<Tick> {
        let open: Vec<TaskUuid> = self.entries.ids().collect();
        let mut next = None;
        for task_uuid in open {
            let Some(entry) = self.entries.get(&task_uuid) else { continue };
            let deadline = entry.deadline();
            if deadline > now {
                next = Some(next.map_or(deadline, |next: Tick| next.min(deadline)));
                continue;
            }
            let error = Error::closed_beginning(entry.watch.handle().clone());
            self.end(task_uuid, Err(error));
        }
        next
    }

    /// Ends the watching and tells everybody who waits.
    pub(super) fn end(&mut self, task_uuid: TaskUuid, end: Result<Outcome, Error>) {
        if let Some(entry) = self.drop_entry(task_uuid) {
            self.publish_end(*entry, end);
        }
    }

    /// Forgets a task that nobody watches.
    pub(super) fn let_go(&mut self, task_uuid: TaskUuid) {
        if let Some(mut entry) = self.drop_entry(task_uuid) {
            self.publish_release(&mut entry);
            self.counters.closed(false);
        }
    }

    /// Forgets a task.
    fn drop_entry(&mut self, task_uuid: TaskUuid) -> Option<Box<Entry>> {
        self.scheduler.remove(&task_uuid);
        self.outbox.forget(&task_uuid);
        let now = self.now();
        let entry = self.entries.remove(&task_uuid)?;
        give_back(&mut self.entries);
        if let Some(last) = entry.submission.last_sent() {
            self.registry.note_sent(task_uuid, last, now);
        }
        if let Some(at) = entry.on_agenda {
            self.agenda.remove(&(at, task_uuid));
        }
        if entry.kept.as_ref().is_some_and(|kept| kept.ticket.is_some()) {
            self.ledger.let_go();
        }
        Some(entry)
    }

    /// How long a question about these tasks may take: as long as their plans allow, and no longer than
    /// the last of their deadlines.
    pub(super) fn query_timeout(&self, asked: &[TaskUuid], now: Tick) -> Duration {
        let entries = asked.iter().filter_map(|task_uuid| self.entries.get(task_uuid));
        let timeouts =
            entries.map(|entry| entry.plan.query_timeout().min(entry.deadline().duration_since(now)));
        timeouts.max().unwrap_or_default()
    }
}

impl Entry {
    /// All that was collected.
    pub(super) fn outcome(&self, ending: Ending, now: Tick) -> Outcome {
        let (task_uuid, kept) = (*self.id(), self.kept.as_ref());
        let delivery = |ordinal| kept.and_then(|kept| kept.delivery(task_uuid, ordinal));
        let (results, failures) = self.collector.outcome(delivery);
        Outcome {
            handle: match self.expected {
                Expected::Known(expected) => self.watch.handle().clone().with_expected(expected),
                _ => self.watch.handle().clone(),
            },
            ending,
            results,
            failures,
            polls: self.watch.polls(),
            elapsed: now.duration_since(self.started),
            custody: match kept {
                Some(kept) => Custody::unsettled(true, kept.redelivered > 0),
                None => Custody::default(),
            },
        }
    }
}
