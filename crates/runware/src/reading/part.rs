//! What replies show of a task that are not the whole answer to anything.

use runware_transport::Reply;
use runware_types::{ApiError, Item, Phase, TaskType, TaskUuid};

use super::snapshot::Snapshot;

/// What a part of an answer shows of one task.
#[derive(Debug)]
pub(crate) struct Part {
    /// Its items, and its failures as far as they are told from other trouble by their `status`.
    pub(crate) snapshot: Snapshot,
    /// The server said that it knew the id already.
    pub(crate) is_conflict: bool,
}

/// Reads what these replies show of a task.
///
/// Only what names the task counts, however few tasks there are: nobody knows what the replies answer. Of the
/// errors only those count that say that a generation has failed. Any other may be about the request that it
/// answers, and not about the task.
pub(crate) fn read_part(replies: &[Reply], task_uuid: TaskUuid) -> Part {
    let mut part = Part { snapshot: Snapshot::part(), is_conflict: false };
    for reply in replies {
        let items = reply.envelope.items.iter().filter(|item| item.task_uuid() == Some(task_uuid));
        items.filter(|item| !is_of_query(item)).for_each(|item| part.snapshot.add_item(item));
        let errors = || reply.envelope.errors.iter().filter(|error| error.task_uuid() == Some(task_uuid));
        part.snapshot.add_failures(errors().filter(|error| is_failure(error)));
        part.is_conflict |= errors().any(ApiError::is_conflict);
    }
    part
}

/// True of an error that carries the documented mark of a failed generation.
pub(super) fn is_failure(error: &ApiError) -> bool {
    error.status().is_some_and(|status| status.phase() == Phase::Failed)
}

/// True of an answer of the archive: it names the task, and is none of its results.
fn is_of_query(item: &Item) -> bool {
    item.task_type().is_some_and(TaskType::is_query)
}
