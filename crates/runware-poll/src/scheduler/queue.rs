//! [`Queue`]: entries in the order of their moments.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};

use crate::cadence::Window;
use crate::tick::Tick;

/// Entries in the order of their moments; first come, first served among equals.
///
/// The entries are slots of a slab that hold their own [`Hook`]. Those whose turn is near are in a small tree, in order.
/// The others are in lists, one for each stretch of time, and are put in order when its turn comes. So adding, moving and
/// removing an entry takes `O(1)`, as long as its turn is not near, and `O(log n)` for the number of stretches. It touches
/// no slot but its own: what is far apart in memory is what takes time. An entry that is removed leaves a gap at most,
/// and no more than half of a list is gaps, however often entries are moved.
#[derive(Debug)]
pub(super) struct Queue {
    near: BTreeMap<Rank, Look>,
    /// By where they begin. They do not overlap.
    far: BTreeMap<u64, Stretch>,
    /// Whoever comes before is near. Whoever does not is far, but for those of exactly this moment that came first.
    border: u64,
    /// How many are near at most: enough for what was ever asked for.
    most: usize,
    order: u32,
}

/// What a queue needs to know of the slots.
pub(super) trait Slots {
    /// The moment of a slot. It stays the same while the slot is in the queue.
    fn at(&self, slot: u32) -> Tick;
    fn look(&self, slot: u32) -> Look;
    fn hook(&self, slot: u32) -> Hook;
    fn set_hook(&mut self, slot: u32, hook: Hook);
}

/// A place in a queue: where it stands among equals, with the bit [`NEAR`], or the place in its stretch, without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hook(u32);

impl Hook {
    /// A place in no queue.
    pub(super) const NONE: Self = Self(u32::MAX);

    pub(super) fn is_some(self) -> bool {
        self != Self::NONE
    }

    const fn far(place: u32) -> Self {
        Self(place & !NEAR)
    }
}

/// What there is to know of an entry that is near, without looking at its slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// When a query may go out, and is due.
    pub(super) window: Window,
    /// With how many it may share a request at most, itself included.
    pub(super) company: u16,
}

impl Look {
    /// There can be no query.
    pub(super) const NEVER: Self = Self { window: Window::at(Tick::MAX), company: 0 };
}

/// A place among the entries that are near.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub(super) at: Tick,
    order: u32,
    pub(super) slot: u32,
}

/// The entries of `2^shift` nanoseconds, in the order they came.
#[derive(Debug)]
struct Stretch {
    /// Slots, and gaps that are neither first nor last.
    list: VecDeque<u32>,
    /// The place of the first one. Places go round.
    first: u32,
    gaps: usize,
    shift: u8,
}

const GAP: u32 = u32::MAX;
const NEAR: u32 = 1 << 31;

/// Slots have numbers below this: with as many gaps, their places in a stretch still differ.
pub(super) const MOST_SLOTS: u32 = 1 << 30;

/// The widths of stretches, from 67 ms down to a nanosecond: a wide one for whom there is room for it, and narrower
/// ones for what is found crowded when its turn comes.
const SHIFTS: [u8; 5] = [26, 20, 13, 6, 0];

/// How many entries are put in order at once.
const CROWD: u32 = 2_048;

impl Queue {
    pub(super) const fn new() -> Self {
        Self { near: BTreeMap::new(), far: BTreeMap::new(), border: 0, most: 4 * CROWD as usize, order: NEAR }
    }

    /// The first entry: there is none that is far without one that is near.
    pub(super) fn first(&self) -> Option<Rank> {
        self.near.first_key_value().map(|(rank, _)| *rank)
    }

    /// The first entries, in order: as many as were [asked for](Self::look_ahead), or all.
    pub(super) fn ahead(&self) -> impl Iterator<Item = (Rank, Look)> {
        self.near.iter().map(|(rank, look)| (*rank, *look))
    }

