//! [`Herds`]: tasks of which nobody knows how long they take, and which of them find out.

use std::collections::HashMap;
use std::sync::Arc;

use crate::kind::Kind;

/// How many tasks of a kind are looked at early to find out when the first one ends.
const LEADERS: usize = 16;

/// How many tasks are looked at when one of their kind has ended, to find out how many others have.
const SCOUTS: usize = 256;

/// The tasks of the kinds of which nothing is known.
///
/// Ten thousand tasks that begin together need not all be asked after a second, and again after two: what some of them
/// answer goes for the others. The first ones lead, and are asked by the exponential schedule; the others stand back.
/// When one has ended, some of them are looked at, and when that shows enough for a forecast, all follow it.
#[derive(Debug)]
pub(super) struct Herds {
    kinds: HashMap<Arc<Kind>, Herd>,
}

#[derive(Debug)]
struct Herd {
    leaders: usize,
    /// By their slots; some may have been given to other tasks since.
    followers: Vec<u32>,
}

impl Herds {
    pub(super) fn new() -> Self {
        Self { kinds: HashMap::new() }
    }

    /// Takes in a task; returns true if it leads. `stands_back` says which tasks still do.
    pub(super) fn join(&mut self, kind: &Arc<Kind>, slot: u32, stands_back: impl Fn(u32) -> bool) -> bool {
        if self.kinds.len() >= MOST_KINDS && !self.kinds.contains_key(kind) {
            return true;
        }
        let herd = self.kinds.entry(Arc::clone(kind)).or_insert(Herd { leaders: 0, followers: Vec::new() });
        if herd.leaders < LEADERS {
            herd.leaders += 1;
            return true;
        }
        if herd.followers.len() == herd.followers.capacity() {
            herd.followers.retain(|slot| stands_back(*slot));
        }
        herd.followers.push(slot);
        false
    }

    /// There are no tasks any more.
    pub(super) fn clear(&mut self) {
        self.kinds = HashMap::new();
    }

    /// A task of a kind has ended; returns some that stood back, to be looked at now.
    pub(super) fn scouts(&mut self, kind: &Kind) -> Vec<u32> {
        let Some(herd) = self.kinds.get_mut(kind) else { return Vec::new() };
        herd.followers.split_off(herd.followers.len().saturating_sub(SCOUTS))
    }

    /// Whether tasks of a kind stand back.
    pub(super) fn has(&self, kind: &Kind) -> bool {
        self.kinds.contains_key(kind)
    }

    /// Something is known of a kind; returns those that stood back.
    pub(super) fn dissolve(&mut self, kind: &Kind) -> Vec<u32> {
        self.kinds.remove(kind).map(|herd| herd.followers).unwrap_or_default()
    }
}

/// Of more kinds than this, all tasks lead.
const MOST_KINDS: usize = 1_024;
