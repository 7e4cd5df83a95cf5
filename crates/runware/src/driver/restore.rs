//! How a task comes back that the journal has of an earlier process, or of an earlier submission.
//!
//! What the journal has of its results is folded first, as one answer of the server would be: so what later answers
//! show again is known. Then it goes on where it stood:
//!
//! | it was | it is |
//! |---|---|
//! | settled | ended at once, without a request |
//! | accepted | looked at until it ends |
//! | begun, and perhaps sent | looked for, and sent again if the rules of [`submission`](crate::submission) allow |
//! | undecided | looked for once more, and not sent |
//! | to be sent again, as somebody has decided | sent |
//!
//! A task that was begun with another key is looked for, and what this key does not show proves nothing. One that counts
//! against no budget is looked for by a client that has one, and not sent: that could buy it outside of the cap.

use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Change, Entry as Seen, Plan, Tick, Verdict};
use runware_types::{ApiError, Item, TaskUuid};

use super::Driver;
use super::collected::Collected;
use super::entry::Entry;
use super::inherited::{Inherited, Objections};
use super::keep::warn;
use super::kept::{Clearance, Kept};
use super::ledger::{Found, GRACE, Ledger, News, Numbers, Publication};
use super::publish::part;
use super::request::Request;
use crate::care::Ward;
use crate::journal::{Claimed, Fact, JournalError, Part, PartKind, Record, State};
use crate::reading::Payload;
use crate::submission::Submission;
use crate::watch::Watch;
use crate::{Ending, Error};

/// How long the journal is waited for with a task that may be in it. Then it is watched, whatever the journal says.
const CLAIM_LIMIT: Duration = Duration::from_secs(5);

impl Driver {
    /// Takes a task into care that was taken over from the journal.
    pub(super) fn restore(&mut self, watch: Arc<Watch>, plan: Arc<Plan>, known: (Record, Ward), now: Tick) {
        let task_uuid = watch.handle().task_uuid();
        tracing::debug!(target: "runware", %task_uuid, is_new = false, "restored");
        let entry = Entry::new(watch, None, plan, now, self.rng.u64(..));
        self.entries.insert(Box::new(entry));
        self.counters.opened();
        self.join_record(task_uuid, known, now);
    }

    /// Takes in what the journal has of a task, unless that is known: it may be looked after already.
    pub(super) fn join_record(&mut self, task_uuid: TaskUuid, (record, ward): (Record, Ward), now: Tick) {
        if let Some(entry) = self.entries.get_mut(&task_uuid)
            && entry.kept.is_none()
        {
            entry.kept = Some(Box::new(Kept::new(record.hash, ward, now)));
            self.take_record(task_uuid, record, now);
        }
    }

    /// Has a task taken over, if the journal knows it and nobody else looks after it. False if that cannot be.
    ///
    /// It is watched once the journal has answered, or does not.
    pub(super) fn claim(&mut self, task_uuid: TaskUuid, now: Tick) -> bool {
        let ward = self.ledger.keeping().and_then(|keeping| keeping.care.take(task_uuid));
        let (Some(ward), Some(entry)) = (ward, self.entries.get_mut(&task_uuid)) else { return false };
        self.ledger.claim(task_uuid, ward);
        let at = entry.deadline().min(now + CLAIM_LIMIT);
        entry.on_agenda = Some(at);
        self.agenda.insert((at, task_uuid));
        true
    }

    /// Takes in which tasks were taken over.
    pub(super) fn take_claims(&mut self, answers: Vec<(TaskUuid, Result<Claimed, JournalError>)>, now: Tick) {
        let mut wards = self.ledger.take_claiming();
        for (task_uuid, answer) in answers {
            let Some(ward) = wards.remove(&task_uuid) else { continue };
            let claimed = answer.unwrap_or_else(|error| {
                warn("a task is watched, and what comes of it is not kept", &error);
                Claimed::default()
            });
            match claimed.tasks.into_iter().find(|record| record.task_uuid == task_uuid) {
                Some(record) => self.take_claimed(record, ward, now),
                None => self.keep_watching(task_uuid, now),
            }
        }
        wards.into_keys().for_each(|task_uuid| self.keep_watching(task_uuid, now));
    }

    fn take_claimed(&mut self, record: Record, ward: Ward, now: Tick) {
        let (task_uuid, ticket) = (record.task_uuid, record.ticket);
        let Some(entry) = self.entries.get(&task_uuid) else {
            // What is streamed by now has the same ticket, and needs it.
            if !self.registry.is_streamed(task_uuid) {
                self.write_down(task_uuid, ticket, Fact::Released, now);
            }
            return;
        };
        let handle = entry.watch.handle().clone();
        if handle.request_hash().is_some_and(|hash| hash != record.hash) {
            self.write_down(task_uuid, ticket, Fact::Released, now);
            self.end(task_uuid, Err(Error::uuid_reused(handle, "in the journal")));
        } else {
            self.join_record(task_uuid, (record, ward), now);
        }
    }

