//! What replies show of a task that are not the whole answer to anything.

use std::collections::BTreeMap;

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
    let mut part = Part::default();
    for reply in replies {
        let items = reply.envelope.items.iter().filter(|item| item.task_uuid() == Some(task_uuid));
        items.for_each(|item| part.add_item(item));
        let errors = reply.envelope.errors.iter().filter(|error| error.task_uuid() == Some(task_uuid));
        errors.for_each(|error| part.add_error(error));
    }
    part
}

/// Reads what a reply shows of each of the tasks that are wanted, as [`read_part`] does of one.
///
/// Each entry is looked at once, whatever the reply holds: it may name more tasks than there are.
pub(crate) fn read_parts(reply: &Reply, is_wanted: impl Fn(TaskUuid) -> bool) -> BTreeMap<TaskUuid, Part> {
    let mut parts: BTreeMap<TaskUuid, Part> = BTreeMap::new();
    let wanted = |named: Option<TaskUuid>| named.filter(|named| is_wanted(*named));
    for item in &reply.envelope.items {
        if let Some(task_uuid) = wanted(item.task_uuid()) {
            parts.entry(task_uuid).or_default().add_item(item);
        }
    }
    for error in &reply.envelope.errors {
        if let Some(task_uuid) = wanted(error.task_uuid()) {
            parts.entry(task_uuid).or_default().add_error(error);
        }
    }
    parts
}

impl Default for Part {
    fn default() -> Self {
        Self { snapshot: Snapshot::part(), is_conflict: false }
    }
}

impl Part {
    fn add_item(&mut self, item: &Item) {
        if !is_of_query(item) {
            self.snapshot.add_item(item);
        }
    }

    fn add_error(&mut self, error: &ApiError) {
        if is_failure(error) {
            self.snapshot.add_failures([error].into_iter());
        }
        self.is_conflict |= error.is_conflict();
    }
}

/// True of an error that carries the documented mark of a failed generation.
pub(super) fn is_failure(error: &ApiError) -> bool {
    error.status().is_some_and(|status| status.phase() == Phase::Failed)
}

/// True of an answer of the archive: it names the task, and is none of its results.
fn is_of_query(item: &Item) -> bool {
    item.task_type().is_some_and(TaskType::is_query)
}