    /// Adds a slot that is not in the queue.
    pub(super) fn add(&mut self, slots: &mut impl Slots, slot: u32) {
        let at = slots.at(slot);
        if at.nanos() < self.border {
            let (rank, look) = self.rank(slots, slot);
            self.near.insert(rank, look);
            if self.near.len() > self.most {
                self.spill(slots);
            }
        } else {
            self.append(slots, slot, at.nanos());
        }
        self.fill(slots, 1);
    }

    /// Removes a slot, if it is in the queue.
    pub(super) fn remove(&mut self, slots: &mut impl Slots, slot: u32) {
        let hook = slots.hook(slot);
        if !hook.is_some() {
            return;
        }
        let at = slots.at(slot);
        if hook.0 & NEAR == 0 {
            self.strike(slots, at.nanos(), hook);
        } else {
            self.near.remove(&Rank { at, order: hook.0, slot });
        }
        slots.set_hook(slot, Hook::NONE);
        self.fill(slots, 1);
    }

    /// Gives a slot a place among those that are near, behind its equals.
    fn rank(&mut self, slots: &mut impl Slots, slot: u32) -> (Rank, Look) {
        // Should it ever start anew, then equals change places, and nothing else.
        self.order = if self.order >= Hook::NONE.0 - 1 { NEAR } else { self.order + 1 };
        slots.set_hook(slot, Hook(self.order));
        (Rank { at: slots.at(slot), order: self.order, slot }, slots.look(slot))
    }

    /// Makes sure that the first entries are known in order, so many of them at least.
    pub(super) fn look_ahead(&mut self, slots: &mut impl Slots, count: usize) {
        self.most = self.most.max(count.saturating_mul(2));
        self.fill(slots, count);
    }

    /// Draws stretches near until there are so many entries near, or no far ones.
    fn fill(&mut self, slots: &mut impl Slots, count: usize) {
        while self.near.len() < count
            && let Some((start, mut stretch)) = self.far.pop_first()
        {
            if stretch.list.len() > CROWD as usize && stretch.shift > 0 {
                self.divide(slots, stretch);
                continue;
            }
            if self.near.is_empty() {
                self.order = NEAR;
            }
            // One after the other, and then in order: the slots are fetched side by side.
            let drawn = stretch.draw(CROWD as usize);
            let drawn: Vec<_> = drawn.into_iter().map(|slot| self.rank(slots, slot)).collect();
            self.near.extend(drawn);
            if stretch.list.is_empty() {
                self.border = end(start, stretch.shift).saturating_add(1);
            } else {
                // Equals, which are in order already.
                self.far.insert(start, stretch);
                self.border = start;
            }
        }
    }

    /// Makes narrower stretches of one.
    fn divide(&mut self, slots: &mut impl Slots, stretch: Stretch) {
        let shift = SHIFTS.into_iter().find(|shift| *shift < stretch.shift).unwrap_or(0);
        for slot in stretch.list.into_iter().filter(|slot| *slot != GAP) {
            let start = start(slots.at(slot).nanos(), shift);
            self.far.entry(start).or_insert_with(|| Stretch::empty(shift)).push_back(slots, slot);
        }
    }

    /// Sends the later half of those that are near far away.
    fn spill(&mut self, slots: &mut impl Slots) {
        let Some(border) = self.near.keys().nth(self.most / 2).map(|rank| rank.at) else { return };
        while let Some(last) = self.near.last_entry().filter(|last| last.key().at >= border) {
            let Rank { at, slot, .. } = last.remove_entry().0;
            // They came before all equals that are far.
            self.prepend(slots, slot, at.nanos());
        }
        self.border = border.nanos();
    }

    fn append(&mut self, slots: &mut impl Slots, slot: u32, at: u64) {
        if let Some((start, stretch)) = self.far.range_mut(..=at).next_back()
            && at <= end(*start, stretch.shift)
        {
            stretch.push_back(slots, slot);
        } else {
            self.begin(at).push_back(slots, slot);
        }
    }

    fn prepend(&mut self, slots: &mut impl Slots, slot: u32, at: u64) {
        if let Some((start, stretch)) = self.far.range_mut(..=at).next_back()
            && at <= end(*start, stretch.shift)
        {
            stretch.push_front(slots, slot);
        } else {
            self.begin(at).push_front(slots, slot);
        }
    }

