//! [`Stretch`]: entries of one stretch of time.

use std::collections::VecDeque;

use super::{Hook, Slots};

/// The entries of `2^shift` nanoseconds, in the order they came.
#[derive(Debug)]
pub(super) struct Stretch {
    /// Slots, and gaps that are neither first nor last.
    list: VecDeque<u32>,
    /// The place of the first one. Places go round.
    first: u32,
    gaps: usize,
    pub(super) shift: u8,
}

const GAP: u32 = u32::MAX;

impl Stretch {
    pub(super) const fn empty(shift: u8) -> Self {
        Self { list: VecDeque::new(), first: 0, gaps: 0, shift }
    }

    /// How many entries and gaps there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) const fn is_narrowest(&self) -> bool {
        self.shift == 0
    }

    /// The last moment of it, if it begins there.
    pub(super) const fn end(&self, start: u64) -> u64 {
        end(start, self.shift)
    }

    pub(super) fn push_back(&mut self, slots: &mut impl Slots, slot: u32) {
        let place = self.first.wrapping_add(count(self.list.len()));
        slots.set_hook(slot, Hook::far(place));
        self.make_room();
        self.list.push_back(slot);
    }

    pub(super) fn push_front(&mut self, slots: &mut impl Slots, slot: u32) {
        self.first = self.first.wrapping_sub(1);
        slots.set_hook(slot, Hook::far(self.first));
        self.make_room();
        self.list.push_front(slot);
    }

    #[inline]
    fn make_room(&mut self) {
        if self.list.len() == self.list.capacity() {
            self.grow();
        }
    }

    /// Grows by a quarter and not to twice the size: there is a list for every few tasks.
    #[cold]
    fn grow(&mut self) {
        self.list.reserve_exact((self.list.len() / 4).max(4));
    }

    /// All slots, in order.
    pub(super) fn into_slots(self) -> impl Iterator<Item = u32> {
        self.list.into_iter().filter(|slot| *slot != GAP)
    }

    /// Takes out the first slots, of so many places.
    pub(super) fn draw(&mut self, places: usize) -> Vec<u32> {
        let places = places.min(self.list.len());
        let drawn: Vec<_> = self.list.drain(..places).filter(|slot| *slot != GAP).collect();
        self.first = self.first.wrapping_add(count(places));
        self.gaps -= places - drawn.len();
        self.trim();
        drawn
    }

    pub(super) fn strike(&mut self, slots: &mut impl Slots, hook: Hook) {
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
pub(super) const fn start(at: u64, shift: u8) -> u64 {
    at >> shift << shift
}

/// The last moment of a stretch.
pub(super) const fn end(start: u64, shift: u8) -> u64 {
    start | ((1 << shift) - 1)
}
