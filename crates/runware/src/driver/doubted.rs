//! Seeing to it that nobody buys what could not be begun.

use runware_poll::Tick;
use runware_types::TaskUuid;

use super::Driver;
use super::keep::warn;
use super::ledger::{Doubt, Expected};
use crate::journal::{Claimed, Fact, JournalError};

impl Driver {
    /// An intent could not be begun: where it may be in the journal all the same, that is looked into.
    pub(super) fn doubt(&mut self, expected: &Expected, error: &JournalError, from: Tick, now: Tick) {
        let (task_uuid, hash) = (expected.task_uuid, expected.hash);
        let is_wanted = error.is_unwritten() || self.entries.contains(&task_uuid);
        let care = self.ledger.keeping().map(|keeping| &keeping.care);
        // Otherwise somebody looks after it, and finds out how it stands.
        if let Some(ward) = care.filter(|_| !is_wanted).and_then(|care| care.take(task_uuid)) {
            self.ledger.doubt(task_uuid, Doubt { hash, from, until: now, ward });
        }
    }

    /// Takes in what the journal has of intents that could not be begun.
    pub(super) fn take_looked(&mut self, answers: Vec<(TaskUuid, Result<Claimed, JournalError>)>, now: Tick) {
        let (mut doubts, from) = self.ledger.take_looking();
        for (task_uuid, answer) in answers {
            let Some(doubt) = doubts.remove(&task_uuid) else { continue };
            match answer {
                Ok(claimed) => self.resolve(task_uuid, doubt, claimed, from, now),
                Err(error) => {
                    warn("it is not known whether a task is in it that was not sent", &error);
                    self.ledger.doubt_still(task_uuid, doubt);
                }
            }
        }
        for (task_uuid, doubt) in doubts {
            self.ledger.doubt_still(task_uuid, doubt);
        }
    }

    fn resolve(&mut self, task_uuid: TaskUuid, doubt: Doubt, claimed: Claimed, from: Tick, now: Tick) {
        let record = claimed.tasks.into_iter().find(|record| record.task_uuid == task_uuid);
        // Who is watched by now is looked after in another way.
        let Some(record) = record.filter(|_| !self.entries.contains(&task_uuid)) else { return };
        let fact = if doubt.is_of(&record, from, now) {
            Fact::Refused {
                reason: "it was not sent, since its intent could not be kept for certain".to_owned(),
            }
        } else {
            Fact::Released
        };
        self.ledger.leave(task_uuid, doubt.ward);
        self.write_down(task_uuid, record.ticket, fact, now);
    }
}
