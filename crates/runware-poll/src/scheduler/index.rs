//! [`Index`]: which slots may be those of a key.

/// Slots by the hashes of their keys, in many small tables.
///
/// The hash is beside the slot's number, and both are where the search begins, or next to it: a look-up fetches one line
/// of memory and no other task. Each table grows by itself: nobody waits until all have grown, and what one leaves behind
/// is small enough to be of use to another.
#[derive(Debug)]
pub(super) struct Index {
    /// One for each value of the highest bits of a hash, or none before the first slot.
    tables: Vec<Table>,
    len: usize,
}

#[derive(Clone, Debug, Default)]
struct Table {
    /// In order. None is before its home, and between the two there is no vacant one.
    entries: Vec<Entry>,
    /// How many entries are homes. There are some more for those that have to step aside at the end.
    homes: usize,
    len: usize,
}

/// A hash in the upper half and a slot in the lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry(u64);

impl Entry {
    /// It comes after all others.
    const VACANT: Self = Self(u64::MAX);

    const fn new(hash: u32, slot: u32) -> Self {
        Self((hash as u64) << 32 | slot as u64)
    }

    const fn hash(self) -> u32 {
        (self.0 >> 32) as u32
    }

    const fn slot(self) -> u32 {
        self.0 as u32
    }

    /// Where it belongs among so many homes: at the share of them that its hash is of all in its table.
    const fn home(self, homes: usize) -> usize {
        // There are fewer than 2^32 homes: nothing is lost.
        (((self.hash() << TABLE_BITS) as u64 * homes as u64) >> 32) as usize
    }
}

const TABLE_BITS: u32 = 8;

impl Index {
    pub(super) const fn new() -> Self {
        Self { tables: Vec::new(), len: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The slot with this hash that is the one.
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        self.tables.get(table_of(hash))?.find(hash, is_it)
    }

    /// Adds a slot that is not there.
    pub(super) fn insert(&mut self, hash: u32, slot: u32) {
        if self.tables.is_empty() {
            self.tables.resize_with(1 << TABLE_BITS, Table::default);
        }
        if let Some(table) = self.tables.get_mut(table_of(hash)) {
            table.insert(Entry::new(hash, slot));
            self.len += 1;
        }
    }

    pub(super) fn remove(&mut self, hash: u32, slot: u32) {
        if let Some(table) = self.tables.get_mut(table_of(hash))
            && table.remove(Entry::new(hash, slot))
        {
            self.len -= 1;
        }
    }
}

const fn table_of(hash: u32) -> usize {
    (hash >> (u32::BITS - TABLE_BITS)) as usize
}

impl Table {
    fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let sought = Entry::new(hash, 0);
        let entries = self.entries.get(sought.home(self.homes)..)?;
        let same =
            entries.iter().skip_while(|entry| **entry < sought).take_while(|entry| entry.hash() == hash);
        same.map(|entry| entry.slot()).find(|slot| is_it(*slot))
    }

    fn insert(&mut self, entry: Entry) {
        // At most four fifths are taken, so that little has to step aside, and no less than half.
        if (self.len + 1) * 5 > self.homes * 4 {
            self.grow();
        }
        let position = self.position(entry);
        let mut displaced = entry;
        for place in self.entries.iter_mut().skip(position) {
            std::mem::swap(place, &mut displaced);
            if displaced == Entry::VACANT {
                break;
            }
        }
        if displaced != Entry::VACANT {
            self.entries.push(displaced);
        }
        self.len += 1;
    }

    /// Returns true if it was there.
    fn remove(&mut self, entry: Entry) -> bool {
        let mut gap = self.position(entry);
        if self.entries.get(gap) != Some(&entry) {
            return false;
        }
        // Those behind it that have stepped aside move up.
        while let Some(next) = self.entries.get(gap + 1).copied()
            && next != Entry::VACANT
            && next.home(self.homes) <= gap
        {
            self.set(gap, next);
            gap += 1;
        }
        self.set(gap, Entry::VACANT);
        self.len -= 1;
        true
    }

    /// Where an entry is, or is to be.
    fn position(&self, entry: Entry) -> usize {
        let home = entry.home(self.homes);
        let before = self.entries.iter().skip(home).take_while(|other| **other < entry);
        home + before.count()
    }

    /// Makes room for half as many more.
    fn grow(&mut self) {
        self.homes = (self.homes + self.homes / 2).max(4);
        let grown = vec![Entry::VACANT; self.homes];
        let entries = std::mem::replace(&mut self.entries, grown);
        let mut free = 0;
        for entry in entries.into_iter().filter(|entry| *entry != Entry::VACANT) {
            let position = entry.home(self.homes).max(free);
            if position < self.entries.len() {
                self.set(position, entry);
            } else {
                self.entries.push(entry);
            }
            free = position + 1;
        }
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
