//! How a task comes into the driver's care, and how it is let go of.

use std::sync::Arc;

use runware_poll::{Kind, Tick};
use runware_types::{Prepared, TaskUuid};

use super::Driver;
use super::entry::Entry;
use super::opening::Opening;
use super::request::Request;
use crate::journal::Intent;
use crate::submission::Submission;

impl Driver {
    /// Takes a task into care.
    pub(super) fn open(&mut self, mut opening: Opening, now: Tick) {
        let Some(watch) = opening.arrive() else { return };
        let task_uuid = watch.handle().task_uuid();
        let (prepared, plan) = (opening.prepared.take(), Arc::clone(&opening.plan));
        let (kind, intent) = (opening.kind.take(), opening.intent.take());
        if self.ledger.is_ending(task_uuid) || !watch.is_open() {
            // Whoever has opened it anew gets the end that it came to.
            return;
        }
        self.ledger.forget_doubt(task_uuid);
        match (self.entries.contains(&task_uuid), opening.record.take()) {
            (true, Some(known)) => return self.join_record(task_uuid, *known, now),
            (true, None) => return self.submit_resumed(task_uuid, prepared, kind, intent, now),
            // What is known was read before the last of it was written: it is read again.
            (false, Some(_)) if self.ledger.is_leaving(task_uuid) => {}
            (false, Some(known)) => return self.restore(watch, plan, *known, now),
            (false, None) => {}
        }
        let is_new = prepared.is_some();
        tracing::debug!(target: "runware", %task_uuid, is_new, "opened");
        let mut entry = Entry::new(watch, prepared, plan, now, self.rng.u64(..));
        entry.kind = kind;
        if is_new {
            self.hold_back(task_uuid, &mut entry);
        }
        self.entries.insert(Box::new(entry));
        self.counters.opened();
        if let Some(intent) = intent {
            self.begin(task_uuid, *intent);
        }
        if is_new {
            self.go_on(task_uuid, now);
        } else if self.registry.is_streamed(task_uuid) || !self.claim(task_uuid, now) {
            // A text that is being streamed belongs to its stream, which keeps what comes of it.
            self.begin_watching(task_uuid, now);
        }
    }

    /// A task that is watched was submitted too. If it has not been seen yet it is sent, unless the journal has it; the
    /// deadline of the watching stays. What is only looked for, since it has no price, is begun anew with one.
    fn submit_resumed(
        &mut self,
        task_uuid: TaskUuid,
        prepared: Option<Prepared>,
        kind: Option<Arc<Kind>>,
        intent: Option<Box<Intent>>,
        now: Tick,
    ) {
        let Some(mut entry) = self.entries.remove(&task_uuid) else { return };
        let is_seen = entry.watch.read(|state| state.accepted.is_some());
        let has_price = intent
            .as_ref()
            .and_then(|intent| intent.reserve.as_ref())
            .is_some_and(|reserve| reserve.price.is_some());
        let is_missing = entry.prepared.is_none() || (has_price && entry.is_uncounted());
        let mut is_to_be_sent = false;
        if let Some(prepared) = prepared.filter(|_| is_missing && !is_seen) {
            entry.expect(prepared.expected());
            entry.prepared = Some(Request::from(&prepared));
            entry.kind = kind;
            entry.submission = Submission::new(now);
            self.hold_back(task_uuid, &mut entry);
            is_to_be_sent = true;
        }
        self.entries.insert(entry);
        if is_to_be_sent {
            if let Some(intent) = intent {
                self.begin(task_uuid, *intent);
            }
            self.scheduler.remove(&task_uuid);
            self.go_on(task_uuid, now);
        }
    }

    /// Keeps a task from being sent within a second of an attempt under its id that an earlier watching has made.
    pub(super) fn hold_back(&mut self, task_uuid: TaskUuid, entry: &mut Entry) {
        if self.leaving.contains_key(&task_uuid) {
            entry.is_held = true;
            entry.submission.hold(entry.deadline());
        } else if let Some(at) = self.registry.free_from(task_uuid) {
            entry.submission.postpone(at);
        }
    }

    /// Drops a task that nobody watches, unless it is still to be sent.
    pub(super) fn unwatch(&mut self, task_uuid: TaskUuid) {
        let to_be_sent = self.entries.get(&task_uuid).is_some_and(|entry| !entry.submission.is_watched());
        // Whoever asks for it before its end is told gets that end.
        if !to_be_sent && !self.ledger.is_ending(task_uuid) && self.registry.release(task_uuid) {
            self.let_go(task_uuid);
        }
    }
}
