//! The next request: who is in it, when it goes out, and what it costs.

use std::hash::Hash;

use super::Scheduler;
use super::queue::Look;
use super::slab::{ALONE, ANY_COMPANY};
use crate::quota::Retry;
use crate::tick::Tick;

/// How many tasks are looked at to fill a request, as a multiple of the batch limit.
const LOOKAHEAD: usize = 5;

/// What became of the next request.
pub(super) enum Request<K> {
    Sent(Vec<K>),
    /// It waits for company.
    Incomplete(Hold),
    /// It cannot be paid for, or its tasks are over: they have been filed anew.
    PutOff,
}

/// A request that waits for company.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold {
    /// When all have joined who are waited for.
    complete_at: Tick,
    /// Before that moment there is nothing new to find out: there are not enough who may join.
    until: Tick,
}

/// The tasks of a request, those that are due first in front.
struct Group {
    slots: Vec<u32>,
    /// How many there may be.
    most: usize,
    is_full: bool,
}

impl Group {
    /// Whether one more may join, if there may be so many with it.
    const fn admits(&self, look: Look) -> bool {
        self.slots.len() < self.most && self.slots.len() < company(look)
    }

    fn join(&mut self, slot: u32, look: Look) {
        self.slots.push(slot);
        self.most = self.most.min(company(look));
        self.is_full = self.slots.len() >= self.most;
    }
}

const fn company(look: Look) -> usize {
    match look.company {
        ANY_COMPANY => usize::MAX,
        ALONE.. => 1,
        some => some as usize,
    }
}

impl<K: Clone + Eq + Hash> Scheduler<K> {
    /// Sends the next request, if it is complete and can be paid for.
    pub(super) fn request(&mut self, now: Tick) -> Request<K> {
        let mut group = self.gather(now);
        if group.slots.is_empty() {
            return Request::PutOff;
        }
        if !group.is_full
            && let Some(hold) = self.fill_up(&mut group, now)
        {
            return Request::Incomplete(hold);
        }
        if let Some(retry) = self.retry(&group.slots, now)
            && !self.quota.try_spend(retry)
        {
            for slot in group.slots {
                self.update(slot, now, |task| task.poll.slow_down(now));
            }
            return Request::PutOff;
        }
        let mut keys = Vec::with_capacity(group.slots.len());
        for slot in group.slots {
            let leads = keys.is_empty();
            self.update(slot, now, |task| {
                keys.push(task.key.clone());
                task.leads = leads;
                task.poll.sent(now);
            });
        }
        Request::Sent(keys)
    }

    /// When the next request will be complete, if it is known not to be as yet.
    pub(super) fn held(&self, now: Tick) -> Option<Tick> {
        self.hold.filter(|hold| now < hold.until).map(|hold| hold.complete_at)
    }

    /// Those who are due. Who is over is filed anew.
    fn gather(&mut self, now: Tick) -> Group {
        let limit = self.limit.current();
        self.queues.ready.look_ahead(&mut self.slab, limit);
        let mut group = Group { slots: Vec::new(), most: limit, is_full: false };
        let mut over = Vec::new();
        for (rank, look) in self.queues.ready.ahead() {
            group.is_full |= !group.admits(look);
            if group.is_full {
                break;
            }
            if self.slab.get(rank.slot).is_some_and(|task| task.poll.next_query(now).is_some()) {
                group.join(rank.slot, look);
            } else {
                over.push(rank.slot);
            }
        }
        over.into_iter().for_each(|slot| self.file(slot, now));
        group
    }

    /// Takes along who may be asked. Returns how long to wait for others who fall due within the window of the first that
    /// is due, if there are such and there is room for them.
    fn fill_up(&mut self, group: &mut Group, now: Tick) -> Option<Hold> {
        let horizon = self.slab.get(*group.slots.first()?)?.at + self.window;
        let limit = self.limit.current();
        let count = limit.saturating_mul(LOOKAHEAD).saturating_sub(group.slots.len());
        self.queues.waiting.look_ahead(&mut self.slab, count);
        let mut coming = None;
        let due = group.slots.len();
        let (mut along, mut later) = (Vec::new(), Vec::new());
        let mut wants_less = group.most < limit;
        for (rank, look) in self.queues.waiting.ahead().take(count) {
            wants_less |= company(look) < limit;
            if !group.admits(look) {
                continue;
            }
            if look.window.earliest > now {
                coming = coming.max((look.window.due <= horizon).then_some(look.window.earliest));
                later.push(look.window.earliest);
                continue;
            }
            along.push((look.window.due, rank.slot));
            group.join(rank.slot, look);
            if group.is_full {
                coming = None;
                break;
            }
        }
        along.sort_by_key(|(due, _)| *due);
        group.slots.truncate(due);
        group.slots.extend(along.into_iter().map(|(_, slot)| slot));
        let complete_at = coming?;
        // Where some want less company, it may be full with the next one who joins.
        let missing = if wants_less { 1 } else { group.most - group.slots.len() };
        let full_at = (missing <= later.len()).then(|| *later.select_nth_unstable(missing - 1).1);
        Some(Hold { complete_at, until: full_at.map_or(complete_at, |full_at| full_at.min(complete_at)) })
    }

    /// What a request for these tasks costs, if it is a retry for all of them that are due.
    fn retry(&self, slots: &[u32], now: Tick) -> Option<Retry> {
        let due = slots.iter().filter_map(|slot| self.slab.get(*slot)).filter(|task| task.poll.due() <= now);
        let retries: Option<Vec<_>> = due.map(|task| task.poll.retry(now)).collect();
        retries?.into_iter().max()
    }
}