    /// Goes on with a task where the journal says that it stood.
    pub(super) fn take_record(&mut self, task_uuid: TaskUuid, record: Record, now: Tick) {
        let objections = Objections::to(&record, self.ledger.keeping().map(AsRef::as_ref));
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        self.ledger.hold(now);
        // Of what was confirmed long ago the results may be gone; then the server is asked once more.
        let was_ended = record.state == State::Settled && !(record.is_confirmed && record.parts.is_empty());
        entry.restore(record, objections, now, &mut self.ledger);
        if was_ended {
            entry.collector.settle();
        }
        self.scheduler.remove(&task_uuid);
        self.remind(task_uuid, now);
        let Some(entry) = self.entries.get(&task_uuid) else { return };
        if entry.collector.is_settled() {
            self.end_with(task_uuid, Ending::Settled, now);
        } else if entry.submission.is_watched() {
            self.begin_watching(task_uuid, now);
        } else {
            self.hold_back_restored(task_uuid);
            self.go_on(task_uuid, now);
        }
    }

    fn hold_back_restored(&mut self, task_uuid: TaskUuid) {
        if let Some(mut entry) = self.entries.remove(&task_uuid) {
            self.hold_back(task_uuid, &mut entry);
            self.entries.insert(entry);
        }
    }
}

impl Entry {
    /// Becomes what the journal has of it. With an objection to that, it is not sent.
    fn restore(&mut self, record: Record, objections: Objections, now: Tick, ledger: &mut Ledger) {
        if self.prepared.is_none() {
            self.prepared = Request::of_record(&record);
        }
        // Nobody knows when the work on it began.
        self.kind = None;
        self.is_held = false;
        let is_accepted = record.is_accepted
            || !record.parts.is_empty()
            || record.state == State::Settled
            || self.watch.read(|state| state.accepted.is_some());
        let looks_only = objections.to_sending().is_some();
        let may_resend = !looks_only && self.prepared.as_ref().is_some_and(Request::is_repeatable);
        let (submission, age) = match record.state {
            _ if is_accepted => (Submission::resumed(), None),
            State::Resubmitted if may_resend => (Submission::decided(now), record.age),
            // It had its time to show when it was looked for before.
            State::Undecided { .. } => (Submission::restored(now, record.age, false), Some(Duration::MAX)),
            _ => (Submission::restored(now, record.age, may_resend), record.age),
        };
        self.submission = submission;
        if let Some(kept) = &mut self.kept {
            kept.ticket = Some(record.ticket);
            kept.clearance = Clearance::Needed;
            kept.redelivered = match record.is_confirmed && record.parts.is_empty() {
                // Whoever confirmed it had all of it, though the journal keeps none of it any more.
                true => u32::MAX,
                false => u32::try_from(record.parts.len()).unwrap_or(u32::MAX),
            };
            kept.is_accepted = record.is_accepted;
            kept.is_settled = record.is_confirmed || record.state == State::Settled;
            kept.looks_only = looks_only;
            kept.inherited = Some(Inherited { at: now, age, objections, archive_fault: None });
        }
        if is_accepted {
            self.report_accepted(true, ledger);
        }
        self.fold(record.parts, record.expected, ledger);
    }

    /// Folds what the journal has of its results, in the order of the journal, which numbers them.
    fn fold(&mut self, parts: Vec<Part>, expected: u32, ledger: &mut Ledger) {
        let mut earlier = std::mem::replace(&mut self.collector, Collected::new(Some(expected)));
        self.expect(expected);
        let here: Vec<_> = earlier.entries().cloned().collect();
        let known: Vec<_> = parts.into_iter().map(seen).collect();
        self.collector.observe(known.clone());
        // What came here while the task was in nobody's name is after that, and still to be written down.
        let first = self.collector.arrived();
        let unrecorded = self.collector.observe(here);
        let task_uuid = *self.id();
        let Some(kept) = &self.kept else { return };
        if let Some(ticket) = kept.ticket.filter(|_| !unrecorded.is_empty()) {
            let facts =
                (first..).zip(&unrecorded).map(|(ordinal, change)| Fact::Ended(part(ordinal, change)));
            let (facts, by) = (facts.collect(), self.deadline() + GRACE);
            ledger.publish(Publication { task_uuid, ticket, facts, tell: None, by });
        }
        let redelivered = kept.redelivered;
        let mut ordinals = (0..).zip(&known);
        for change in earlier.observe(known.clone()) {
            let (Change::Result(new) | Change::Failure(new)) = &change;
            if let Some((first, _)) = ordinals.find(|(_, known)| *known == new) {
                let kept = Some(Numbers { task_uuid, first, redelivered, is_certain: true });
                let found = Found { changes: vec![change], progress: None, kept };
                self.tell(News::Found(found), Vec::new(), ledger);
            }
        }
    }
}

/// A result as the journal has it.
fn seen(part: Part) -> Seen<Payload> {
    let Part { index, kind, raw, .. } = part;
    let item = Item::from_raw(raw.clone()).ok();
    let id = item.as_ref().and_then(|item| item.result_uuid()).map(Box::from);
    match (kind, item) {
        (PartKind::Result, Some(item)) => {
            Seen { index, id, verdict: Verdict::Succeeded, payload: Payload::Item(item) }
        }
        _ => Seen { index, id, verdict: Verdict::Failed, payload: Payload::Error(ApiError::from_raw(raw)) },
    }
}
