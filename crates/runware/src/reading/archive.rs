//! What the archive says of a task.

use std::collections::HashMap;

use runware_types::{ApiError, ErrorCategory, TaskDetails, TaskUuid};

use super::snapshot::Snapshot;
use super::status::Sighting;
use super::{Sorted, TASK_ABSENT};
use crate::error::Cause;
use crate::exchange::Exchange;

/// What the archive says of one task.
#[derive(Debug)]
pub(crate) enum ArchiveAnswer {
    Found(TaskDetails),
    /// It says that it has no such task.
    Absent,
    /// It answers without a word about the task.
    Silent,
    /// It refuses the request as a whole: ask again about fewer tasks.
    TooMany,
    /// The question itself failed; this says nothing about the task.
    Fault(Cause),
    /// The question was refused for good.
    Refused(Cause),
}

impl ArchiveAnswer {
    /// Why the archive could not be asked, if that is so.
    pub(crate) fn fault(&self) -> Option<&Cause> {
        match self {
            Self::Fault(cause) | Self::Refused(cause) => Some(cause),
            Self::Found(_) | Self::Absent | Self::Silent | Self::TooMany => None,
        }
    }
}

/// Sorts the replies to a question to the archive by task.
pub(crate) fn read_details(exchange: &Exchange, asked: &[TaskUuid]) -> HashMap<TaskUuid, ArchiveAnswer> {
    let sorted = Sorted::of(exchange, asked);
    asked.iter().map(|uuid| (*uuid, sorted.archive_answer(uuid, asked.len()))).collect()
}

/// Reads the archived outcome of a task, which has the shape of any reply.
///
/// The archive keeps the last answer to an id. Where that is the refusal of a repetition, or a trouble of the
/// server, it says nothing about the task. Entries without an id count only if the task was alone in its
/// request.
pub(crate) fn read_archive(details: &TaskDetails, uuid: TaskUuid) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let Ok(envelope) = details.envelope() else { return snapshot };
    let was_alone = details.tasks().is_ok_and(|tasks| tasks.len() <= 1);
    let is_its = |named: Option<TaskUuid>| named.map_or(was_alone, |named| named == uuid);
    envelope.items.iter().filter(|item| is_its(item.task_uuid())).for_each(|item| snapshot.add_item(item));
    let is_passing = |error: &ApiError| {
        let passing = [ErrorCategory::RateLimit, ErrorCategory::ServerError, ErrorCategory::Connection];
        error.status().is_none() && passing.contains(&error.category())
    };
    let errors = envelope.errors.iter().filter(|error| is_its(error.task_uuid()));
    snapshot.add_failures(errors.filter(|error| !error.is_conflict() && !is_passing(error)));
    snapshot
}

impl Sorted<'_> {
    fn archive_answer(&self, uuid: &TaskUuid, asked: usize) -> ArchiveAnswer {
        let items = self.items.get(uuid).map_or(&[][..], Vec::as_slice);
        if let Some(details) = items.iter().find_map(|item| TaskDetails::from_item(item).ok()) {
            return ArchiveAnswer::Found(details);
        }
        let named = self.errors.get(uuid).and_then(|errors| errors.first().copied());
        match named.or(self.general.filter(|_| asked == 1)) {
            Some(error) if TASK_ABSENT.contains(&error.code()) => ArchiveAnswer::Absent,
            Some(error) if error.category_with_status(self.status) == ErrorCategory::Auth => {
                ArchiveAnswer::Refused(self.cause(Some(error)))
            }
            Some(error) => ArchiveAnswer::Fault(self.cause(Some(error))),
            None => match self.sighting_by_default(asked) {
                Sighting::Fault(cause) | Sighting::TooLarge(cause) => ArchiveAnswer::Fault(cause),
                Sighting::Refused(cause) => ArchiveAnswer::Refused(cause),
                Sighting::TooMany => ArchiveAnswer::TooMany,
                // What names the task and cannot be read shows at least that the task is there.
                _ if !items.is_empty() => ArchiveAnswer::Fault(self.cause(None)),
                Sighting::Seen(_) | Sighting::Known | Sighting::Unseen => ArchiveAnswer::Silent,
            },
        }
    }
}