    /// A new stretch for a moment that is in none, as wide as there is room.
    fn begin(&mut self, at: u64) -> &mut Stretch {
        let before = self.far.range(..=at).next_back().map(|(start, stretch)| end(*start, stretch.shift));
        let after = self.far.range(at..).next().map(|(start, _)| *start);
        let fits = |shift: &u8| {
            let start = start(at, *shift);
            before.is_none_or(|before| before < start) && after.is_none_or(|after| end(start, *shift) < after)
        };
        let shift = SHIFTS.into_iter().find(fits).unwrap_or(0);
        self.far.entry(start(at, shift)).or_insert_with(|| Stretch::empty(shift))
    }

    /// Takes a slot out of its stretch.
    fn strike(&mut self, slots: &mut impl Slots, at: u64, hook: Hook) {
        let Some((start, stretch)) = self.far.range_mut(..=at).next_back() else { return };
        stretch.strike(slots, hook);
        if stretch.list.is_empty() {
            let start = *start;
            self.far.remove(&start);
        }
    }
}

impl Stretch {
    const fn empty(shift: u8) -> Self {
        Self { list: VecDeque::new(), first: 0, gaps: 0, shift }
    }

    fn push_back(&mut self, slots: &mut impl Slots, slot: u32) {
        let place = self.first.wrapping_add(count(self.list.len()));
        slots.set_hook(slot, Hook::far(place));
        self.make_room();
        self.list.push_back(slot);
    }

    fn push_front(&mut self, slots: &mut impl Slots, slot: u32) {
        self.first = self.first.wrapping_sub(1);
        slots.set_hook(slot, Hook::far(self.first));
        self.make_room();
        self.list.push_front(slot);
    }

    /// Grows by a quarter and not to twice the size: there is a list for every few tasks.
    fn make_room(&mut self) {
        let len = self.list.len();
        if len == self.list.capacity() {
            self.list.reserve_exact((len / 4).max(4));
        }
    }

    /// Takes out the first slots, of so many places.
    fn draw(&mut self, places: usize) -> Vec<u32> {
        let places = places.min(self.list.len());
        let drawn: Vec<_> = self.list.drain(..places).filter(|slot| *slot != GAP).collect();
        self.first = self.first.wrapping_add(count(places));
        self.gaps -= places - drawn.len();
        self.trim();
        drawn
    }

    fn strike(&mut self, slots: &mut impl Slots, hook: Hook) {
        let index = Hook::far(hook.0.wrapping_sub(self.first)).0;
        let Some(slot) = self.list.get_mut(index as usize) else { return };
        *slot = GAP;
        self.gaps += 1;
        self.trim();
        if 2 * self.gaps > self.list.len() {
            self.close_up(slots);
        }
    }

    /// Removes the gaps at both ends.
    fn trim(&mut self) {
        while self.list.pop_front_if(|slot| *slot == GAP).is_some() {
            self.first = self.first.wrapping_add(1);
            self.gaps -= 1;
        }
        while self.list.pop_back_if(|slot| *slot == GAP).is_some() {
            self.gaps -= 1;
        }
    }

    /// Removes all gaps.
    fn close_up(&mut self, slots: &mut impl Slots) {
        self.list.retain(|slot| *slot != GAP);
        self.list.shrink_to_fit();
        self.gaps = 0;
        self.first = 0;
        for (place, slot) in (0..).zip(&self.list) {
            slots.set_hook(*slot, Hook::far(place));
        }
    }
}

/// How many there are: never more than twice as many as there are slots.
fn count(places: usize) -> u32 {
    u32::try_from(places).unwrap_or(u32::MAX)
}

/// Where the stretch of a width begins that a moment is in.
const fn start(at: u64, shift: u8) -> u64 {
    at >> shift << shift
}

/// The last moment of a stretch.
const fn end(start: u64, shift: u8) -> u64 {
    start | ((1 << shift) - 1)
}
