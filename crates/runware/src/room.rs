//! Giving memory back.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

/// Something that keeps the room it once needed.
pub(crate) trait Roomy {
    fn len(&self) -> usize;

    fn capacity(&self) -> usize;

    fn shrink_to(&mut self, least: usize);
}

/// Gives back the room of what was removed: to be called after each removal.
///
/// That moves what is left, once for at least three times as many removals.
pub(crate) fn give_back(roomy: &mut impl Roomy) {
    let len = roomy.len();
    if roomy.capacity() > KEPT && len < roomy.capacity() / 8 {
        roomy.shrink_to(2 * len);
    }
}

/// So many are always kept room for.
const KEPT: usize = 1_000;

/// They all have these methods, though not from a trait.
macro_rules! roomy {
    ($([$($bounds:tt)*] $type:ty;)+) => {$(
        impl<$($bounds)*> Roomy for $type {
            fn len(&self) -> usize {
                self.len()
            }

            fn capacity(&self) -> usize {
                self.capacity()
            }

            fn shrink_to(&mut self, least: usize) {
                self.shrink_to(least);
            }
        }
    )+};
}

roomy! {
    [K: Eq + Hash, V] HashMap<K, V>;
    [T: Eq + Hash] HashSet<T>;
    [T] Vec<T>;
    [T] VecDeque<T>;
}
