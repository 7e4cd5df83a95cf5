//! What the replies to a status check say of each task that was asked about.

use std::collections::HashMap;

use runware_types::{ApiError, ErrorCategory, TaskUuid};

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
    /// Nothing of it is to be seen.
    Unseen,
    /// The check itself failed; this says nothing about the task.
    Fault(Cause),
    /// The check was refused for good.
    Refused(Cause),
    /// The server refuses the request as a whole: ask again with fewer tasks in it.
    TooMany,
}

/// Sorts the replies to a status check by task.
pub(crate) fn read_status(exchange: &Exchange, asked: &[TaskUuid]) -> HashMap<TaskUuid, Sighting> {
    let sorted = Sorted::of_states(exchange, asked);
    asked.iter().map(|uuid| (*uuid, sorted.sighting(uuid, asked.len()))).collect()
}

impl Sorted<'_> {
    fn sighting(&self, uuid: &TaskUuid, asked: usize) -> Sighting {
        let items = self.items.get(uuid).map_or(&[][..], Vec::as_slice);
        let errors = self.errors.get(uuid).map_or(&[][..], Vec::as_slice);
        let mut snapshot = Snapshot::default();
        items.iter().for_each(|item| snapshot.add_item(item));
        let mut fault = None;
        for error in errors {
            let failure = failed(error.result_index(), Payload::Error((*error).clone()));
            match self.weigh(error) {
                Weight::Verdict => snapshot.entries.push(failure),
                Weight::Suspect => snapshot.suspects.push(failure),
                Weight::Absent => {}
                Weight::Fault => fault = Some(*error),
            }
        }
        if !snapshot.entries.is_empty() || !snapshot.suspects.is_empty() {
            return Sighting::Seen(snapshot);
        }
        match fault {
            Some(error) => Sighting::Fault(self.cause(Some(error))),
            None if !errors.is_empty() => Sighting::Unseen,
            None => self.sighting_by_default(asked),
        }
    }

    /// What an error that names the task is worth in the answer to a status check.
    fn weigh(&self, error: &ApiError) -> Weight {
        // The documented mark of a failed generation; everything else has to be told by its code.
        if is_failure(error) {
            return Weight::Verdict;
        }
        if TASK_ABSENT.contains(&error.code()) {
            return Weight::Absent;
        }
        // That the id is known is what a submission is told, and nothing against the task.
        if error.is_conflict() || self.status == 429 || self.status >= 500 {
            return Weight::Fault;
        }
        match error.category() {
            ErrorCategory::RateLimit | ErrorCategory::Connection | ErrorCategory::Auth => Weight::Fault,
            // The documented failures carry a status; without one, these may as well be the check's own.
            ErrorCategory::ServerError | ErrorCategory::Timeout | ErrorCategory::Unknown => Weight::Suspect,
            _ => Weight::Verdict,
        }
    }

    pub(super) fn sighting_by_default(&self, asked: usize) -> Sighting {
        if let Some(fault) = self.fault.filter(|fault| fault.is_too_large()) {
            let cause = self.cause(None);
            return match asked {
                2.. => Sighting::TooMany,
                // Without a status it came over a connection that others share: theirs may be what is too large.
                _ if fault.status().is_none() => Sighting::Fault(cause),
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

/// What an error in the answer to a status check is worth.
enum Weight {
    Verdict,
    Suspect,
    Absent,
    Fault,
}
