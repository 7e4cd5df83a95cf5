//! `getResponse`: the present state of a task.

use std::time::Duration;

use runware_types::TaskUuid;

use super::Core;
use super::error::ErrorBody;
use super::item::Writer;
use super::reply::Reply;
use super::request::Task;
use super::store::Accepted;
use crate::catalogue::Delivery;
use crate::chance::{self, Purpose};
use crate::choices::{Order, Pending, ResultIndex, UnknownTask};
use crate::fault::{Action, CheckError};
use crate::outcome::Planned;

/// How the checks of one request are answered.
#[derive(Clone, Copy)]
pub(super) enum Checks<'a> {
    /// With the state of the task.
    Truly,
    /// With nothing.
    Blindly,
    /// With an error that is not the task's own.
    With(&'a CheckError),
}

impl<'a> Checks<'a> {
    pub(super) fn under(fault: Option<&'a Action>) -> Self {
        match fault {
            Some(Action::Blind) => Self::Blindly,
            Some(Action::CheckError(error)) => Self::With(error),
            _ => Self::Truly,
        }
    }
}

impl Core {
    pub(super) fn check(&mut self, now: Duration, task: &Task<'_>, checks: Checks<'_>, reply: &mut Reply) {
        let Some((written, uuid)) = self.identify(task, reply) else { return };
        self.ledger.checked(uuid);
        match checks {
            Checks::Truly => self.report(now, &written, uuid, reply),
            Checks::Blindly => reply.accept(),
            Checks::With(CheckError { code, names_task }) => {
                let error = ErrorBody::new(code, "The state of the task could not be read.").http_status(200);
                reply.refuse(&error, names_task.then_some(written.as_str()));
            }
        }
    }

    fn report(&mut self, now: Duration, written: &str, uuid: TaskUuid, reply: &mut Reply) {
        let Some(accepted) = self.store.accepted_mut(uuid) else {
            return self.report_unknown(written, reply);
        };
        accepted.checks += 1;
        let choices = &self.options.choices;
        let hidden = accepted.checks <= u64::from(accepted.outcome.blind_checks)
            || now < accepted.accepted_at.saturating_add(choices.registration_lag);
        if hidden {
            return reply.accept();
        }
        let gone = accepted.outcome.ends_at.is_some_and(|end| now >= end.saturating_add(choices.retention))
            || accepted.delivery != Delivery::Async && !choices.check_sync_tasks;
        if gone {
            return self.report_unknown(written, reply);
        }
        self.report_state(now, uuid, reply);
    }

    fn report_unknown(&self, written: &str, reply: &mut Reply) {
        match self.options.choices.unknown_task {
            UnknownTask::Silence => reply.accept(),
            UnknownTask::Error => {
                let error = ErrorBody::new("taskFailedOrNotFound", "The task failed or does not exist.");
                reply.refuse(&error.http_status(self.options.choices.failure_status), Some(written));
            }
        }
    }

    fn report_state(&mut self, now: Duration, uuid: TaskUuid, reply: &mut Reply) {
        let Some(task) = self.store.accepted(uuid) else { return };
        let choices = &self.options.choices;
        let writer = Writer {
            options: &self.options,
            files_url: self.files_url(),
            uuid,
            task,
            says_success: choices.success_status,
            with_index: match choices.result_index {
                ResultIndex::Never => false,
                ResultIndex::Always => true,
                ResultIndex::FromCheck(first) => task.checks >= first,
            },
        };
        let (mut data, mut errors, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        let mut placeholders = placeholders(choices.pending, now, task);
        for (index, planned) in (0..).zip(&task.outcome.results) {
            if !planned.is_ready(now) {
                if placeholders > 0 {
                    placeholders -= 1;
                    let index = Some(index).filter(|_| choices.pending == Pending::Each);
                    data.push(writer.running(index, progress(now, task, planned)));
                }
                continue;
            }
            match &planned.failure {
                None => data.push(writer.success(index)),
                Some(_) if !choices.repeat_failures && task.reported.contains(&index) => continue,
                Some(code) => {
                    writer.push_failure(index, code, &mut data, &mut errors);
                    failed.push(index);
                }
            }
            reply.deliveries.push((uuid, index));
        }
        if choices.order == Order::Shuffled {
            let (high, low) = uuid.as_uuid().as_u64_pair();
            let mut rng = chance::draw(self.options.seed, Purpose::Order, &[high, low, task.checks]);
            rng.shuffle(&mut data);
            rng.shuffle(&mut errors);
        }
        let status = if failed.is_empty() { 200 } else { choices.failure_status };
        reply.entries_with(status, data, errors);
        if let Some(task) = self.store.accepted_mut(uuid) {
            task.reported.extend(failed);
        }
    }
}

/// How many entries stand for the results that are not ready yet.
fn placeholders(pending: Pending, now: Duration, task: &Accepted) -> usize {
    match pending {
        Pending::Each => usize::MAX,
        Pending::Hidden if task.outcome.results.iter().any(|planned| planned.is_ready(now)) => 0,
        Pending::One | Pending::Hidden => 1,
    }
}

/// How far a result is, in percent, where the task tells. One that never ends hangs at 99.
fn progress(now: Duration, task: &Accepted, planned: &Planned) -> Option<u8> {
    if !task.outcome.progress {
        return None;
    }
    let Some(end) = planned.ready_at else { return Some(99) };
    let whole = end.saturating_sub(task.accepted_at).as_secs_f64();
    let done = now.saturating_sub(task.accepted_at).as_secs_f64();
    Some((done / whole * 100.0).clamp(0.0, 99.0) as u8)
}
