//! Watching tasks: the scheduler says who is due, one request asks for all of them.

use std::time::Duration;

use runware_poll::{Change, Ending as PollEnding, Fault, Next, Seen, Tick};
use runware_types::TaskUuid;

use super::entry::Expected;
use super::lanes::Lane;
use super::{Asked, Driver, Purpose};
use crate::error::Cause;
use crate::exchange::{self, Exchange};
use crate::reading::{self, Payload, Sighting, Snapshot};
use crate::{Ending, Error};

/// Fewer failures than results were asked for, and nothing else: that may be the verdict on the whole task,
/// or the rest is not shown yet. So may be fewer results of a synchronous task, whose own answer was lost. After
/// this many such answers in a row the archive is asked which.
const SHORT_ANSWERS_QUESTIONED: u8 = 2;

/// An answer that is too large, over a connection that others share, is the task's own once it is so this many times in
/// a row.
const LARGE_ANSWERS_CONFIRMED: u8 = 2;

/// An error that may be a passing trouble of the server is the task's own once every check for this long
/// has shown it: what a check reports of a task, it reports every time.
const SUSPICION_CONFIRMED: Duration = Duration::from_secs(30);

impl Driver {
    /// Sends the next status check that is due. False if there is none.
    pub(super) fn start_check(&mut self, now: Tick) -> bool {
        self.scheduler.block(false);
        loop {
            match self.scheduler.next(now) {
                Next::Send(asked) => {
                    self.check(asked, now);
                    return true;
                }
                Next::Question(task_uuid) => self.questions.raise(task_uuid, now),
                Next::Finished(task_uuid, ending) => self.stop_watching(task_uuid, ending, now),
                Next::Wait { .. } | Next::Idle => return false,
            }
        }
    }

    /// Does for the tasks that are watched what takes no request; returns when to look again, if not on an event.
    pub(super) fn look_after_watched(&mut self, now: Tick) -> Option<Tick> {
        loop {
            self.scheduler.block(!self.lanes.is_open(Lane::Check, now));
            match self.scheduler.next(now) {
                // What fell due by what was just done.
                Next::Send(asked) => self.check(asked, now),
                Next::Question(task_uuid) => self.questions.raise(task_uuid, now),
                Next::Finished(task_uuid, ending) => self.stop_watching(task_uuid, ending, now),
                Next::Wait { until } => return Some(until),
                Next::Idle => return None,
            }
        }
    }

    /// Takes in the replies to a status check.
    pub(super) fn take_check(&mut self, exchange: &Exchange, asked: &Asked, now: Tick) {
        let mut sightings = reading::read_status(exchange, &asked.task_uuids);
        // Silence may mean that nothing is there, but says nothing.
        let is_answered = exchange.fault.is_none() && !exchange.replies.is_empty();
        if sightings.values().any(Sighting::is_of_task) {
            if is_answered {
                self.scheduler.accepted(asked.task_uuids.len());
            }
        } else if reading::is_refused_whole(exchange, &asked.task_uuids) {
            self.scheduler.refused(&asked.task_uuids);
        }
        for task_uuid in &asked.task_uuids {
            let Some(sighting) = sightings.remove(task_uuid) else { continue };
            let Some(entry) = asked.entry(task_uuid, &mut self.entries) else { continue };
            match sighting {
                Sighting::TooLarge(_) => entry.large_answers = entry.large_answers.saturating_add(1),
                // That a check failed says nothing about the size of its answer.
                Sighting::Fault(_) => {}
                _ => entry.large_answers = 0,
            }
            entry.check_failed =
                matches!(sighting, Sighting::TooLarge(_) | Sighting::TooMany | Sighting::Fault(_));
            match sighting {
                Sighting::Seen(snapshot) => {
                    entry.last_seen = Some(true);
                    let shows_task = !snapshot.entries.is_empty();
                    self.take_snapshot(*task_uuid, snapshot, now);
                    if shows_task {
                        self.note_at_work(*task_uuid, asked.at);
                    }
                }
                Sighting::Known => {
                    entry.last_seen = Some(true);
                    self.take_known(*task_uuid, now);
                }
                Sighting::Unseen => {
                    entry.last_seen = Some(false);
                    if is_answered {
                        entry.trust();
                    }
                    if is_answered && entry.submission.unseen(asked.at, now).is_some() {
                        self.scheduler.remove(task_uuid);
                        self.go_on(*task_uuid, now);
                    } else {
                        self.scheduler.observed(task_uuid, now, Seen::Unknown);
                    }
                }
                Sighting::Fault(cause) => {
                    // The server means the client, not the one task.
                    self.lanes.hold(cause.retry_after().unwrap_or_default(), now);
                    let delay = cause.retry_after().unwrap_or_default();
                    entry.report_fault(cause, &mut self.ledger);
                    self.scheduler.failed(task_uuid, now, Fault::transient().retry_after(delay));
                }
                Sighting::Refused(cause) => {
                    entry.report_fault(cause, &mut self.ledger);
                    self.scheduler.failed(task_uuid, now, Fault::permanent());
                }
                Sighting::TooLarge(cause) => {
                    let is_lasting = entry.large_answers >= LARGE_ANSWERS_CONFIRMED;
                    let fault = if is_lasting { Fault::permanent() } else { Fault::transient() };
                    entry.report_fault(cause, &mut self.ledger);
                    self.scheduler.failed(task_uuid, now, fault);
                }
                Sighting::TooMany => self.scheduler.failed(task_uuid, now, Fault::transient()),
            }
        }
    }

