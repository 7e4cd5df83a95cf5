//! Watching tasks: the scheduler says who is due, one request asks for all of them.

use std::time::Duration;

use runware_poll::{Change, Ending as PollEnding, Fault, Next, Seen, Tick};
use runware_types::TaskUuid;

use super::entry::Entry;
use super::verify::is_ours;
use super::{Driver, Purpose};
use crate::error::Cause;
use crate::exchange::{self, Exchange};
use crate::reading::{self, ArchiveAnswer, Payload, Sighting, Snapshot};
use crate::submission::Absence;
use crate::{Ending, Error};

/// Status checks under way at once; each may ask about a whole batch.
const MAX_CHECKS_UNDER_WAY: usize = 8;

/// With so many under way, how long the others wait before they are looked at again.
const CROWDED: Duration = Duration::from_millis(50);

/// An answer with nothing but failures, though more results were asked for, is the server's verdict on
/// the whole task once it has been given this often in a row.
const ALL_FAILED_CONFIRMED: u32 = 2;

/// An error that may be a passing trouble of the server is the task's own once it has been given this
/// often in a row: what a check reports of a task, it reports every time.
const SUSPICION_CONFIRMED: u32 = 3;

impl Driver {
    /// Sends the status checks that are due; returns when to look again, if not on an event.
    pub(super) fn start_checks(&mut self, now: Tick) -> Option<Tick> {
        let mut questions = Vec::new();
        let wake = loop {
            if self.checks_under_way >= MAX_CHECKS_UNDER_WAY {
                self.scheduler.pause(now + CROWDED);
            }
            match self.scheduler.next(now) {
                Next::Send(asked) => self.start_check(asked, now),
                Next::Question(task_uuid) => questions.push(task_uuid),
                Next::Finished(task_uuid, ending) => self.stop_watching(task_uuid, ending, now),
                Next::Wait { until } => break Some(until),
                Next::Idle => break None,
            }
        };
        for asked in questions.chunks(self.scheduler.batch_limit()) {
            self.counters.looked_up();
            let calls = asked.iter().map(|task_uuid| exchange::details_call(*task_uuid)).collect();
            self.start(Purpose::Question(asked.to_vec()), calls, self.query_timeout(asked, now));
        }
        wake
    }

    /// Takes in the replies to a status check.
    pub(super) fn take_check(&mut self, exchange: &Exchange, asked: &[TaskUuid], now: Tick) {
        let mut sightings = reading::read_status(exchange, asked);
        if sightings.values().any(|sighting| matches!(sighting, Sighting::TooMany)) {
            self.scheduler.set_batch_limit((asked.len() / 2).max(1));
        }
        for task_uuid in asked {
            let Some(sighting) = sightings.remove(task_uuid) else { continue };
            let Some(entry) = self.entries.get_mut(task_uuid) else { continue };
            match sighting {
                Sighting::Seen(snapshot) => {
                    entry.last_seen = Some(true);
                    self.take_snapshot(*task_uuid, snapshot, now);
                }
                Sighting::Unseen => {
                    entry.last_seen = Some(false);
                    self.scheduler.observed(task_uuid, now, Seen::Unknown);
                }
                Sighting::Fault(cause) => {
                    // The server means the client, not the one task.
                    if let Some(delay) = cause.retry_after() {
                        self.scheduler.pause(now + delay);
                    }
                    entry.report_fault(cause);
                    self.scheduler.failed(task_uuid, now, Fault::transient());
                }
                Sighting::Refused(cause) => {
                    entry.report_fault(cause);
                    self.scheduler.failed(task_uuid, now, Fault::permanent());
                }
                Sighting::TooMany => self.scheduler.failed(task_uuid, now, Fault::transient()),
            }
        }
    }

    /// Folds a task's present state into what is known of it.
    pub(super) fn take_snapshot(&mut self, task_uuid: TaskUuid, mut snapshot: Snapshot, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        entry.suspicions = if snapshot.suspects.is_empty() { 0 } else { entry.suspicions + 1 };
        if entry.suspicions >= SUSPICION_CONFIRMED {
            snapshot.entries.append(&mut snapshot.suspects);
        }
        let shows_task = !snapshot.entries.is_empty();
        if shows_task {
            entry.submission.accepted();
            entry.report_accepted(entry.prepared.is_none());
        }
        entry.all_failed = if snapshot.is_all_failed() { entry.all_failed + 1 } else { 0 };
        let changes = entry.collector.observe(snapshot.entries);
        if entry.all_failed >= ALL_FAILED_CONFIRMED {
            entry.collector.settle();
        }
        if !changes.is_empty() || snapshot.progress.is_some() {
            publish(entry, changes, snapshot.progress);
        }
        if let Some(Payload::Error(error)) = snapshot.suspects.first().map(|suspect| &suspect.payload) {
            entry.report_fault(Cause::Api { error: Box::new(error.clone()), status: 200, retry_after: None });
        }
        if entry.collector.is_settled() {
            self.end_with(task_uuid, Ending::Settled, now);
        } else if shows_task {
            self.scheduler.observed(&task_uuid, now, Seen::Running);
        } else if !snapshot.suspects.is_empty() {
            // A trouble of the server may name a task that never arrived.
            self.scheduler.observed(&task_uuid, now, Seen::Unknown);
        }
    }

