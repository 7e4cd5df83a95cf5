//! [`Slab`]: where the tasks are kept, and how they are found.

use std::hash::{BuildHasher, Hash};

use hashbrown::DefaultHashBuilder;

use super::herds::Stand;
use super::index::Index;
use super::queue::{Hook, Look, MOST_SLOTS, Slots};
use crate::poll::Poll;
use crate::tick::Tick;

/// Tasks in numbered slots, and the number of each key.
///
/// The slots are allocated in chunks: growing moves nothing, and leaves no more than a chunk unused.
#[derive(Debug)]
pub(super) struct Slab<K> {
    chunks: Vec<Vec<Cell<K>>>,
    /// The slot that was vacated last.
    vacant: u32,
    index: Index,
    /// Fast, and seeded at random for each slab: who chooses keys does not know which of them collide. That is no defence
    /// against somebody who can choose them and time what becomes of them; then a look-up may take `O(n)`.
    hasher: DefaultHashBuilder,
}

/// A task, and where it stands.
#[derive(Debug)]
pub(super) struct Slot<K> {
    pub(super) key: K,
    pub(super) poll: Poll,
    /// When it needs something: its moment in the queue that it is in.
    pub(super) at: Tick,
    turn: Hook,
    end: Hook,
    /// With how many it may share a request at most, itself included.
    pub(super) company: u16,
    pub(super) place: Place,
    /// Whether it leads a request whose answer has not come: that answer earns the quota its token.
    pub(super) leads: bool,
    pub(super) stand: Stand,
}

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// To be looked at anew.
    News,
    /// A moment.
    Waiting,
    /// To be in a request.
    Ready,
    /// To be asked about elsewhere.
    Question,
}

/// A company that is no limit; all below [`ALONE`] are one.
pub(super) const ANY_COMPANY: u16 = u16::MAX;

/// The company of a task that was refused alone, and one more for each good answer since. The trouble may have been the
/// server's: after eight of them, at [`FORGIVEN`], it has company again.
pub(super) const ALONE: u16 = 0xFF00;
pub(super) const FORGIVEN: u16 = ALONE + 8;

#[derive(Debug)]
enum Cell<K> {
    Vacant { next: u32 },
    Taken(Slot<K>),
}

const CHUNK: usize = 1 << CHUNK_BITS;
const CHUNK_BITS: u32 = 10;
const NOBODY: u32 = u32::MAX;