    /// A status check shows that the server knows the id, and nothing else.
    fn take_known(&mut self, task_uuid: TaskUuid, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        if entry.submission.is_accepted() {
            entry.submission.accepted();
            entry.report_accepted(entry.began_elsewhere(), &mut self.ledger);
        } else {
            self.take_stray_conflict(task_uuid, now);
        }
        self.scheduler.observed(&task_uuid, now, Seen::Running);
    }

    /// Folds a task's present state into what is known of it.
    pub(super) fn take_snapshot(&mut self, task_uuid: TaskUuid, mut snapshot: Snapshot, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        if snapshot.is_part {
            // It cannot show that an error is gone.
        } else if snapshot.suspects.is_empty() {
            entry.trust();
        } else if now.duration_since(entry.suspect(now)) >= SUSPICION_CONFIRMED {
            snapshot.entries.append(&mut snapshot.suspects);
        }
        let shows_task = !snapshot.entries.is_empty();
        if shows_task {
            entry.submission.accepted();
            entry.report_accepted(entry.began_elsewhere(), &mut self.ledger);
        }
        let is_all_failed = snapshot.is_all_failed();
        // The answer to a synchronous task that came whole is not asked for again: this one's was lost, and nobody
        // has said that it brought fewer results than were asked for.
        let may_be_all = is_all_failed || (entry.is_sync() && snapshot.is_ended());
        if !snapshot.is_part {
            entry.short_answers = if may_be_all { entry.short_answers.saturating_add(1) } else { 0 };
        } else if !matches!(entry.expected, Expected::Known(_)) {
            snapshot.leave_open();
        }
        let (progress, is_queued) = (snapshot.progress, snapshot.is_queued());
        let changes = entry.collector.observe(snapshot.entries);
        let has_advanced = changes.iter().any(|change| matches!(change, Change::Result(_)));
        let is_questionable =
            entry.short_answers >= SHORT_ANSWERS_QUESTIONED && !entry.collector.is_settled();
        if is_questionable {
            entry.short_answers = 0;
            entry.awaits_verdict = is_all_failed;
        }
        if !changes.is_empty() || progress.is_some() {
            entry.publish(changes, progress, &mut self.ledger);
        }
        if let Some(Payload::Error(error)) = snapshot.suspects.first().map(|suspect| &suspect.payload) {
            entry.report_fault(
                Cause::Api { error: Box::new(error.clone()), status: 200, retry_after: None },
                &mut self.ledger,
            );
        }
        if entry.collector.is_settled()
            && let Expected::Unknown { faults } = entry.expected
        {
            entry.expected = Expected::Asked { faults };
            self.keep_watching(task_uuid, now);
            self.scheduler.observed(&task_uuid, now, Seen::Running);
            self.questions.raise(task_uuid, now);
        } else if entry.collector.is_settled() && !matches!(entry.expected, Expected::Asked { .. }) {
            self.end_with(task_uuid, Ending::Settled, now);
        } else if shows_task {
            self.keep_watching(task_uuid, now);
            if has_advanced {
                // Told first: what comes next was last seen not to be there before this.
                self.scheduler.advanced(&task_uuid, now);
            }
            if is_queued {
                // So is this: the time in the queue is none that the work took.
                self.scheduler.queued(&task_uuid, now);
            }
            self.scheduler.observed(&task_uuid, now, Seen::Running);
            if let Some(percent) = progress {
                self.scheduler.reported(&task_uuid, now, percent);
            }
            if is_questionable {
                self.questions.raise(task_uuid, now);
            }
        } else if !snapshot.suspects.is_empty() {
            // A trouble of the server may name a task that never arrived.
            self.scheduler.observed(&task_uuid, now, Seen::Unknown);
        }
    }

    fn check(&mut self, asked: Vec<TaskUuid>, now: Tick) {
        for task_uuid in &asked {
            if let Some(entry) = self.entries.get(task_uuid) {
                entry.watch.count_poll();
            }
        }
        let calls = asked.iter().map(|task_uuid| exchange::status_call(*task_uuid)).collect();
        let timeout = self.query_timeout(&asked, now);
        self.start(Purpose::Check(Asked::new(asked, now)), calls, timeout);
    }

    /// The scheduler has finished with a task.
    fn stop_watching(&mut self, task_uuid: TaskUuid, ending: PollEnding, now: Tick) {
        match ending {
            PollEnding::Rejected => {
                let Some(entry) = self.entries.get(&task_uuid) else { return };
                let error = Error::query_failed(entry.watch.handle().clone(), &entry.last_cause());
                self.interrupt(task_uuid, error, now);
            }
            _ => self.end_at_deadline(task_uuid, now),
        }
    }
}
