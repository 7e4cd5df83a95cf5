//! [`Queue`]: entries in the order of their moments.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::cadence::Window;
use crate::tick::Tick;

/// Entries in the order of their moments; first come, first served among equals.
///
/// It allocates next to nothing: the entries are slots of a slab that hold their own [`Hook`]. Those whose turn is
/// near are in a small tree, in order. The others hang in lists, one for each stretch of time, and are put in order
/// when its turn comes. So adding, moving and removing an entry takes `O(1)`, as long as its turn is not near, and
/// `O(log n)` for the number of stretches. An entry that is removed is gone at once: there are no stale ones, however
/// often entries are moved.
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

/// A place in a queue. Slots before and after it, if it is far; [`NEAR`] and where it stands among equals otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hook {
    before: u32,
    after: u32,
}

impl Hook {
    /// A place in no queue.
    pub(super) const NONE: Self = Self { before: END, after: NONE };

    pub(super) fn is_some(self) -> bool {
        self != Self::NONE
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
#[derive(Clone, Copy, Debug)]
struct Stretch {
    first: u32,
    last: u32,
    len: u32,
    shift: u8,
}

const END: u32 = u32::MAX;
const NEAR: u32 = u32::MAX - 1;
const NONE: u32 = u32::MAX - 2;

/// Slots have numbers below this.
pub(super) const MOST_SLOTS: u32 = NONE;

/// The widths of stretches, from 67 ms down to a nanosecond: a wide one for whom there is room for it, and narrower
/// ones for what is found crowded when its turn comes.
const SHIFTS: [u8; 6] = [26, 20, 14, 8, 2, 0];

/// How many entries are put in order at once.
const CROWD: u32 = 512;

impl Queue {
    pub(super) const fn new() -> Self {
        Self { near: BTreeMap::new(), far: BTreeMap::new(), border: 0, most: 8 * CROWD as usize, order: 0 }
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
            self.draw_near(slots, slot, at);
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
        match hook.after {
            NONE => return,
            NEAR => {
                self.near.remove(&Rank { at: slots.at(slot), order: hook.before, slot });
            }
            _ => self.unhook(slots, slot, hook),
        }
        slots.set_hook(slot, Hook::NONE);
        self.fill(slots, 1);
    }

    fn draw_near(&mut self, slots: &mut impl Slots, slot: u32, at: Tick) {
        if self.near.is_empty() {
            self.order = 0;
        }
        // Should it ever overflow, then equals change places, and nothing else.
        self.order = self.order.wrapping_add(1);
        slots.set_hook(slot, Hook { before: self.order, after: NEAR });
        self.near.insert(Rank { at, order: self.order, slot }, slots.look(slot));
    }

    /// Makes sure that the first entries are known in order, so many of them at least.
    pub(super) fn look_ahead(&mut self, slots: &mut impl Slots, count: usize) {
        self.most = self.most.max(count.saturating_mul(2));
        self.fill(slots, count);
    }

    /// Draws stretches near until there are so many entries near, or no far ones.
    fn fill(&mut self, slots: &mut impl Slots, count: usize) {
        while self.near.len() < count
            && let Some((start, stretch)) = self.far.pop_first()
        {
            if stretch.len > CROWD && stretch.shift > 0 {
                self.divide(slots, stretch);
                continue;
            }
            let (mut next, mut left) = (stretch.first, stretch.len);
            for _ in 0..CROWD.min(left) {
                let (slot, after) = (next, slots.hook(next).after);
                self.draw_near(slots, slot, slots.at(slot));
                (next, left) = (after, left - 1);
            }
            if left > 0 {
                // Equals, which are in order already.
                slots.set_hook(next, Hook { before: END, ..slots.hook(next) });
                self.far.insert(start, Stretch { first: next, len: left, ..stretch });
                self.border = start;
            } else {
                self.border = end(start, stretch.shift).saturating_add(1);
            }
        }
    }

    /// Makes narrower stretches of one.
    fn divide(&mut self, slots: &mut impl Slots, stretch: Stretch) {
        let shift = SHIFTS.into_iter().find(|shift| *shift < stretch.shift).unwrap_or(0);
        let mut next = stretch.first;
        for _ in 0..stretch.len {
            let (slot, at) = (next, slots.at(next).nanos());
            next = slots.hook(slot).after;
            let empty = Stretch { first: END, last: END, len: 0, shift };
            self.far.entry(start(at, shift)).or_insert(empty).push_back(slots, slot);
        }
    }

    /// Sends the later half of those that are near far away.
    fn spill(&mut self, slots: &mut impl Slots) {
        let Some(border) = self.near.keys().nth(self.most / 2).map(|rank| rank.at) else { return };
        while let Some(last) = self.near.last_entry().filter(|last| last.key().at >= border) {
            let Rank { at, slot, .. } = last.remove_entry().0;
            // They came before all equals that are far.
            self.stretch(at.nanos()).push_front(slots, slot);
        }
        self.border = border.nanos();
    }

    fn append(&mut self, slots: &mut impl Slots, slot: u32, at: u64) {
        self.stretch(at).push_back(slots, slot);
    }

    /// The stretch that a moment is in: a new one, as wide as fits in, if there is none.
    fn stretch(&mut self, at: u64) -> &mut Stretch {
        let before = self.far.range(..=at).next_back().map(|(start, stretch)| (*start, stretch.shift));
        let (key, shift) = match before {
            Some((start, shift)) if at <= end(start, shift) => (start, shift),
            _ => {
                let after = self.far.range(at..).next().map(|(start, _)| *start);
                let fits = |shift: &u8| {
                    let (start, end) = (start(at, *shift), end(start(at, *shift), *shift));
                    before.is_none_or(|before| self::end(before.0, before.1) < start)
                        && after.is_none_or(|after| end < after)
                };
                let shift = SHIFTS.into_iter().find(fits).unwrap_or(0);
                (start(at, shift), shift)
            }
        };
        self.far.entry(key).or_insert(Stretch { first: END, last: END, len: 0, shift })
    }

    fn unhook(&mut self, slots: &mut impl Slots, slot: u32, hook: Hook) {
        if hook.before != END {
            slots.set_hook(hook.before, Hook { after: hook.after, ..slots.hook(hook.before) });
        }
        if hook.after != END {
            slots.set_hook(hook.after, Hook { before: hook.before, ..slots.hook(hook.after) });
        }
        let at = slots.at(slot).nanos();
        let Some((start, stretch)) = self.far.range_mut(..=at).next_back() else { return };
        if stretch.first == slot {
            stretch.first = hook.after;
        }
        if stretch.last == slot {
            stretch.last = hook.before;
        }
        stretch.len -= 1;
        if stretch.len == 0 {
            let start = *start;
            self.far.remove(&start);
        }
    }
}

impl Stretch {
    fn push_back(&mut self, slots: &mut impl Slots, slot: u32) {
        slots.set_hook(slot, Hook { before: self.last, after: END });
        if self.last == END {
            self.first = slot;
        } else {
            slots.set_hook(self.last, Hook { after: slot, ..slots.hook(self.last) });
        }
        self.last = slot;
        self.len += 1;
    }

    fn push_front(&mut self, slots: &mut impl Slots, slot: u32) {
        slots.set_hook(slot, Hook { before: END, after: self.first });
        if self.first == END {
            self.last = slot;
        } else {
            slots.set_hook(self.first, Hook { before: slot, ..slots.hook(self.first) });
        }
        self.first = slot;
        self.len += 1;
    }
}

/// Where the stretch of a width begins that a moment is in.
const fn start(at: u64, shift: u8) -> u64 {
    at >> shift << shift
}

/// The last moment of a stretch.
const fn end(start: u64, shift: u8) -> u64 {
    start | ((1 << shift) - 1)
}
