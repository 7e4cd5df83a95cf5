//! Keeping tasks in the journal: their intents before they are sent, and what the journal answers.

use std::sync::Arc;
use std::time::Duration;

use runware_poll::Tick;
use runware_types::TaskUuid;

use super::Driver;
use super::kept::{Clearance, Kept};
use super::ledger::{Done, Expected, GRACE, Publication};
use crate::Error;
use crate::care::Ward;
use crate::journal::{Begun, Fact, Intent, JournalError, JournalErrorKind, Note, Ticket};
use crate::submission::Submission;

/// How long the journal is waited for by a client that is closed, and by a confirmation.
pub(crate) const FLUSH_LIMIT: Duration = Duration::from_secs(10);

impl Driver {
    /// Takes in the end of a call of the journal.
    pub(super) fn take_done(&mut self, done: Done) {
        let now = self.now();
        match done {
            Done::Begun(answers) => self.take_begun(answers, now),
            Done::Claimed(answers) => self.take_claims(answers, now),
            Done::Looked(answers) => self.take_looked(answers, now),
            Done::Recorded(recorded) => self.take_recorded(recorded, now),
            Done::Repaid(Ok(_)) => self.ledger.take_repaid(true),
            Done::Repaid(Err(error)) => {
                self.ledger.take_repaid(false);
                warn("how tasks have ended cannot be kept yet", &error);
            }
            Done::Loaded(Ok(loaded)) => {
                if let Some(loaded) = loaded {
                    self.scheduler.durations_mut().merge(&loaded);
                }
            }
            Done::Renewed(Ok(begun)) => self.tenure.sign(begun, now),
            Done::Saved(Ok(())) => {}
            Done::Loaded(Err(error)) => warn("what was learned of durations could not be read", &error),
            Done::Saved(Err(error)) => warn("what was learned of durations could not be kept", &error),
            Done::Renewed(Err(error)) => warn("other processes may take the open tasks over", &error),
        }
    }

    /// Has the intent of a task written down, which is sent once that is done.
    pub(super) fn begin(&mut self, task_uuid: TaskUuid, intent: Intent) {
        let now = self.now();
        let ward = self.ledger.keeping().and_then(|keeping| keeping.care.take(task_uuid));
        let Some(ward) = ward else {
            // To the journal, all clients of this process are one.
            return self.watch_only(task_uuid, now);
        };
        if let Some(entry) = self.entries.get_mut(&task_uuid) {
            let before = entry.kept.replace(Box::new(Kept::new(intent.hash, ward, now)));
            if before.is_some_and(|kept| kept.ticket.is_some()) {
                self.ledger.let_go();
            }
            self.ledger.begin(intent);
        }
    }

    /// The journal knows that a task is about to be sent again, or could not be told.
    pub(super) fn take_clearance(&mut self, task_uuid: TaskUuid, ticket: Ticket, is_given: bool, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        let Some(kept) = entry.kept.as_mut().filter(|kept| kept.ticket == Some(ticket)) else { return };
        let Some(at) = kept.asked_at() else { return };
        kept.clearance = if is_given { Clearance::Given { at } } else { Clearance::Needed };
        if is_given {
            self.tenure.sign(at, now);
        } else {
            let delay = entry.own_delay();
            entry.submission.postpone(now + delay);
        }
        self.go_on(task_uuid, now);
    }

    /// A streamed text is over.
    pub(super) fn end_stream(&mut self, task_uuid: TaskUuid, last: Option<(Note, Ward)>, now: Tick) {
        self.ledger.let_go();
        if let Some((Note { ticket, fact }, ward)) = last {
            self.ledger.leave(task_uuid, ward);
            self.write_down(task_uuid, ticket, fact, now);
        }
    }