    /// Takes in what the archive says of tasks that cannot be seen.
    pub(super) fn take_question(&mut self, exchange: &Exchange, asked: &[TaskUuid], now: Tick) {
        let mut answers = reading::read_details(exchange, asked);
        for task_uuid in asked {
            let Some(answer) = answers.remove(task_uuid) else { continue };
            let Some(entry) = self.entries.get_mut(task_uuid) else { continue };
            self.scheduler.answered(task_uuid, now);
            match answer {
                ArchiveAnswer::Found(details) if !is_ours(entry, &details) => {
                    let error = Error::uuid_reused(entry.watch.handle().clone(), "at the server");
                    self.end(*task_uuid, Err(error));
                }
                ArchiveAnswer::Found(details) => {
                    let snapshot = reading::read_archive(&details, *task_uuid);
                    if snapshot.is_ended() {
                        entry.collector.settle();
                    }
                    entry.submission.accepted();
                    entry.report_accepted(entry.prepared.is_none());
                    self.take_snapshot(*task_uuid, snapshot, now);
                    self.scheduler.observed(task_uuid, now, Seen::Running);
                }
                ArchiveAnswer::Absent => self.take_absence(*task_uuid, now),
                ArchiveAnswer::Fault(cause) | ArchiveAnswer::Refused(cause) => {
                    if let Some(delay) = cause.retry_after() {
                        self.scheduler.pause(now + delay);
                    }
                    entry.report_fault(cause);
                }
            }
        }
    }

    /// The archive says that there is no such task.
    fn take_absence(&mut self, task_uuid: TaskUuid, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        match entry.submission.absent(now) {
            Absence::Inconclusive => {}
            Absence::Resend(_) => {
                self.scheduler.remove(&task_uuid);
                self.go_on(task_uuid, now);
            }
            Absence::Undecided => {
                let handle = entry.watch.handle().clone();
                let evidence = format!(
                    "getResponse shows nothing of task {task_uuid}, and getTaskDetails answered twice that \
                     there is no such task; it may have run and been forgotten, or never have arrived"
                );
                self.end_with(task_uuid, Ending::Unknown { handle, evidence }, now);
            }
        }
    }

    fn start_check(&mut self, asked: Vec<TaskUuid>, now: Tick) {
        self.checks_under_way += 1;
        self.counters.checked(asked.len());
        for task_uuid in &asked {
            if let Some(entry) = self.entries.get(task_uuid) {
                entry.watch.count_poll();
            }
        }
        let calls = asked.iter().map(|task_uuid| exchange::status_call(*task_uuid)).collect();
        let timeout = self.query_timeout(&asked, now);
        self.start(Purpose::Check(asked), calls, timeout);
    }

    /// The scheduler has finished with a task.
    fn stop_watching(&mut self, task_uuid: TaskUuid, ending: PollEnding, now: Tick) {
        match ending {
            PollEnding::Rejected => {
                let Some(entry) = self.entries.get(&task_uuid) else { return };
                let cause = entry.last_cause.as_ref().unwrap_or(&Cause::QuietServer);
                let error = Error::query_failed(entry.watch.handle().clone(), cause);
                self.end(task_uuid, Err(error));
            }
            _ => self.end_at_deadline(task_uuid, now),
        }
    }
}

fn publish(entry: &Entry, changes: Vec<Change<Payload>>, progress: Option<u8>) {
    entry.watch.change(|state| {
        state.progress = progress.or(state.progress);
        for change in changes {
            let position = u32::try_from(state.results.len()).unwrap_or(u32::MAX);
            match change {
                Change::Result(entry) => {
                    state.results.extend(entry.payload.result(entry.index.unwrap_or(position)));
                }
                Change::Failure(entry) => state.failures.extend(entry.payload.failure(entry.index)),
            }
        }
    });
}
