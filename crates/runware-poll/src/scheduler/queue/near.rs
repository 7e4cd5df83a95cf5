//! [`Near`]: the entries whose turn is near, in order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

use super::{Hook, Look, NEAR, Slots};
use crate::tick::Tick;

/// Entries in the order of their ranks.
///
/// Most come in crowds, each of which comes after all before it: they are put in order once, and each knows its place in
/// the list. Those that come by themselves are in a tree.
#[derive(Debug)]
pub(super) struct Near {
    /// Entries, and gaps that are neither first nor last.
    drawn: VecDeque<Option<(Rank, Look)>>,
    /// The place of the first one. Places go round.
    first: u32,
    gaps: usize,
    strays: BTreeMap<Rank, Look>,
    order: u32,
}

/// A place among the entries that are near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scheduler) struct Rank {
    pub(in crate::scheduler) at: Tick,
    order: u32,
    pub(in crate::scheduler) slot: u32,
}

/// Strays come after all others of their moment, which were there before.
const STRAY: u32 = 1 << 30;

/// More gaps than entries are put up with as long as there are not so many.
const GAPS: usize = 2_048;

impl Near {
    pub(super) const fn new() -> Self {
        Self { drawn: VecDeque::new(), first: 0, gaps: 0, strays: BTreeMap::new(), order: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.drawn.len() - self.gaps + self.strays.len()
    }

    pub(super) fn first(&self) -> Option<Rank> {
        let drawn = self.drawn.front().and_then(|entry| entry.as_ref()).map(|(rank, _)| *rank);
        drawn.into_iter().chain(self.strays.first_key_value().map(|(rank, _)| *rank)).min()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Rank, Look)> {
        let mut drawn = self.drawn.iter().flatten().copied().peekable();
        let mut strays = self.strays.iter().map(|(rank, look)| (*rank, *look)).peekable();
        std::iter::from_fn(move || match (drawn.peek(), strays.peek()) {
            (Some((drawn, _)), Some((stray, _))) if stray < drawn => strays.next(),
            (None, _) => strays.next(),
            _ => drawn.next(),
        })
    }

    /// Adds a slot, behind its equals.
    pub(super) fn insert(&mut self, slots: &mut impl Slots, slot: u32) {
        // Should it ever start anew, then equals change places, and nothing else. The last one would be no hook.
        self.order = (self.order + 1) % (STRAY - 1);
        let order = NEAR | STRAY | self.order;
        slots.set_hook(slot, Hook(order));
        self.strays.insert(Rank { at: slots.at(slot), order, slot }, slots.look(slot));
    }

    /// Adds slots that come after all others but strays.
    pub(super) fn extend(&mut self, slots: &mut impl Slots, crowd: Vec<u32>) {
        let ranks = (0..).zip(crowd).map(|(order, slot)| Rank { at: slots.at(slot), order, slot });
        let mut ranks: Vec<_> = ranks.collect();
        ranks.sort_unstable();
        self.drawn.reserve(ranks.len());
        for rank in ranks {
            let order = place(self.first, self.drawn.len());
            slots.set_hook(rank.slot, Hook(order));
            self.drawn.push_back(Some((Rank { order, ..rank }, slots.look(rank.slot))));
        }
    }

    pub(super) fn remove(&mut self, slots: &mut impl Slots, rank: Rank) {
        if rank.order & STRAY != 0 {
            self.strays.remove(&rank);
            return;
        }
        let index = rank.order.wrapping_sub(self.first) % STRAY;
        let entry = self.drawn.get_mut(index as usize).and_then(Option::take);
        self.gaps += usize::from(entry.is_some());
        self.trim();
        if self.gaps > self.drawn.len() / 2 + GAPS {
            self.close_up(slots);
        }
    }

    /// Takes out the last slot, if it is not before a moment.
    pub(super) fn pop_last_from(&mut self, at: Tick) -> Option<Rank> {
        let drawn = self.drawn.back().and_then(|entry| entry.as_ref()).map(|(rank, _)| *rank);
        let stray = self.strays.last_key_value().map(|(rank, _)| *rank);
        let last = drawn.max(stray).filter(|last| last.at >= at)?;
        if Some(last) == stray {
            self.strays.pop_last();
        } else {
            self.drawn.pop_back();
            self.trim();
        }
        Some(last)
    }

    /// Removes the gaps at both ends.
    fn trim(&mut self) {
        while self.drawn.pop_front_if(|entry| entry.is_none()).is_some() {
            self.first = self.first.wrapping_add(1);
            self.gaps -= 1;
        }
        while self.drawn.pop_back_if(|entry| entry.is_none()).is_some() {
            self.gaps -= 1;
        }
        if self.drawn.is_empty() {
            self.drawn = VecDeque::new();
        }
    }

    /// Removes all gaps.
    fn close_up(&mut self, slots: &mut impl Slots) {
        self.drawn.retain(Option::is_some);
        self.gaps = 0;
        for (index, (rank, _)) in self.drawn.iter_mut().flatten().enumerate() {
            rank.order = place(self.first, index);
            slots.set_hook(rank.slot, Hook(rank.order));
        }
    }
}

/// The order of an entry of the list.
fn place(first: u32, index: usize) -> u32 {
    NEAR | (first.wrapping_add(u32::try_from(index).unwrap_or(u32::MAX)) % STRAY)
}

impl Rank {
    pub(super) const fn new(at: Tick, hook: Hook, slot: u32) -> Self {
        Self { at, order: hook.0, slot }
    }

    /// All of it as one number: it takes one comparison, and no guess at its outcome.
    const fn number(self) -> u128 {
        (self.at.nanos() as u128) << 64 | (self.order as u128) << 32 | self.slot as u128
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number().cmp(&other.number())
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
