//! What waits to be told, and what could not be recorded.

use std::collections::{HashSet, VecDeque};

use runware_poll::Tick;
use runware_types::TaskUuid;

use super::{Ledger, Publication, Tell};
use crate::care::Ward;
use crate::journal::{Fact, Part, Ticket};
use crate::room::give_back;

/// What is not done yet about a task.
#[derive(Debug, Default)]
pub(super) struct Unfinished {
    /// How many publications its watch waits for.
    untold: usize,
    /// One of them is its end.
    is_ending: bool,
    /// Parts that could not be recorded. They are once more before anything else is of their task.
    pub(super) lost: Vec<Part>,
}

impl Ledger {
    /// True if what a watch is to be told of this task has to wait for what it is told before.
    pub(in crate::driver) fn is_behind(&self, task_uuid: TaskUuid) -> bool {
        self.unfinished.get(&task_uuid).is_some_and(|task| task.untold > 0)
    }

    /// True if the end of the task is known and waits to be told.
    pub(in crate::driver) fn is_ending(&self, task_uuid: TaskUuid) -> bool {
        self.unfinished.get(&task_uuid).is_some_and(|task| task.is_ending)
    }

    /// Queues what became known of a task.
    pub(in crate::driver) fn publish(&mut self, publication: Publication) {
        if let Some(tell @ (Tell::Watch(..) | Tell::End(..))) = &publication.tell {
            let task = self.unfinished.entry(publication.task_uuid).or_default();
            task.untold += 1;
            task.is_ending |= matches!(tell, Tell::End(..));
            self.tell_by = Some(self.tell_by.map_or(publication.by, |by| by.min(publication.by)));
        }
        self.queued += 1;
        self.waiting_bytes += publication.bytes();
        self.publications.push_back(publication);
    }

    /// A publication is told; returns the numbers of the task's parts that the journal does not have.
    pub(in crate::driver) fn told(&mut self, task_uuid: TaskUuid, is_end: bool) -> Vec<u32> {
        let Some(task) = self.unfinished.get_mut(&task_uuid) else { return Vec::new() };
        task.untold = task.untold.saturating_sub(1);
        let lost = task.lost.iter().map(|part| part.ordinal).collect();
        if is_end {
            task.is_ending = false;
            task.lost = Vec::new();
        }
        if task.untold == 0 && task.lost.is_empty() {
            self.unfinished.remove(&task_uuid);
            give_back(&mut self.unfinished);
        }
        lost
    }

    /// Nobody watches the task any more, and what could not be recorded of it is of no use.
    pub(in crate::driver) fn forget(&mut self, task_uuid: TaskUuid) {
        if let Some(task) = self.unfinished.get_mut(&task_uuid) {
            task.lost = Vec::new();
            if task.untold == 0 {
                self.unfinished.remove(&task_uuid);
            }
        }
    }

    /// True if parts of the task could not be recorded.
    pub(in crate::driver) fn has_lost(&self, task_uuid: TaskUuid) -> bool {
        self.unfinished.get(&task_uuid).is_some_and(|task| !task.lost.is_empty())
    }

    /// The publications whose facts are being recorded; to be taken with the answer. What is not durable is kept for the
    /// next time.
    pub(in crate::driver) fn take_recording(&mut self, is_durable: bool) -> Vec<Publication> {
        let recording = std::mem::take(&mut self.recording);
        self.no_longer_wait(&recording);
        for publication in &recording {
            let ward = is_last(publication).then(|| self.leaving.remove(&publication.task_uuid)).flatten();
            if is_durable {
                self.note_durable(publication);
            } else {
                self.note_lost(publication, ward);
            }
        }
        if is_durable {
            self.repay();
        }
        self.note_done(recording.len());
        recording
    }

