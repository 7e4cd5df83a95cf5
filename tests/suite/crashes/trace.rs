//! All that can be seen of a course of events, to hold it against the same one played again.

use std::collections::BTreeMap;

use runware::types::{Money, TaskUuid};
use runware_emulator::{Account, Ledger};
use runware_journal::{Filter, Health, Kept, Listed, SqliteJournal};

use super::effects::{Effect, Fuse};
use super::files::Files;
use super::process::{Customer, Delivery, Failed, Verdict};
use crate::harness::Sent;

/// What was seen.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Trace {
    processes: Vec<Seen>,
    /// What was sent when.
    sent: Vec<Sent>,
    accounts: BTreeMap<TaskUuid, Account>,
    charged: Money,
    deliveries: Vec<Delivery>,
    failures: Vec<(TaskUuid, Failed)>,
    verdicts: Vec<Verdict>,
    confirmed: Vec<TaskUuid>,
}

/// What was seen of one process.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    /// What its journal held when it came.
    found: Option<Contents>,
    /// What its journal held when it was done, if it came to that.
    left: Option<Contents>,
    /// Its effects, in order.
    effects: Vec<Effect>,
    /// The files that it has left behind, and how much each of them holds.
    files: String,
}

/// What is in a journal. Its bytes are not compared: it has drawn its name by chance, so that nobody takes the mark of
/// another one for its own, and SQLite draws the salts of its log.
#[derive(Debug, PartialEq)]
struct Contents {
    listed: Vec<Listed>,
    kept: Vec<Kept>,
    health: Health,
}

impl Trace {
    /// The next process has opened its journal.
    pub(super) fn begin(&mut self, journal: &SqliteJournal) {
        self.processes.push(Seen { found: Some(Contents::of(journal)), ..Seen::default() });
    }

    /// The process is done.
    pub(super) fn done(&mut self, journal: &SqliteJournal) {
        self.last().left = Some(Contents::of(journal));
    }

    /// The process has ended, in whatever way.
    pub(super) fn end(&mut self, number: usize, fuse: &Fuse, files: &Files) {
        // It may not even have opened its journal.
        self.processes.resize_with(number + 1, Seen::default);
        let last = self.last();
        (last.effects, last.files) = (fuse.effects(), files.outline());
    }

    /// All processes have ended.
    pub(super) fn close(self, sent: Vec<Sent>, ledger: &Ledger, customer: &Customer) -> Self {
        let mut confirmed: Vec<TaskUuid> = customer.confirmed().into_iter().collect();
        confirmed.sort();
        Self {
            sent,
            accounts: ledger.tasks().map(|(task, account)| (*task, account.clone())).collect(),
            charged: ledger.charged(),
            deliveries: customer.log(),
            failures: customer.failures(),
            verdicts: customer.verdicts(),
            confirmed,
            ..self
        }
    }

    /// Where this is another one first, in words.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        if self == other {
            return None;
        }
        let (one, other) = (format!("{self:#?}"), format!("{other:#?}"));
        let at = one.lines().zip(other.lines()).take_while(|(one, other)| one == other).count();
        let near =
            |text: &str| text.lines().skip(at.saturating_sub(5)).take(10).collect::<Vec<_>>().join("\n");
        Some(format!("{}\nand then\n{}", near(&one), near(&other)))
    }

    fn last(&mut self) -> &mut Seen {
        self.processes.last_mut().unwrap()
    }
}

impl Contents {
    fn of(journal: &SqliteJournal) -> Self {
        let listed = journal.list(&Filter::new()).unwrap();
        let kept = listed.iter().flat_map(|listed| journal.kept(None, listed.task_uuid).unwrap()).collect();
        Self { kept, health: journal.check().unwrap(), listed }
    }
}
