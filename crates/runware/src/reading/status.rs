//! What the replies to a status check say of each task that was asked about.

use std::collections::HashMap;

use runware_transport::Delivery;
use runware_types::{ApiError, ErrorCategory, TaskType, TaskUuid};

use super::part::is_failure;
use super::snapshot::{Payload, Snapshot, failed};
use super::{Sorted, TASK_ABSENT};
use crate::error::Cause;
use crate::exchange::Exchange;

/// What the server says of one task that was asked about.
#[derive(Debug)]
pub(crate) enum Sighting {
    /// The task's present state.
    Seen(Snapshot),
    /// The server has it, and shows nothing else of it: it refused to take the id again.
    Known,
    /// Nothing of it is to be seen.
    Unseen,
    /// The check itself failed; this says nothing about the task.
    Fault(Cause),
    /// The check was refused for good.
    Refused(Cause),
    /// The server refuses the request as a whole: ask again with fewer tasks in it.
    TooMany,
    /// The answer was too large for a connection that others share, though nothing else was asked in it: theirs may be
    /// what is too large.
    TooLarge(Cause),
}

/// Sorts the replies to a status check by task.
pub(crate) fn read_status(exchange: &Exchange, asked: &[TaskUuid]) -> HashMap<TaskUuid, Sighting> {
    let sorted = Sorted::of_states(exchange, asked);
    asked.iter().map(|uuid| (*uuid, sorted.sighting(uuid, asked.len()))).collect()
}

/// True if a status check was refused as a whole, and no task is named that is to blame. With one task in it, that is.
pub(crate) fn is_refused_whole(exchange: &Exchange, asked: &[TaskUuid]) -> bool {
    let sorted = Sorted::of_states(exchange, asked);
    let is_named = |uuid| sorted.items.contains_key(uuid) || sorted.errors.contains_key(uuid);
    !asked.iter().any(is_named) && matches!(sorted.sighting_by_default(asked.len().max(2)), Sighting::TooMany)
}

impl Sighting {
    /// True of an answer that says how the task stands, if only that it is not to be seen.
    pub(crate) fn is_of_task(&self) -> bool {
        matches!(self, Self::Seen(_) | Self::Known | Self::Unseen)
    }
}

impl Sorted<'_> {
    fn sighting(&self, uuid: &TaskUuid, asked: usize) -> Sighting {
        let items = self.items.get(uuid).map_or(&[][..], Vec::as_slice);
        let errors = self.errors.get(uuid).map_or(&[][..], Vec::as_slice);
        let mut snapshot = Snapshot::default();
        items.iter().for_each(|item| snapshot.add_item(item));
        let mut fault = None;
        let mut is_known = false;
        for error in errors {
            let failure = failed(error.result_index(), Payload::Error((*error).clone()));
            match self.weigh(error) {
                Weight::Verdict => snapshot.entries.push(failure),
                Weight::Suspect => snapshot.suspects.push(failure),
                Weight::Known => is_known = true,
                Weight::Absent => {}
                Weight::Fault => fault = Some(*error),
            }
        }
        if !snapshot.entries.is_empty() || !snapshot.suspects.is_empty() {
            return Sighting::Seen(snapshot);
        }
        match fault {
            _ if is_known => Sighting::Known,
            Some(error) => Sighting::Fault(self.cause(Some(error))),
            None if !errors.is_empty() => Sighting::Unseen,
            None => self.sighting_by_default(asked),
        }
    }

    /// What an error that names the task is worth in the answer to a status check.
    ///
    /// Over a socket it may be the answer to something else: whatever names a task goes to everybody who waits for the
    /// task, and the refusal of a repeated submission says nothing about the attempt before it.
    fn weigh(&self, error: &ApiError) -> Weight {
        // The documented mark of a failed generation; everything else has to be told by its code.
        if is_failure(error) {
            return Weight::Verdict;
        }
        if error.is_conflict() {
            return Weight::Known;
        }
        if TASK_ABSENT.contains(&error.code()) {
            return Weight::Absent;
        }
        if self.status == 429 || self.status >= 500 {
            return Weight::Fault;
        }
        match error.category() {
            ErrorCategory::RateLimit | ErrorCategory::Connection | ErrorCategory::Auth => Weight::Fault,
            // The documented failures carry a status; without one, these may as well be the check's own.
            ErrorCategory::ServerError | ErrorCategory::Timeout | ErrorCategory::Unknown => Weight::Suspect,
            // Only a task that was taken can end so.
            ErrorCategory::Safety | ErrorCategory::Provider if !is_of_submission(error) => Weight::Verdict,
            // A task that runs is not ended by an empty account.
            ErrorCategory::Quota => Weight::Suspect,
            _ if self.is_of_check(error) => Weight::Verdict,
            _ => Weight::Suspect,
        }
    }

    /// True of an error that certainly answers the status check, and not a submission of the task: it says so, or its
    /// reply has a status of its own, which only an HTTP reply has.
    fn is_of_check(&self, error: &ApiError) -> bool {
        error.task_type() == Some(&TaskType::GetResponse) || !matches!(self.status, 200..=299)
    }

    pub(super) fn sighting_by_default(&self, asked: usize) -> Sighting {
        if let Some(fault) = self.fault.filter(|fault| fault.is_too_large()) {
            let cause = self.cause(None);
            return match asked {
                2.. => Sighting::TooMany,
                // Over a socket it may have been another question's answer.
                _ if fault.status().is_none() && fault.delivery() != Delivery::Answered => {
                    Sighting::Fault(cause)
                }
                _ if fault.status().is_none() => Sighting::TooLarge(cause),
                _ => Sighting::Refused(cause),
            };
        }
        let status = match (self.general, self.fault) {
            (None, None) => self.status,
            (_, Some(fault)) => match fault.status() {
                Some(status) => status,
                None => return Sighting::Fault(self.cause(None)),
            },
            (Some(error), None) => match error.category_with_status(self.status) {
                ErrorCategory::Auth => return Sighting::Refused(self.cause(Some(error))),
                _ if matches!(self.status, 400 | 413 | 422) => self.status,
                _ => return Sighting::Fault(self.cause(Some(error))),
            },
        };
        match status {
            200..=299 if self.fault.is_none() => Sighting::Unseen,
            400 | 413 | 422 if asked > 1 => Sighting::TooMany,
            401 | 403 => Sighting::Refused(self.cause(self.general)),
            // A refusal says why; anything else may pass.
            400 | 422 if self.general.is_some() => Sighting::Refused(self.cause(self.general)),
            _ => Sighting::Fault(self.cause(self.general)),
        }
    }
}

/// True of an error with which a submission is refused, though its category is that of failed generations.
fn is_of_submission(error: &ApiError) -> bool {
    matches!(error.code(), "noAvailableServer" | "modelUnavailable" | "modelDisabled" | "modelNotReady")
}

/// What an error in the answer to a status check is worth.
enum Weight {
    Verdict,
    Suspect,
    /// The server knows the id.
    Known,
    Absent,
    Fault,
}