    /// Waits until everything that is queued is durable, for a while at most. Nothing is sent any more.
    ///
    /// # Cancel safety
    ///
    /// What is not durable yet may not become so.
    pub(super) async fn flush(&mut self) {
        // What was not begun yet never will be: its task was given up.
        self.ledger.forget_intents();
        if self.ledger.has_unsaved() {
            let durations = self.scheduler.durations().clone();
            self.ledger.save(durations);
        }
        let limit = self.clock.sleep_until((self.now() + FLUSH_LIMIT).since_origin());
        tokio::pin!(limit);
        let mut is_last_try = false;
        loop {
            if self.ledger.is_idle() {
                if std::mem::replace(&mut is_last_try, true) {
                    break;
                }
                self.ledger.repay();
                continue;
            }
            let now = self.now();
            // Whoever waits for a task does not wait longer because the client is closed.
            let unanswered = self.end_unanswered(now);
            self.tell_overdue(now);
            let wake = [unanswered, self.ledger.go_on(now)].into_iter().flatten().min();
            let clock = Arc::clone(&self.clock);
            let alarm = async {
                match wake {
                    Some(at) => clock.sleep_until(at.since_origin()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Some(done) = self.ledger.next() => {
                    self.take_done(done);
                    // What has been begun meanwhile was not sent, and is refused.
                    self.end_all();
                }
                () = &mut limit => break,
                () = alarm => {}
            }
        }
        self.end_unanswered(Tick::MAX);
        self.tell_all();
        self.ledger.refuse_what_is_begun_late();
    }

    /// Keeps what was learned of how long tasks take, every now and then.
    pub(super) fn save_durations(&mut self) {
        if self.ledger.is_to_be_saved() {
            let durations = self.scheduler.durations().clone();
            self.ledger.save(durations);
        }
    }

    fn take_begun(&mut self, answers: Vec<Result<Begun, JournalError>>, now: Tick) {
        let (expected, from) = self.ledger.take_beginning();
        if let Some(error) = answers.iter().find_map(|answer| answer.as_ref().err()) {
            warn("tasks are not sent", error);
        }
        let mut answers = answers.into_iter();
        for expected in expected {
            let answer = answers.next().unwrap_or_else(|| Err(panicked()));
            let error = answer.as_ref().err().cloned();
            self.take_answer_of_journal(&expected, answer, now);
            if let Some(error) = error {
                self.doubt(&expected, &error, from, now);
            }
        }
    }

    fn take_answer_of_journal(
        &mut self,
        expected: &Expected,
        answer: Result<Begun, JournalError>,
        now: Tick,
    ) {
        let Expected { task_uuid, hash, reserve } = expected;
        let entry = self.entries.get_mut(task_uuid);
        let is_expected = |kept: &Kept| kept.ticket.is_none() && kept.hash == *hash;
        let Some(entry) = entry.filter(|entry| entry.kept.as_deref().is_some_and(is_expected)) else {
            self.take_late_answer(*task_uuid, answer, now);
            return;
        };
        let handle = entry.watch.handle().clone();
        let error = match answer {
            Ok(Begun::New(ticket)) => {
                if let Some(kept) = &mut entry.kept {
                    let at = kept.asked_at().unwrap_or(now);
                    (kept.ticket, kept.clearance) = (Some(ticket), Clearance::Given { at });
                    self.tenure.sign(at, now);
                }
                self.ledger.hold(now);
                self.go_on(*task_uuid, now);
                return;
            }
            Ok(Begun::Known(record)) => {
                self.take_record(*task_uuid, *record, now);
                return;
            }
            Ok(Begun::Held) => {
                entry.kept = None;
                self.watch_only(*task_uuid, now);
                return;
            }
            Ok(Begun::Reused) => Error::uuid_reused(handle, "in the journal"),
            Ok(Begun::Abandoned) => Error::abandoned(handle),
            Ok(Begun::OverBudget { committed }) => Error::over_budget(handle, reserve.as_ref(), committed),
            Ok(Begun::Unpriced) => Error::unpriced(handle, reserve.as_ref()),
            Err(error) => Error::not_begun(handle, error),
        };
        self.end(*task_uuid, Err(error));
    }

    /// The task was given up before the journal answered.
    fn take_late_answer(&mut self, task_uuid: TaskUuid, answer: Result<Begun, JournalError>, now: Tick) {
        let (ticket, fact) = match answer {
            Ok(Begun::New(ticket)) => {
                let reason = "it was given up before it was sent".to_owned();
                (ticket, Fact::Refused { reason })
            }
            Ok(Begun::Known(record)) => (record.ticket, Fact::Released),
            _ => return,
        };
        let entry = self.entries.get(&task_uuid);
        if entry.and_then(|entry| entry.kept.as_ref()).is_some_and(|kept| kept.ticket == Some(ticket)) {
            return;
        }
        // Another client of this process may have taken it up meanwhile. It has the same ticket, and what becomes of the
        // task is its affair.
        let ward = self.ledger.keeping().and_then(|keeping| keeping.care.take(task_uuid));
        let Some(ward) = ward else { return };
        if entry.is_none() {
            self.ledger.leave(task_uuid, ward);
        }
        self.write_down(task_uuid, ticket, fact, now);
    }

    /// Somebody else looks after the task: it is watched, and never sent.
    fn watch_only(&mut self, task_uuid: TaskUuid, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        (entry.prepared, entry.kind) = (None, None);
        entry.submission = Submission::resumed();
        entry.is_held = false;
        self.remind(task_uuid, now);
        self.begin_watching(task_uuid, now);
    }

    /// Writes something down that nobody waits for.
    pub(super) fn write_down(&mut self, task_uuid: TaskUuid, ticket: Ticket, fact: Fact, now: Tick) {
        self.ledger.publish(Publication {
            task_uuid,
            ticket,
            facts: vec![fact],
            tell: None,
            by: now + GRACE,
        });
    }
}

fn panicked() -> JournalError {
    JournalError::new(JournalErrorKind::Io, "the journal panicked")
}

pub(super) fn warn(what: &str, error: &JournalError) {
    let kind = error.kind();
    tracing::warn!(target: "runware", ?kind, error = %error, "the journal is in trouble: {what}");
}
