//! Intents that could not be begun, and may be in the journal all the same.
//!
//! Nobody sends their tasks from here. Whoever recovers them would, so they are looked for as soon as that is possible,
//! and refused if they are there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use runware_poll::Tick;
use runware_types::{RequestHash, TaskUuid};

use super::claiming::{CLAIMS, claim_each};
use super::work::Sort;
use super::{Done, Ledger};
use crate::care::Ward;
use crate::journal::{Record, State};
use crate::room::give_back;

/// How far the ages of a journal may be beside the truth.
const SLACK: Duration = Duration::from_millis(100);

/// An intent that could not be begun.
#[derive(Debug)]
pub(in crate::driver) struct Doubt {
    pub(in crate::driver) hash: RequestHash,
    /// When it was being begun.
    pub(in crate::driver) from: Tick,
    pub(in crate::driver) until: Tick,
    /// Keeps others of this process from sending it meanwhile.
    pub(in crate::driver) ward: Ward,
}

/// The intents that could not be begun.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    waiting: HashMap<TaskUuid, Doubt>,
    looking: HashMap<TaskUuid, Doubt>,
    looking_from: Tick,
    /// It is worth another try.
    is_due: bool,
}

impl Doubts {
    /// True if the task is being looked for.
    pub(super) fn is_looking(&self, task_uuid: &TaskUuid) -> bool {
        self.looking.contains_key(task_uuid)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.looking.is_empty()
    }

    /// True if nothing is to be tried now.
    pub(super) fn is_idle(&self) -> bool {
        self.looking.is_empty() && (self.waiting.is_empty() || !self.is_due)
    }

    /// It is worth another try.
    pub(super) fn try_again(&mut self) {
        self.is_due = true;
    }
}

impl Doubt {
    /// True if what the journal has can only be this one, which nobody has sent: the same request, begun at the same time,
    /// and nothing has happened to it since. An earlier intent of the same id may have been sent by an earlier process.
    pub(in crate::driver) fn is_of(&self, record: &Record, looking_from: Tick, now: Tick) -> bool {
        let is_untouched = record.state == State::Open && !record.is_accepted && record.parts.is_empty();
        let Some(age) = record.age.filter(|_| is_untouched && record.hash == self.hash) else { return false };
        let is_late_enough = now.since_origin() + SLACK >= self.from.since_origin() + age;
        is_late_enough && looking_from.since_origin() <= self.until.since_origin() + age + SLACK
    }
}

impl Ledger {
    /// An intent could not be begun, and may be in the journal.
    pub(in crate::driver) fn doubt(&mut self, task_uuid: TaskUuid, doubt: Doubt) {
        self.doubts.try_again();
        self.doubts.waiting.insert(task_uuid, doubt);
    }

    /// Somebody asks for the task anew: what is in the journal of it is nothing that nobody wants.
    pub(in crate::driver) fn forget_doubt(&mut self, task_uuid: TaskUuid) {
        self.doubts.waiting.remove(&task_uuid);
    }

    /// What was looked for, and since when; to be taken with the answers.
    pub(in crate::driver) fn take_looking(&mut self) -> (HashMap<TaskUuid, Doubt>, Tick) {
        (std::mem::take(&mut self.doubts.looking), self.doubts.looking_from)
    }

    /// The journal could not be asked.
    pub(in crate::driver) fn doubt_still(&mut self, task_uuid: TaskUuid, doubt: Doubt) {
        if !self.expected.contains_key(&task_uuid) {
            self.doubts.waiting.insert(task_uuid, doubt);
        }
    }

    /// Looks for what may be in the journal.
    pub(super) fn start_looking(&mut self, now: Tick) {
        let Some(keeping) = &self.keeping else { return };
        if self.doubts.waiting.is_empty() || !self.doubts.is_due || self.work.is_under_way(Sort::Look) {
            return;
        }
        let group: Vec<TaskUuid> = self.doubts.waiting.keys().copied().take(CLAIMS).collect();
        let taken = group.iter().filter_map(|task_uuid| self.doubts.waiting.remove_entry(task_uuid));
        self.doubts.looking = taken.collect();
        self.doubts.looking_from = now;
        self.doubts.is_due = !self.doubts.waiting.is_empty();
        give_back(&mut self.doubts.waiting);
        let answers = claim_each(Arc::clone(keeping), group);
        self.work.start(Sort::Look, async move { Done::Looked(answers.await) });
    }
}
