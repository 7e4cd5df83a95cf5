//! The open tasks.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use runware_types::TaskUuid;

use super::entry::Entry;
use crate::room::Roomy;

/// The open tasks, each found by its id, which its watch holds anyway.
///
/// They are boxed, because a table has much room to spare.
#[derive(Default)]
pub(super) struct Entries {
    table: HashTable<Box<Entry>>,
    hasher: RandomState,
}

impl Entries {
    pub(super) fn get(&self, task_uuid: &TaskUuid) -> Option<&Entry> {
        self.table.find(self.hasher.hash_one(task_uuid), |entry| entry.id() == task_uuid).map(Box::as_ref)
    }

    pub(super) fn get_mut(&mut self, task_uuid: &TaskUuid) -> Option<&mut Entry> {
        let hash = self.hasher.hash_one(task_uuid);
        self.table.find_mut(hash, |entry| entry.id() == task_uuid).map(Box::as_mut)
    }

    pub(super) fn contains(&self, task_uuid: &TaskUuid) -> bool {
        self.get(task_uuid).is_some()
    }

    /// Adds a task that is not there.
    pub(super) fn insert(&mut self, entry: Box<Entry>) {
        let hash = self.hasher.hash_one(entry.id());
        self.table.insert_unique(hash, entry, |entry| self.hasher.hash_one(entry.id()));
    }

    pub(super) fn remove(&mut self, task_uuid: &TaskUuid) -> Option<Box<Entry>> {
        let hash = self.hasher.hash_one(task_uuid);
        let found = self.table.find_entry(hash, |entry| entry.id() == task_uuid);
        found.ok().map(|found| found.remove().0)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.table.iter_mut().map(Box::as_mut)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = TaskUuid> {
        self.table.iter().map(|entry| *entry.id())
    }
}

impl Roomy for Entries {
    fn len(&self) -> usize {
        self.table.len()
    }

    fn capacity(&self) -> usize {
        self.table.capacity()
    }

    fn shrink_to(&mut self, least: usize) {
        self.table.shrink_to(least, |entry| self.hasher.hash_one(entry.id()));
    }
}
