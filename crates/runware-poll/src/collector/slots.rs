//! [`Slots`]: the ended items of one task, and the ids and indices they are known by.

use std::collections::BTreeMap;

use super::Entry;

/// One slot for each item that ended, in order of arrival. A slot that turned out to hold the same item as
/// an earlier one is empty.
#[derive(Clone, Debug)]
pub(super) struct Slots<T> {
    entries: Vec<Option<Entry<T>>>,
    len: usize,
    by_id: BTreeMap<Box<str>, usize>,
    by_index: BTreeMap<u32, usize>,
}

/// What became of a slot when something was learned about it.
pub(super) struct Learned {
    /// The slot that holds the item now.
    pub(super) slot: usize,
    /// Whether nothing contradicted what was known.
    pub(super) consistent: bool,
}

impl<T: PartialEq> Slots<T> {
    pub(super) const fn new() -> Self {
        Self { entries: Vec::new(), len: 0, by_id: BTreeMap::new(), by_index: BTreeMap::new() }
    }

    /// How many items there are.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// How many slots there have been.
    pub(super) const fn arrived(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, slot: usize) -> Option<&Entry<T>> {
        self.entries.get(slot)?.as_ref()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Entry<T>)> {
        self.entries.iter().enumerate().filter_map(|(slot, entry)| Some((slot, entry.as_ref()?)))
    }

    /// The slot of the item that `entry` is by its id or index.
    pub(super) fn find(&self, entry: &Entry<T>) -> Option<usize> {
        let by_id = entry.id.as_ref().and_then(|id| self.by_id.get(id));
        let by_index = || {
            let slot = self.by_index.get(entry.index.as_ref()?)?;
            // Two ids under one index are two items.
            (entry.id.is_none() || self.has_no_id(*slot)).then_some(slot)
        };
        by_id.or_else(by_index).copied()
    }

    /// Whether `entry` could be the item in `slot`, going by its payload.
    pub(super) fn resembles(&self, slot: usize, entry: &Entry<T>) -> bool {
        self.get(slot).is_some_and(|known| {
            known.verdict == entry.verdict
                && (known.id.is_none() || entry.id.is_none())
                && (known.index.is_none() || entry.index.is_none())
                && known.payload == entry.payload
        })
    }

    /// Adds an item that [`find`](Self::find) does not know. Returns whether its index was free.
    pub(super) fn insert(&mut self, entry: Entry<T>) -> bool {
        let slot = self.entries.len();
        if let Some(id) = &entry.id {
            self.by_id.insert(id.clone(), slot);
        }
        let free = entry.index.is_none_or(|index| *self.by_index.entry(index).or_insert(slot) == slot);
        self.entries.push(Some(entry));
        self.len += 1;
        free
    }

    /// Keeps the id and index that `entry` adds to the item in `slot`.
    pub(super) fn learn(&mut self, slot: usize, entry: &Entry<T>) -> Learned {
        if let Some(id) = &entry.id
            && let Some(known) = self.get_mut(slot)
            && known.id.is_none()
        {
            known.id = Some(id.clone());
            self.by_id.insert(id.clone(), slot);
        }
        match entry.index {
            Some(index) => self.learn_index(slot, index),
            None => Learned { slot, consistent: true },
        }
    }

    fn learn_index(&mut self, slot: usize, index: u32) -> Learned {
        let holder = self.by_index.get(&index).copied();
        let Some(known) = self.get_mut(slot) else { return Learned { slot, consistent: false } };
        if let Some(told_before) = known.index {
            return Learned { slot, consistent: told_before == index };
        }
        known.index = Some(index);
        match holder {
            None => {
                self.by_index.insert(index, slot);
                Learned { slot, consistent: true }
            }
            Some(holder) if self.has_no_id(holder) => self.join(slot, holder),
            Some(_) => Learned { slot, consistent: false },
        }
    }

    /// Makes one item of two slots: one known by its id, the other by its index alone.
    fn join(&mut self, one: usize, other: usize) -> Learned {
        let (first, second) = (one.min(other), one.max(other));
        let Some(gone) = self.entries.get_mut(second).and_then(Option::take) else {
            return Learned { slot: first, consistent: true };
        };
        self.len -= 1;
        let Some(kept) = self.get_mut(first) else { return Learned { slot: first, consistent: true } };
        let consistent = kept.verdict == gone.verdict;
        kept.id = kept.id.take().or(gone.id);
        let (id, index) = (kept.id.clone(), kept.index);
        self.by_id.extend(id.map(|id| (id, first)));
        self.by_index.extend(index.map(|index| (index, first)));
        Learned { slot: first, consistent }
    }

    fn has_no_id(&self, slot: usize) -> bool {
        self.get(slot).is_some_and(|entry| entry.id.is_none())
    }

    fn get_mut(&mut self, slot: usize) -> Option<&mut Entry<T>> {
        self.entries.get_mut(slot)?.as_mut()
    }
}
