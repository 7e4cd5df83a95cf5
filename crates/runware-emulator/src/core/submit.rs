//! Tasks that make something.

use std::sync::Arc;
use std::time::Duration;

use runware_types::TaskUuid;

use super::Core;
use super::error::ErrorBody;
use super::item::Writer;
use super::reply::{Reply, envelope};
use super::request::{Request, Task};
use super::store::{Accepted, Verdict};
use super::validate::Order;
use crate::catalogue::{Delivery, Generation};
use crate::choices::{ArchivedKey, ResultIndex};
use crate::json::Object;
use crate::outcome::Outcome;

/// The text of a request as it is kept, shared by its tasks.
pub(super) struct Archived {
    text: Arc<str>,
    /// Each task's share of the text, in bytes.
    share: usize,
}

impl Archived {
    pub(super) fn new(request: &Request<'_>, key: ArchivedKey) -> Self {
        let text = match key {
            ArchivedKey::Dropped => request.without_authentication(),
            ArchivedKey::Kept => request.as_sent(),
        };
        Self { share: text.len().div_ceil(request.tasks.len().max(1)), text: text.into() }
    }
}

impl Core {
    pub(super) fn submit(
        &mut self,
        now: Duration,
        task: &Task<'_>,
        generation: &'static Generation,
        archived: &Archived,
        reply: &mut Reply,
    ) {
        let Some((written, uuid)) = self.identify(task, reply) else { return };
        if self.conflicts(now, uuid) {
            self.ledger.submitted(uuid, now, task.text.as_bytes());
            return self.refuse_conflict(&written, uuid, reply);
        }
        if !self.store.make_room(archived.share, |task| self.ledger.forget(task)) {
            let error =
                ErrorBody::new("noAvailableServer", "The emulator holds as many running tasks as it may.");
            return reply.refuse(&error.http_status(503), Some(&written));
        }
        self.ledger.submitted(uuid, now, task.text.as_bytes());
        match Order::read(&self.options, task, generation, uuid) {
            Ok(order) => self.accept(now, written, order, archived, reply),
            Err(error) => {
                let verdict = Verdict::Refused(envelope(&[], &[error.render(Some(&written))]));
                self.store.insert(uuid, archived.text.clone(), archived.share, verdict);
                reply.refuse(&error, Some(&written));
            }
        }
    }

    /// Prices a task without accepting it.
    pub(super) fn price(&self, task: &Task<'_>, generation: &'static Generation, reply: &mut Reply) {
        let Some((written, uuid)) = self.identify(task, reply) else { return };
        match Order::read(&self.options, task, generation, uuid) {
            Ok(order) => {
                let head = Object::new().text("taskType", generation.name).text("taskUUID", &written);
                reply.item(head.number("cost", generation.price.times(order.count)).end());
            }
            Err(error) => reply.refuse(&error, Some(&written)),
        }
    }

    /// Whether the id belongs to an earlier task.
    fn conflicts(&self, now: Duration, uuid: TaskUuid) -> bool {
        let choices = &self.options.choices;
        match self.store.get(uuid).map(|record| &record.verdict) {
            None => false,
            Some(Verdict::Refused(_)) => !choices.reuse_refused,
            Some(Verdict::Accepted(accepted)) => {
                let free_at = accepted
                    .outcome
                    .ends_at
                    .zip(choices.conflict_window)
                    .map(|(end, window)| end.saturating_add(window));
                free_at.is_none_or(|at| now < at)
            }
        }
    }

    fn refuse_conflict(&mut self, written: &str, uuid: TaskUuid, reply: &mut Reply) {
        let error = ErrorBody::new("conflictTaskUUID", "A task with this 'taskUUID' exists already.")
            .about("taskUUID");
        if self.options.choices.conflict_hides_result
            && let Some(accepted) = self.store.accepted_mut(uuid)
        {
            accepted.shown = Some(envelope(&[], &[error.render(Some(written))]));
        }
        reply.refuse(&error, Some(written));
    }

    fn accept(
        &mut self,
        now: Duration,
        written: String,
        order: Order,
        archived: &Archived,
        reply: &mut Reply,
    ) {
        let Order { uuid, generation, delivery, model, count, recipe } = order;
        let outcome = Outcome::settle(&self.options, generation, uuid, model.as_deref(), count, now);
        self.ledger.accepted_task(uuid, now, &outcome);
        let accepted = Accepted::new(generation, written, now, delivery, recipe, outcome);
        match delivery {
            Delivery::Async if self.options.choices.empty_acknowledgement => reply.accept(),
            Delivery::Async => reply.item(acknowledgement(&accepted)),
            Delivery::Stream if reply.may_stream => self.answer_stream(uuid, &accepted, reply),
            Delivery::Sync | Delivery::Stream => self.answer_sync(now, uuid, &accepted, reply),
        }
        self.store.insert(uuid, archived.text.clone(), archived.share, Verdict::Accepted(Box::new(accepted)));
    }

    /// Puts the results into the reply, which waits for them as long as it may.
    fn answer_sync(&self, now: Duration, uuid: TaskUuid, accepted: &Accepted, reply: &mut Reply) {
        let limit = now.saturating_add(self.options.choices.sync_window);
        if let Some(pushes) = reply.pushes() {
            pushes.extend(self.pushes_of(limit, uuid, accepted));
            if accepted.outcome.results.is_empty() {
                reply.accept();
            }
            return;
        }
        match accepted.outcome.ends_at {
            Some(end) if end <= limit => {
                let (data, errors) = self.final_entries(uuid, accepted);
                reply.entries(data, errors);
                reply.deliveries.extend((0..).zip(&accepted.outcome.results).map(|(index, _)| (uuid, index)));
                reply.wait_until(end);
            }
            _ => {
                reply.time_out(&timed_out(), &accepted.written_uuid);
                reply.wait_until(limit);
            }
        }
    }

    /// The entries for `data` and for `errors` of a task that is over.
    pub(super) fn final_entries(&self, uuid: TaskUuid, task: &Accepted) -> (Vec<String>, Vec<String>) {
        let writer = self.final_writer(uuid, task);
        let (mut data, mut errors) = (Vec::new(), Vec::new());
        for (index, planned) in (0..).zip(&task.outcome.results) {
            writer.push_ended(index, planned, &mut data, &mut errors);
        }
        (data, errors)
    }

    pub(super) fn final_writer<'a>(&'a self, uuid: TaskUuid, task: &'a Accepted) -> Writer<'a> {
        self.writer(uuid, task, self.options.choices.result_index == ResultIndex::Always)
    }

    /// Writes what the reply to a submission holds.
    pub(super) fn writer<'a>(&'a self, uuid: TaskUuid, task: &'a Accepted, with_index: bool) -> Writer<'a> {
        Writer {
            options: &self.options,
            files_url: self.files_url(),
            uuid,
            task,
            says_success: task.delivery == Delivery::Async && self.options.choices.success_status,
            with_index,
        }
    }
}

/// What is said of a synchronous task that is not done when its time is up.
pub(super) fn timed_out() -> ErrorBody {
    ErrorBody::new("requestTimeout", "The task is still running; the request has timed out.")
}

/// The acknowledgement of an asynchronous task: its type and id, and nothing else of the request.
pub(super) fn acknowledgement(task: &Accepted) -> String {
    Object::new().text("taskType", task.generation.name).text("taskUUID", &task.written_uuid).end()
}
