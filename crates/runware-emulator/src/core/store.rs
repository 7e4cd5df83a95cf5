//! The tasks the emulator remembers.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use runware_types::TaskUuid;

use super::item::Recipe;
use crate::catalogue::{Delivery, Generation};
use crate::outcome::Outcome;

/// The tasks, by id, with what is to happen to them next. Forgets the task that ended first where it gets too full.
pub(super) struct Store {
    max_tasks: usize,
    max_bytes: usize,
    records: HashMap<TaskUuid, Record>,
    /// The results that are going to end, earliest first.
    due: BinaryHeap<Reverse<Due>>,
    /// The records that may be forgotten, oldest first. Ids may be used again, so the serial number has to fit too.
    over: VecDeque<(TaskUuid, u64)>,
    next_serial: u64,
    bytes: usize,
}

/// One result that is going to end.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Duration,
    serial: u64,
    index: u32,
    task: TaskUuid,
}

/// What is kept of a task.
pub(super) struct Record {
    serial: u64,
    bytes: usize,
    /// The request it came in.
    pub(super) request: Arc<str>,
    pub(super) verdict: Verdict,
}

pub(super) enum Verdict {
    Accepted(Box<Accepted>),
    /// It was refused; the envelope says why.
    Refused(String),
}

/// A task that was accepted.
pub(super) struct Accepted {
    pub(super) generation: &'static Generation,
    /// The id as the caller writes it.
    pub(super) written_uuid: String,
    pub(super) accepted_at: Duration,
    pub(super) delivery: Delivery,
    pub(super) recipe: Recipe,
    pub(super) outcome: Outcome,
    /// How many checks have asked for it.
    pub(super) checks: u64,
    /// An envelope that `getTaskDetails` shows in place of the task's own.
    pub(super) shown: Option<String>,
    /// The failed results that a check has reported.
    pub(super) reported: HashSet<u32>,
    running: usize,
}

impl Accepted {
    pub(super) fn new(
        generation: &'static Generation,
        written_uuid: String,
        accepted_at: Duration,
        delivery: Delivery,
        recipe: Recipe,
        outcome: Outcome,
    ) -> Self {
        let running = outcome.results.len();
        Self {
            generation,
            written_uuid,
            accepted_at,
            delivery,
            recipe,
            outcome,
            checks: 0,
            shown: None,
            reported: HashSet::new(),
            running,
        }
    }
}

impl Store {
    pub(super) fn new(max_tasks: usize, max_bytes: usize) -> Self {
        Self {
            max_tasks,
            max_bytes,
            records: HashMap::new(),
            due: BinaryHeap::new(),
            over: VecDeque::new(),
            next_serial: 0,
            bytes: 0,
        }
    }

    pub(super) fn get(&self, task: TaskUuid) -> Option<&Record> {
        self.records.get(&task)
    }

    pub(super) fn accepted(&self, task: TaskUuid) -> Option<&Accepted> {
        match &self.records.get(&task)?.verdict {
            Verdict::Accepted(accepted) => Some(accepted),
            Verdict::Refused(_) => None,
        }
    }

    pub(super) fn accepted_mut(&mut self, task: TaskUuid) -> Option<&mut Accepted> {
        match &mut self.records.get_mut(&task)?.verdict {
            Verdict::Accepted(accepted) => Some(accepted),
            Verdict::Refused(_) => None,
        }
    }

    /// Takes the next result that has ended by `now`.
    pub(super) fn next_ended(&mut self, now: Duration) -> Option<(TaskUuid, u32, &'static Generation)> {
        loop {
            self.due.peek().filter(|Reverse(due)| due.at <= now)?;
            let Reverse(due) = self.due.pop()?;
            let Some(record) = self.records.get_mut(&due.task).filter(|record| record.serial == due.serial)
            else {
                continue;
            };
            let Verdict::Accepted(accepted) = &mut record.verdict else { continue };
            accepted.running = accepted.running.saturating_sub(1);
            if accepted.running == 0 {
                self.over.push_back((due.task, due.serial));
            }
            return Some((due.task, due.index, accepted.generation));
        }
    }

    /// Forgets tasks until one more with a text of `bytes` fits, the one that ended first before the others.
    ///
    /// `false` where it does not fit, because everything left is still running.
    pub(super) fn make_room(&mut self, bytes: usize, mut forgotten: impl FnMut(TaskUuid)) -> bool {
        while !self.records.is_empty()
            && (self.records.len() >= self.max_tasks || self.bytes.saturating_add(bytes) > self.max_bytes)
        {
            let Some((task, serial)) = self.over.pop_front() else { return false };
            if self.records.get(&task).is_some_and(|record| record.serial == serial) {
                self.remove(task);
                forgotten(task);
            }
        }
        true
    }

    /// Remembers a task, in place of an earlier one with its id. `bytes` is its share of the request's text.
    pub(super) fn insert(&mut self, task: TaskUuid, request: Arc<str>, bytes: usize, verdict: Verdict) {
        self.remove(task);
        let serial = self.next_serial;
        self.next_serial += 1;
        self.bytes += bytes;
        let mut runs = false;
        if let Verdict::Accepted(accepted) = &verdict {
            runs = !accepted.outcome.results.is_empty();
            self.due.extend((0..).zip(&accepted.outcome.results).filter_map(|(index, planned)| {
                Some(Reverse(Due { at: planned.ready_at?, serial, index, task }))
            }));
        }
        self.records.insert(task, Record { serial, bytes, request, verdict });
        if !runs {
            self.over.push_back((task, serial));
        }
        self.prune();
    }

    /// Drops what the queue holds of records that were replaced, before it outgrows the records.
    fn prune(&mut self) {
        if self.over.len() > 2 * self.records.len() {
            let records = &self.records;
            self.over
                .retain(|(task, serial)| records.get(task).is_some_and(|record| record.serial == *serial));
        }
    }

    fn remove(&mut self, task: TaskUuid) {
        if let Some(record) = self.records.remove(&task) {
            self.bytes = self.bytes.saturating_sub(record.bytes);
        }
    }
}
