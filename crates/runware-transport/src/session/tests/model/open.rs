//! An open exchange, and which entries it has to hear of.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(super) const CHECK: usize = 0;
pub(super) const SUBMISSION: usize = 1;
pub(super) const RESULTS: usize = 2;
pub(super) const DETAILS: usize = 4;

#[derive(Debug)]
pub(super) struct Open {
    pub(super) kind: usize,
    pub(super) names: Vec<char>,
    pub(super) deadline: Duration,
    pub(super) is_sent: bool,
    /// Something came for it after it was sent.
    pub(super) is_heard: bool,
    /// Which of its tasks are answered, and how many results the others have.
    pub(super) answered: BTreeSet<char>,
    pub(super) results: BTreeMap<char, usize>,
    /// Of which the one result with an identity has come.
    pub(super) has_seen: BTreeSet<char>,
}

/// An entry: an item or an error of this number.
#[derive(Clone, Copy)]
pub(super) enum Entry {
    Item(usize),
    Error(usize),
}

/// Which kinds of calls were sent for a task and are not answered.
#[derive(Clone, Copy, Default)]
pub(super) struct Sent {
    pub(super) checks: bool,
    pub(super) details: bool,
    pub(super) purchases: bool,
    /// Whether a check was last met with silence.
    pub(super) is_silent: bool,
}

impl Open {
    pub(super) fn awaits(&self, name: char) -> bool {
        self.is_sent && self.names.contains(&name) && !self.answered.contains(&name)
    }

    /// Whether an entry is told to those who opened this.
    pub(super) fn hears(&self, entry: Entry, sent: Sent) -> bool {
        let is_repeated = self.kind == RESULTS && sent.checks;
        match (self.kind, entry) {
            (DETAILS, Entry::Item(_)) => false,
            // A text has no identity.
            (_, Entry::Item(nth)) => !(is_repeated && nth == 3),
            (DETAILS, Entry::Error(0 | 2)) => self.is_sent && !sent.purchases,
            (DETAILS, Entry::Error(4)) => self.is_sent && (!sent.checks || sent.is_silent),
            (DETAILS, Entry::Error(_)) => false,
            (_, Entry::Error(1)) => !is_repeated,
            (CHECK, Entry::Error(0 | 2)) => self.is_sent,
            (CHECK, Entry::Error(4)) => self.is_sent && !sent.details,
            (CHECK, Entry::Error(_)) => false,
            (_, Entry::Error(3)) => true,
            (_, Entry::Error(4)) => false,
            (_, Entry::Error(_)) => !sent.checks && !sent.details,
        }
    }

    pub(super) fn hear(&mut self, name: char, entry: Entry) {
        let is_result = match entry {
            _ if self.kind != RESULTS => false,
            Entry::Item(1) => return,
            Entry::Item(2) if !self.has_seen.insert(name) => return,
            Entry::Item(nth) => nth >= 2,
            Entry::Error(nth) => nth == 1,
        };
        let results = self.results.entry(name).or_default();
        *results += usize::from(is_result);
        if !is_result || *results == 2 {
            self.answered.insert(name);
        }
    }
}
