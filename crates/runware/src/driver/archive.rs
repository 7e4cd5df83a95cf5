//! What the archive says of tasks that cannot be seen, or of which something is not known.

use runware_poll::{Seen, Tick};
use runware_types::TaskUuid;

use super::entry::Expected;
use super::verify::is_ours;
use super::{Asked, Driver};
use crate::exchange::Exchange;
use crate::reading::{self, ArchiveAnswer};
use crate::submission::Absence;
use crate::{Ending, Error};

/// How often the archive is asked how many results a task is to have.
const EXPECTED_ATTEMPTS: u32 = 3;

impl Driver {
    /// Takes in what the archive says of tasks that cannot be seen.
    pub(super) fn take_question(&mut self, exchange: &Exchange, asked: &Asked, now: Tick) {
        let mut answers = reading::read_details(exchange, &asked.task_uuids);
        for task_uuid in &asked.task_uuids {
            let Some(answer) = answers.remove(task_uuid) else { continue };
            let Some(entry) = asked.entry(task_uuid, &mut self.entries) else { continue };
            self.scheduler.answered(task_uuid, now);
            if matches!(answer, ArchiveAnswer::TooMany) {
                self.questions.raise_alone(*task_uuid, now);
                continue;
            }
            entry.note_archive(answer.fault());
            let awaits_verdict = std::mem::take(&mut entry.awaits_verdict);
            if let Expected::Asked { faults } = entry.expected {
                self.take_expected(*task_uuid, &answer, faults, now);
                continue;
            }
            match answer {
                // Once the server has said that it has our task, whatever differs is the archive's own doing.
                ArchiveAnswer::Found(details)
                    if !entry.submission.is_accepted() && !is_ours(entry, &details) =>
                {
                    if let Some(evidence) = entry.foreign().map(ToOwned::to_owned) {
                        // What another account has under this id says nothing about the task.
                        let handle = entry.watch.handle().clone();
                        self.end_with(*task_uuid, Ending::Unknown { handle, evidence }, now);
                        continue;
                    }
                    let error = Error::uuid_reused(entry.watch.handle().clone(), "at the server");
                    self.end(*task_uuid, Err(error));
                }
                ArchiveAnswer::Found(details) => {
                    entry.learn_expected(&details);
                    let snapshot = reading::read_archive(&details, *task_uuid);
                    if snapshot.is_ended() {
                        entry.collector.settle();
                    }
                    entry.submission.accepted();
                    entry.report_accepted(entry.began_elsewhere(), &mut self.ledger);
                    self.take_snapshot(*task_uuid, snapshot, now);
                    self.keep_watching(*task_uuid, now);
                    self.scheduler.observed(task_uuid, now, Seen::Running);
                }
                // Nothing speaks for more than the failures that every check shows.
                ArchiveAnswer::Absent | ArchiveAnswer::Silent if awaits_verdict => {
                    self.end_with(*task_uuid, Ending::Settled, now);
                }
                ArchiveAnswer::Absent => self.take_absence(*task_uuid, true, now),
                ArchiveAnswer::Silent => self.take_absence(*task_uuid, false, now),
                ArchiveAnswer::TooMany => {}
                ArchiveAnswer::Fault(cause) | ArchiveAnswer::Refused(cause) => {
                    self.lanes.hold(cause.retry_after().unwrap_or_default(), now);
                    entry.report_fault(cause, &mut self.ledger);
                }
            }
        }
    }

    /// The archive was asked how many results a task is to have, of which only the id was known.
    fn take_expected(&mut self, task_uuid: TaskUuid, answer: &ArchiveAnswer, faults: u32, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        match answer {
            ArchiveAnswer::Found(details) => entry.learn_expected(details),
            // The next look at the task asks again.
            ArchiveAnswer::Fault(cause) if faults + 1 < EXPECTED_ATTEMPTS => {
                self.lanes.hold(cause.retry_after().unwrap_or_default(), now);
                entry.report_fault(cause.clone(), &mut self.ledger);
                entry.expected = Expected::Unknown { faults: faults + 1 };
                return;
            }
            _ => entry.expected = Expected::NotToBeHad,
        }
        if entry.collector.is_settled() {
            self.end_with(task_uuid, Ending::Settled, now);
        }
    }

    /// The archive does not have the task; `denied` if it said so.
    fn take_absence(&mut self, task_uuid: TaskUuid, denied: bool, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        match entry.submission.absent(now, denied) {
            Absence::Inconclusive => {}
            Absence::Resend(_) => {
                self.scheduler.remove(&task_uuid);
                self.go_on(task_uuid, now);
            }
            Absence::Undecided => {
                let handle = entry.watch.handle().clone();
                let evidence = entry.withheld().map_or_else(
                    || {
                        format!(
                            "getResponse shows nothing of task {task_uuid}, and getTaskDetails, asked twice, does not \
                             have it either; it may have run and been forgotten, or never have arrived"
                        )
                    },
                    ToOwned::to_owned,
                );
                self.end_with(task_uuid, Ending::Unknown { handle, evidence }, now);
            }
        }
    }
}
