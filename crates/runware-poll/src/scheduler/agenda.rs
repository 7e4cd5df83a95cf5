//! [`Agenda`]: what needs attention when.

use std::collections::BTreeMap;

use crate::tick::Tick;

/// Keys in the order of the moments they wait for; first come, first served among equals.
///
/// A tree and not a heap: entries are moved far more often than they are reached, a tree holds no stale
/// ones, and the entries after the first can be looked at in order.
#[derive(Debug)]
pub(super) struct Agenda<K> {
    wakes: BTreeMap<Wake, K>,
    added: u64,
}

/// An entry of an agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wake {
    pub(super) at: Tick,
    /// Makes entries of one moment different.
    order: u64,
}

impl<K> Agenda<K> {
    pub(super) const fn new() -> Self {
        Self { wakes: BTreeMap::new(), added: 0 }
    }

    pub(super) fn add(&mut self, at: Tick, key: K) -> Wake {
        self.added += 1;
        let wake = Wake { at, order: self.added };
        self.wakes.insert(wake, key);
        wake
    }

    pub(super) fn remove(&mut self, wake: Wake) -> Option<K> {
        self.wakes.remove(&wake)
    }

    /// Moves an entry to another moment, earlier or later.
    pub(super) fn reschedule(&mut self, wake: Wake, at: Tick) -> Wake {
        match self.remove(wake) {
            Some(key) => self.add(at, key),
            None => wake,
        }
    }

    pub(super) fn first(&self) -> Option<(Wake, &K)> {
        self.wakes.first_key_value().map(|(wake, key)| (*wake, key))
    }

    /// The keys, in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.wakes.values()
    }
}