    fn no_longer_wait<'a>(&mut self, publications: impl IntoIterator<Item = &'a Publication>) {
        let bytes: usize = publications.into_iter().map(Publication::bytes).sum();
        self.waiting_bytes = self.waiting_bytes.saturating_sub(bytes);
    }

    fn note_durable(&mut self, publication: &Publication) {
        let Publication { task_uuid, facts, .. } = publication;
        if let Some(task) = self.unfinished.get_mut(task_uuid).filter(|_| !facts.is_empty()) {
            task.lost = Vec::new();
            if task.untold == 0 {
                self.unfinished.remove(task_uuid);
            }
        }
    }

    fn note_lost(&mut self, publication: &Publication, ward: Option<Ward>) {
        let Publication { task_uuid, ticket, facts, tell, .. } = publication;
        let parts = facts.iter().filter_map(|fact| match fact {
            Fact::Ended(part) => Some(part.clone()),
            _ => None,
        });
        if !is_last(publication) {
            let mut parts = parts.peekable();
            // Also of a task whose watch waits for nothing.
            if parts.peek().is_some() {
                self.unfinished.entry(*task_uuid).or_default().lost.extend(parts);
            }
            return;
        }
        let earlier = self.unfinished.get_mut(task_uuid).map(|task| match tell {
            // It is still to be told which are missing.
            Some(_) => {
                let earlier = task.lost.clone();
                task.lost.extend(parts);
                earlier
            }
            None => std::mem::take(&mut task.lost),
        });
        if self.unfinished.get(task_uuid).is_some_and(|task| task.untold == 0) {
            self.unfinished.remove(task_uuid);
        }
        let earlier = earlier.unwrap_or_default().into_iter().map(Fact::Ended);
        let facts: Vec<Fact> = earlier.chain(facts.iter().cloned()).collect();
        if !facts.is_empty() {
            self.owe(*task_uuid, *ticket, facts, ward);
        }
    }

    /// Takes out what is queued about tasks of these tickets, which no longer hold.
    pub(in crate::driver) fn take_refused(&mut self, refused: &HashSet<Ticket>) -> VecDeque<Publication> {
        let queued = std::mem::take(&mut self.publications);
        let is_refused = |queued: &Publication| refused.contains(&queued.ticket);
        let (taken, held): (VecDeque<_>, _) = queued.into_iter().partition(is_refused);
        self.publications = held;
        self.no_longer_wait(&taken);
        self.note_done(taken.len());
        taken.iter().for_each(|queued| _ = self.leaving.remove(&queued.task_uuid));
        taken
    }

    /// Takes what is to be told by now, whatever the journal does. The facts stay queued.
    pub(in crate::driver) fn take_overdue(&mut self, now: Tick) -> Vec<(TaskUuid, Ticket, Tell)> {
        let mut overdue = Vec::new();
        if self.tell_by.is_none_or(|by| now < by) {
            return overdue;
        }
        self.tell_by = None;
        for waiting in self.recording.iter_mut().chain(&mut self.publications) {
            match &waiting.tell {
                // The task is not sent before the journal knows of it.
                None | Some(Tell::Clear) => {}
                Some(_) if waiting.by <= now => {
                    let Publication { task_uuid, ticket, .. } = *waiting;
                    overdue.extend(waiting.tell.take().map(|tell| (task_uuid, ticket, tell)));
                }
                Some(_) => self.tell_by = Some(self.tell_by.map_or(waiting.by, |by| by.min(waiting.by))),
            }
        }
        overdue
    }
}

/// True if nothing follows about its task from whoever has queued it.
fn is_last(publication: &Publication) -> bool {
    let Publication { facts, tell, .. } = publication;
    let is_end = |fact: &Fact| {
        matches!(fact, Fact::Settled { .. } | Fact::Refused { .. } | Fact::Undecided { .. } | Fact::Released)
    };
    // What has nothing left to do was an end that had nothing to record, and was told before its turn.
    matches!(tell, Some(Tell::End(..))) || facts.iter().any(is_end) || (tell.is_none() && facts.is_empty())
}
