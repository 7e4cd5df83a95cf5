//! [`Queue`]: entries in the order of their moments.

mod near;
mod stretch;
mod stretches;
#[cfg(test)]
mod tests;

use self::near::Near;
pub(super) use self::near::Rank;
use self::stretch::Stretch;
use self::stretches::Stretches;
use crate::tick::Tick;
use crate::window::Window;

/// Entries in the order of their moments; first come, first served among equals.
///
/// The entries are slots of a slab that hold their own [`Hook`]. Those whose turn is near are in order.
/// The others are in lists, one for each stretch of time, and are put in order when its turn comes. So adding, moving and
/// removing an entry takes `O(1)`, unless it is added when its turn is near, and `O(log n)` for the number of stretches.
/// It touches no slot but its own: what is far apart in memory is what takes time. An entry that is removed leaves a gap
/// at most, and at most half of a list is gaps, but for a few thousand, however often entries are moved.
#[derive(Debug)]
pub(super) struct Queue {
    near: Near,
    far: Stretches,
    /// Whoever comes before is near. Whoever does not is far, but for those of exactly this moment that came first.
    border: u64,
    /// How many are near at most: enough for what was ever asked for.
    most: usize,
}

/// What a queue needs to know of the slots.
pub(super) trait Slots {
    /// The moment of a slot. It stays the same while the slot is in the queue.
    fn at(&self, slot: u32) -> Tick;
    fn look(&self, slot: u32) -> Look;
    fn set_hook(&mut self, slot: u32, hook: Hook);
    /// The moment and the hook of a slot. It has none from now on.
    fn unhook(&mut self, slot: u32) -> (Tick, Hook);
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

const NEAR: u32 = 1 << 31;

/// Slots have numbers below this: with as many gaps, their places in a stretch still differ.
pub(super) const MOST_SLOTS: u32 = 1 << 30;

/// How many entries are put in order at once.
const CROWD: usize = 2_048;

impl Queue {
    pub(super) fn new() -> Self {
        Self { near: Near::new(), far: Stretches::new(), border: 0, most: 4 * CROWD }
    }

    /// The first entry: there is none that is far without one that is near.
    pub(super) fn first(&self) -> Option<Rank> {
        self.near.first()
    }

    /// The first entries, in order: as many as were [asked for](Self::look_ahead), or all.
    pub(super) fn ahead(&self) -> impl Iterator<Item = (Rank, Look)> {
        self.near.iter()
    }

    /// Adds a slot that is not in the queue, and whose moment this is.
    pub(super) fn add(&mut self, slots: &mut impl Slots, slot: u32, at: Tick) {
        if at.nanos() < self.border {
            self.near.insert(slots, slot);
            if self.near.len() > self.most {
                self.spill(slots);
            }
        } else {
            self.far.push_back(slots, at.nanos(), slot);
        }
        self.fill(slots, 1);
    }

    /// Removes a slot, if it is in the queue.
    pub(super) fn remove(&mut self, slots: &mut impl Slots, slot: u32) {
        let (at, hook) = slots.unhook(slot);
        if !hook.is_some() {
            return;
        }
        if hook.0 & NEAR == 0 {
            self.far.strike(slots, at.nanos(), hook);
        } else {
            self.near.remove(slots, Rank::new(at, hook, slot));
        }
        self.fill(slots, 1);
    }

    /// Makes sure that the first entries are known in order, so many of them at least.
    pub(super) fn look_ahead(&mut self, slots: &mut impl Slots, count: usize) {
        self.most = self.most.max(count.saturating_mul(2));
        self.fill(slots, count);
    }

    /// Draws stretches near until there are so many entries near, or no far ones.
    #[inline]
    fn fill(&mut self, slots: &mut impl Slots, count: usize) {
        while self.near.len() < count
            && let Some((start, stretch)) = self.far.pop_first()
        {
            self.draw(slots, start, stretch);
        }
    }

    /// Draws the first stretch near, or divides it, if it is crowded.
    fn draw(&mut self, slots: &mut impl Slots, start: u64, mut stretch: Stretch) {
        if stretch.len() > CROWD && !stretch.is_narrowest() {
            self.far.divide(slots, stretch);
            return;
        }
        self.near.extend(slots, stretch.draw(CROWD));
        if stretch.is_empty() {
            self.border = stretch.end(start).saturating_add(1);
        } else {
            // Equals, which are in order already.
            self.far.insert(start, stretch);
            self.border = start;
        }
    }

    /// Sends the later half of those that are near far away.
    fn spill(&mut self, slots: &mut impl Slots) {
        let Some(border) = self.near.iter().nth(self.most / 2).map(|(rank, _)| rank.at) else { return };
        while let Some(Rank { at, slot, .. }) = self.near.pop_last_from(border) {
            // They came before all equals that are far.
            self.far.push_front(slots, at.nanos(), slot);
        }
        self.border = border.nanos();
    }
}
