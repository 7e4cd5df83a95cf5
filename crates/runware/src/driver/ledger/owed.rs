//! What could not be written down of tasks that are no longer looked after, and is to be written down still.
//!
//! That a task was refused and nothing bought is known to its caller, who may buy it under another id. If the journal
//! never heard of it, the next process would take the task for one that may never have been sent, and buy it too. So
//! nobody in this process takes such a task up either, before that is written down.

use std::collections::HashMap;
use std::sync::Arc;

use runware_types::TaskUuid;

use super::{Done, Ledger, Sort};
use crate::care::Ward;
use crate::journal::{Fact, Note, Ticket};
use crate::room::give_back;

/// The last facts about a task.
#[derive(Debug)]
pub(super) struct Owed {
    ticket: Ticket,
    facts: Vec<Fact>,
    /// Keeps others of this process from it.
    _ward: Ward,
}

/// What is owed to the journal.
#[derive(Debug, Default)]
pub(super) struct Debts {
    owed: HashMap<TaskUuid, Owed>,
    /// What is being recorded.
    repaying: HashMap<TaskUuid, Owed>,
    /// It is worth another try.
    is_due: bool,
}

impl Debts {
    pub(super) fn contains(&self, task_uuid: &TaskUuid) -> bool {
        self.owed.contains_key(task_uuid) || self.repaying.contains_key(task_uuid)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.owed.is_empty() && self.repaying.is_empty()
    }

    /// True if nothing is to be tried now.
    pub(super) fn is_idle(&self) -> bool {
        self.repaying.is_empty() && (self.owed.is_empty() || !self.is_due)
    }

    /// It is worth another try.
    pub(super) fn try_again(&mut self) {
        self.is_due = true;
    }
}

impl Ledger {
    /// Has what could not be recorded, or begun for certain, tried once more.
    pub(in crate::driver) fn repay(&mut self) {
        self.debts.try_again();
        self.doubts.try_again();
    }

    /// The last facts about a task could not be recorded.
    pub(super) fn owe(&mut self, task_uuid: TaskUuid, ticket: Ticket, facts: Vec<Fact>, ward: Option<Ward>) {
        let take = || self.keeping.as_ref().and_then(|keeping| keeping.care.take(task_uuid));
        // Whoever has it in care, or is about to, will find out how it stands, and say so.
        if self.expected.contains_key(&task_uuid) {
            return;
        }
        if let Some(ward) = ward.or_else(take) {
            self.debts.owed.insert(task_uuid, Owed { ticket, facts, _ward: ward });
        }
    }

    /// Records what could not be recorded before, apart from everything else: what the journal does not take must not be
    /// in the way of what it does.
    pub(super) fn start_repaying(&mut self) {
        let Some(keeping) = &self.keeping else { return };
        if self.debts.owed.is_empty() || !self.debts.is_due || self.work.is_under_way(Sort::Repay) {
            return;
        }
        self.debts.is_due = false;
        self.debts.repaying = std::mem::take(&mut self.debts.owed);
        let mut notes = Vec::new();
        for Owed { ticket, facts, .. } in self.debts.repaying.values() {
            notes.extend(facts.iter().map(|fact| Note { ticket: *ticket, fact: fact.clone() }));
        }
        let journal = Arc::clone(&keeping.journal);
        self.work.start(Sort::Repay, async move { Done::Repaid(journal.record(notes).await) });
    }

    /// What was owed is recorded, or belongs to somebody else, or still cannot be recorded.
    pub(in crate::driver) fn take_repaid(&mut self, is_durable: bool) {
        for (task_uuid, owed) in std::mem::take(&mut self.debts.repaying) {
            // Who submits the task again does not wait for that: it goes on where the journal has it.
            if !is_durable && !self.expected.contains_key(&task_uuid) {
                self.debts.owed.insert(task_uuid, owed);
            }
        }
        give_back(&mut self.debts.owed);
        self.note_done(0);
    }
}
