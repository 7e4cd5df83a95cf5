//! Tasks that are due to be sent, and how many of them travel together.

use std::collections::{HashMap, VecDeque};

use runware_poll::BatchLimit;
use runware_types::TaskUuid;

use crate::room::give_back;

/// Tasks that are due to be sent, in order.
#[derive(Debug)]
pub(super) struct Outbox {
    waiting: VecDeque<TaskUuid>,
    limit: BatchLimit,
    /// How many may travel with a task, itself included, after a request with it was refused as a whole. The limit may
    /// rise again, by what else is sent, before the task to blame is found.
    suspects: HashMap<TaskUuid, usize>,
}

impl Outbox {
    pub(super) fn new(most: usize) -> Self {
        Self { waiting: VecDeque::new(), limit: BatchLimit::new(most), suspects: HashMap::new() }
    }

    /// A task is due.
    pub(super) fn push(&mut self, task_uuid: TaskUuid) {
        self.waiting.push_back(task_uuid);
    }

    /// The tasks of the next request: those that are still to be sent, as `take` says. Empty if there are none.
    pub(super) fn next_request(&mut self, mut take: impl FnMut(TaskUuid) -> bool) -> Vec<TaskUuid> {
        let mut most = self.limit.current();
        let mut together = Vec::new();
        while let Some(task_uuid) = self.waiting.front().copied() {
            let with_it = self.suspects.get(&task_uuid).map_or(most, |suspects| most.min(*suspects));
            if together.len() >= with_it {
                break;
            }
            self.waiting.pop_front();
            if take(task_uuid) {
                together.push(task_uuid);
                most = with_it;
            }
        }
        give_back(&mut self.waiting);
        together
    }

    /// A request was refused as a whole. A task that stood alone in it is to blame.
    pub(super) fn refused(&mut self, asked: &[TaskUuid]) {
        self.limit.refused(asked.len());
        let half = (asked.len() / 2).max(1);
        for task_uuid in asked {
            self.suspects.insert(*task_uuid, half);
        }
    }

    /// A request was answered, for each of its tasks.
    pub(super) fn answered(&mut self, asked: &[TaskUuid]) {
        self.limit.answered(asked.len());
        for task_uuid in asked {
            self.forget(task_uuid);
        }
    }

    /// A task is not to be sent any more.
    pub(super) fn forget(&mut self, task_uuid: &TaskUuid) {
        self.suspects.remove(task_uuid);
    }
}

#[cfg(test)]
mod tests;
