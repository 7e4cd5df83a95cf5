//! [`Index`]: which slots may be those of a key.

/// Slots by the hashes of their keys.
///
/// The hash is beside the slot's number, and both are where the search begins, or next to it: a look-up fetches one line
/// of memory and no other task, and growing fetches no tasks at all, and goes through both tables from front to back.
#[derive(Debug)]
pub(super) struct Index {
    /// In the order of the hashes, but for what has to step aside.
    entries: Vec<Entry>,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    slot: u32,
}

impl Entry {
    const VACANT: Self = Self { hash: 0, slot: u32::MAX };

    const fn is_vacant(self) -> bool {
        self.slot == Self::VACANT.slot
    }
}

impl Index {
    pub(super) const fn new() -> Self {
        Self { entries: Vec::new(), len: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The slot with this hash that is the one.
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        self.position(hash, is_it).map(|(_, slot)| slot)
    }

    /// Adds a slot that is not there.
    pub(super) fn insert(&mut self, hash: u32, slot: u32) {
        // At most four fifths are taken, so that a search is short, and not much less.
        if (self.len + 1) * 5 > self.entries.len() * 4 {
            let grown = vec![Entry::VACANT; (self.entries.len() + self.entries.len() / 4).max(16)];
            for entry in std::mem::replace(&mut self.entries, grown) {
                if !entry.is_vacant() {
                    self.put(entry);
                }
            }
        }
        self.put(Entry { hash, slot });
        self.len += 1;
    }

    pub(super) fn remove(&mut self, hash: u32, slot: u32) {
        let Some((mut gap, _)) = self.position(hash, |other| other == slot) else { return };
        self.len -= 1;
        // Nobody behind it shall be cut off from where the search for them begins.
        let mut next = self.after(gap);
        while let Some(entry) = self.at(next) {
            if self.distance(self.home(entry.hash), next) >= self.distance(gap, next) {
                self.set(gap, entry);
                gap = next;
            }
            next = self.after(next);
        }
        self.set(gap, Entry::VACANT);
    }

    fn put(&mut self, entry: Entry) {
        let mut position = self.home(entry.hash);
        while self.at(position).is_some() {
            position = self.after(position);
        }
        self.set(position, entry);
    }

    fn position(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<(usize, u32)> {
        let mut position = self.home(hash);
        loop {
            let entry = self.at(position)?;
            if entry.hash == hash && is_it(entry.slot) {
                return Some((position, entry.slot));
            }
            position = self.after(position);
        }
    }

    /// Where the search for a hash begins: the share of the table that it is of all hashes.
    fn home(&self, hash: u32) -> usize {
        let scaled = u128::from(hash) * self.entries.len() as u128;
        usize::try_from(scaled >> 32).unwrap_or(0)
    }

    const fn after(&self, position: usize) -> usize {
        if position + 1 < self.entries.len() { position + 1 } else { 0 }
    }

    /// How far it is to a position, forwards and around the end.
    const fn distance(&self, from: usize, to: usize) -> usize {
        if to >= from { to - from } else { to + self.entries.len() - from }
    }

    fn at(&self, position: usize) -> Option<Entry> {
        self.entries.get(position).copied().filter(|entry| !entry.is_vacant())
    }

    fn set(&mut self, position: usize, entry: Entry) {
        if let Some(place) = self.entries.get_mut(position) {
            *place = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// With hashes that collide, at the beginning and at the end of the table.
        #[test]
        fn agrees_with_a_map(acts in prop::collection::vec((any::<bool>(), 0_u32..60), 0..400)) {
            let hash = |slot: u32| [0, 1 << 20, 1 << 31, u32::MAX - 1, u32::MAX][slot as usize % 5];
            let (mut index, mut model) = (Index::new(), BTreeMap::new());
            for (is_added, slot) in acts {
                match (is_added, model.remove(&slot)) {
                    (true, None) => {
                        index.insert(hash(slot), slot);
                        model.insert(slot, hash(slot));
                    }
                    (_, Some(hash)) => index.remove(hash, slot),
                    (false, None) => index.remove(hash(slot), slot),
                }
                prop_assert_eq!(index.len(), model.len());
                for slot in 0..60 {
                    let found = index.find(hash(slot), |other| other == slot);
                    prop_assert_eq!(found, model.contains_key(&slot).then_some(slot));
                }
            }
        }
    }
}
