//! Tasks that are no longer looked after, and of which something is still on its way to the journal.

use std::collections::VecDeque;

use runware_types::TaskUuid;
use tokio::sync::oneshot;

use super::Ledger;
use crate::care::Ward;
use crate::room::give_back;

impl Ledger {
    /// A task leaves; what was queued about it last is to be recorded before anybody in this process takes it up.
    pub(in crate::driver) fn leave(&mut self, task_uuid: TaskUuid, ward: Ward) {
        self.leaving.insert(task_uuid, ward);
    }

    /// True if something is still to be recorded of a task that is no longer looked after.
    pub(in crate::driver) fn is_leaving(&self, task_uuid: TaskUuid) -> bool {
        self.leaving.contains_key(&task_uuid)
            || self.debts.contains(&task_uuid)
            || self.doubts.is_looking(&task_uuid)
    }

    /// Says when everything that is queued by now has been recorded, or could not be.
    pub(in crate::driver) fn when_recorded(&mut self, waiting: oneshot::Sender<()>) {
        self.repay();
        self.waiting.push((self.queued, waiting));
        self.note_done(0);
    }

    /// So many publications more have been recorded, or refused.
    pub(super) fn note_done(&mut self, publications: usize) {
        self.done += publications as u64;
        if !self.debts.is_idle() {
            return;
        }
        for (_, waiting) in self.waiting.extract_if(.., |(queued, _)| *queued <= self.done) {
            // An error means that nobody waits any more.
            let _ = waiting.send(());
        }
    }
}

/// Takes the first of those that are ready, at most so many.
pub(super) fn take_ready<T>(
    queue: &mut VecDeque<T>,
    most: usize,
    mut is_ready: impl FnMut(&mut T) -> bool,
) -> Vec<T> {
    let mut taken = Vec::new();
    let mut kept = VecDeque::new();
    while taken.len() < most
        && let Some(mut next) = queue.pop_front()
    {
        match is_ready(&mut next) {
            true => taken.push(next),
            false => kept.push_back(next),
        }
    }
    kept.into_iter().rev().for_each(|next| queue.push_front(next));
    give_back(queue);
    taken
}
