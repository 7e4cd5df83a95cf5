//! [`Stretches`]: the stretches of time with entries that are not near.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::stretch::{Stretch, end, start};
use super::{Hook, Slots};

/// Stretches that do not overlap, in the order of time.
///
/// A stretch begins where a moment in it does, but for its last bits: that is how it is found, without a search among all.
#[derive(Debug)]
pub(super) struct Stretches {
    by_start: HashMap<u64, Stretch>,
    starts: BTreeSet<u64>,
}

/// The widths of stretches, from 67 ms down to a nanosecond: a wide one for whom there is room for it, and narrower
/// ones for what is found crowded when its turn comes.
const SHIFTS: [u8; 5] = [26, 20, 13, 6, 0];

/// For how many stretches there is still room when all are gone.
const KEPT: usize = 64;

impl Stretches {
    pub(super) fn new() -> Self {
        Self { by_start: HashMap::new(), starts: BTreeSet::new() }
    }

    /// Puts an entry behind the others of the stretch that its moment is in.
    pub(super) fn push_back<S: Slots>(&mut self, slots: &mut S, at: u64, slot: u32) {
        self.put(slots, at, slot, Stretch::push_back);
    }

    /// Puts an entry before the others of the stretch that its moment is in.
    pub(super) fn push_front<S: Slots>(&mut self, slots: &mut S, at: u64, slot: u32) {
        self.put(slots, at, slot, Stretch::push_front);
    }

    /// Puts the entries of a stretch that is not here any more into narrower ones.
    pub(super) fn divide(&mut self, slots: &mut impl Slots, stretch: Stretch) {
        let shift = SHIFTS.into_iter().find(|shift| *shift < stretch.shift).unwrap_or(0);
        for slot in stretch.into_slots() {
            self.beginning(start(slots.at(slot).nanos(), shift), shift).push_back(slots, slot);
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.starts.is_empty() && self.by_start.is_empty()
    }

    pub(super) fn insert(&mut self, start: u64, stretch: Stretch) {
        self.starts.insert(start);
        self.by_start.insert(start, stretch);
    }

    pub(super) fn pop_first(&mut self) -> Option<(u64, Stretch)> {
        let start = *self.starts.first()?;
        self.remove(start).map(|stretch| (start, stretch))
    }

    /// Takes an entry out of the stretch that its moment is in.
    pub(super) fn strike(&mut self, slots: &mut impl Slots, at: u64, hook: Hook) {
        let emptied = self.find(at, |start, stretch| {
            stretch.strike(slots, hook);
            stretch.is_empty().then_some(start)
        });
        if let Some(start) = emptied.flatten() {
            self.remove(start);
        }
    }

    /// Puts an entry into the stretch that its moment is in. If there is none, then into a new one, as wide as there is
    /// room.
    fn put<S: Slots>(&mut self, slots: &mut S, at: u64, slot: u32, push: impl Fn(&mut Stretch, &mut S, u32)) {
        if self.find(at, |_, stretch| push(stretch, slots, slot)).is_none() {
            let (start, shift) = self.room(at);
            push(self.beginning(start, shift), slots, slot);
        }
    }

    fn remove(&mut self, start: u64) -> Option<Stretch> {
        self.starts.remove(&start);
        let stretch = self.by_start.remove(&start);
        if self.starts.is_empty() {
            self.by_start.shrink_to(KEPT);
        }
        stretch
    }

    /// The stretch that begins there. If there is none, then a new one.
    fn beginning(&mut self, start: u64, shift: u8) -> &mut Stretch {
        self.by_start.entry(start).or_insert_with(|| {
            self.starts.insert(start);
            Stretch::empty(shift)
        })
    }

    /// Does something with the stretch that a moment is in, and with its beginning, if there is one.
    fn find<T>(&mut self, at: u64, then: impl FnOnce(u64, &mut Stretch) -> T) -> Option<T> {
        for shift in SHIFTS {
            let start = start(at, shift);
            if let Some(stretch) = self.by_start.get_mut(&start)
                && at <= stretch.end(start)
            {
                return Some(then(start, stretch));
            }
        }
        None
    }

    /// The widest stretch for a moment that is in none.
    fn room(&self, at: u64) -> (u64, u8) {
        let before = self.starts.range(..at).next_back();
        let before = before.and_then(|start| Some(self.by_start.get(start)?.end(*start)));
        let after = self.starts.range(at..).next();
        let fits = |shift: &u8| {
            let start = start(at, *shift);
            before.is_none_or(|before| before < start)
                && after.is_none_or(|after| end(start, *shift) < *after)
        };
        let shift = SHIFTS.into_iter().find(fits).unwrap_or(0);
        (start(at, shift), shift)
    }
}