impl<K: Eq + Hash> Slab<K> {
    pub(super) fn new() -> Self {
        Self {
            chunks: Vec::new(),
            vacant: NOBODY,
            index: Index::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    pub(super) fn find(&self, key: &K) -> Option<u32> {
        self.find_hashed(self.hash(key), key)
    }

    pub(super) fn hash(&self, key: &K) -> u32 {
        u32::try_from(self.hasher.hash_one(key) >> 32).unwrap_or(0)
    }

    pub(super) fn find_hashed(&self, hash: u32, key: &K) -> Option<u32> {
        self.index.find(hash, |slot| self.get(slot).is_some_and(|slot| slot.key == *key))
    }

    /// Takes in a task that [`find`](Self::find) does not know. Returns none if all the numbers are given away.
    pub(super) fn insert(&mut self, hash: u32, key: K, poll: Poll) -> Option<u32> {
        let task = Slot {
            key,
            poll,
            at: Tick::ZERO,
            turn: Hook::NONE,
            end: Hook::NONE,
            company: ANY_COMPANY,
            place: Place::News,
            leads: false,
            stand: Stand::Apart,
        };
        let slot = self.put(task)?;
        self.index.insert(hash, slot);
        Some(slot)
    }

    /// Lets go of a task that is in no queue.
    pub(super) fn remove(&mut self, slot: u32) -> Option<Slot<K>> {
        let hash = self.hash(&self.get(slot)?.key);
        self.index.remove(hash, slot);
        let next = self.vacant;
        let Cell::Taken(task) = std::mem::replace(self.cell_mut(slot)?, Cell::Vacant { next }) else {
            return None;
        };
        self.vacant = slot;
        if self.index.len() == 0 {
            self.shrink();
        }
        Some(task)
    }

    /// Gives back what a crowd took up that is gone.
    fn shrink(&mut self) {
        if self.chunks.len() > 1 {
            self.chunks.truncate(1);
            self.chunks.shrink_to_fit();
            self.chunks.iter_mut().for_each(Vec::clear);
            self.vacant = NOBODY;
            self.index = Index::new();
        }
    }

    /// Puts a task into the slot that was vacated last, or into a new one.
    fn put(&mut self, task: Slot<K>) -> Option<u32> {
        let slot = self.vacant;
        if let Some(cell) = self.cell_mut(slot)
            && let Cell::Vacant { next } = *cell
        {
            *cell = Cell::Taken(task);
            self.vacant = next;
            return Some(slot);
        }
        let full = |chunk: &Vec<_>| chunk.len() >= CHUNK;
        if self.chunks.last().is_none_or(full) {
            // A few tasks shall not take up a whole chunk.
            let first = self.chunks.is_empty();
            self.chunks.push(Vec::with_capacity(if first { 0 } else { CHUNK }));
        }
        let above = (self.chunks.len() - 1) << CHUNK_BITS;
        let chunk = self.chunks.last_mut()?;
        let slot = u32::try_from(above + chunk.len()).ok().filter(|slot| *slot < MOST_SLOTS)?;
        chunk.push(Cell::Taken(task));
        Some(slot)
    }
}

impl<K> Slab<K> {
    pub(super) fn get(&self, slot: u32) -> Option<&Slot<K>> {
        match cell(&self.chunks, slot)? {
            Cell::Taken(task) => Some(task),
            Cell::Vacant { .. } => None,
        }
    }

    /// All tasks there are.
    pub(super) fn slots(&self) -> impl Iterator<Item = (u32, &Slot<K>)> {
        (0..).zip(self.chunks.iter().flatten()).filter_map(|(slot, cell)| match cell {
            Cell::Taken(task) => Some((slot, task)),
            Cell::Vacant { .. } => None,
        })
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut Slot<K>> {
        match self.cell_mut(slot)? {
            Cell::Taken(task) => Some(task),
            Cell::Vacant { .. } => None,
        }
    }

    fn cell_mut(&mut self, slot: u32) -> Option<&mut Cell<K>> {
        let (chunk, cell) = position(slot);
        self.chunks.get_mut(chunk)?.get_mut(cell)
    }
}

fn cell<K>(chunks: &[Vec<Cell<K>>], slot: u32) -> Option<&Cell<K>> {
    let (chunk, cell) = position(slot);
    chunks.get(chunk)?.get(cell)
}

const fn position(slot: u32) -> (usize, usize) {
    let slot = slot as usize;
    (slot >> CHUNK_BITS, slot & (CHUNK - 1))
}

impl<K> Slot<K> {
    /// Whether it waits for its turn.
    pub(super) fn has_turn(&self) -> bool {
        self.turn.is_some()
    }

    /// Whether it waits for its deadline.
    pub(super) fn has_end(&self) -> bool {
        self.end.is_some()
    }

    fn look(&self) -> Look {
        Look { window: self.poll.next_look(), company: self.company }
    }
}

/// The queue that each task is in once: it waits there for its turn.
impl<K> Slots for Slab<K> {
    fn at(&self, slot: u32) -> Tick {
        self.get(slot).map_or(Tick::MAX, |task| task.at)
    }

    fn look(&self, slot: u32) -> Look {
        self.get(slot).map_or(Look::NEVER, Slot::look)
    }

    fn set_hook(&mut self, slot: u32, hook: Hook) {
        if let Some(task) = self.get_mut(slot) {
            task.turn = hook;
        }
    }

    fn unhook(&mut self, slot: u32) -> (Tick, Hook) {
        let task = self.get_mut(slot);
        task.map_or((Tick::MAX, Hook::NONE), |task| (task.at, std::mem::replace(&mut task.turn, Hook::NONE)))
    }
}

/// The queue that all tasks are in for their deadlines.
pub(super) struct Ends<'a, K>(pub(super) &'a mut Slab<K>);

impl<K> Slots for Ends<'_, K> {
    fn at(&self, slot: u32) -> Tick {
        self.0.get(slot).map_or(Tick::MAX, |task| task.poll.deadline())
    }

    fn look(&self, _: u32) -> Look {
        Look::NEVER
    }

    fn set_hook(&mut self, slot: u32, hook: Hook) {
        if let Some(task) = self.0.get_mut(slot) {
            task.end = hook;
        }
    }

    fn unhook(&mut self, slot: u32) -> (Tick, Hook) {
        let task = self.0.get_mut(slot);
        task.map_or((Tick::MAX, Hook::NONE), |task| {
            (task.poll.deadline(), std::mem::replace(&mut task.end, Hook::NONE))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_with_a_key_of_sixteen_bytes_is_small() {
        assert!(size_of::<Cell<[u8; 16]>>() <= 160, "{} bytes", size_of::<Cell<[u8; 16]>>());
        assert_eq!(size_of::<Cell<[u8; 16]>>(), size_of::<Slot<[u8; 16]>>());
    }
}
