//! Whose turn it is: each task waits in one queue for what it needs next, and in another one for its deadline.

use std::collections::VecDeque;
use std::hash::Hash;

use super::Scheduler;
use super::herds::Stand;
use super::queue::Queue;
use super::slab::{Ends, Place, Slot};
use crate::ending::{Ending, Step};
use crate::tick::Tick;

/// The queues that a task is in one of, by its place.
#[derive(Debug)]
pub(super) struct Queues {
    /// Those to be looked at anew, and some that have been moved or are gone since.
    news: VecDeque<u32>,
    pub(super) waiting: Queue,
    pub(super) ready: Queue,
    questions: Queue,
}

/// What is to be done first.
pub(super) enum Turn {
    Request,
    Question(u32),
    News,
    End(u32),
}

impl Queues {
    pub(super) fn new() -> Self {
        Self { news: VecDeque::new(), waiting: Queue::new(), ready: Queue::new(), questions: Queue::new() }
    }

    /// The queue of a place. News are in none: they do not wait.
    const fn of(&mut self, place: Place) -> Option<&mut Queue> {
        match place {
            Place::News => None,
            Place::Waiting => Some(&mut self.waiting),
            Place::Ready => Some(&mut self.ready),
            Place::Question => Some(&mut self.questions),
        }
    }
}

impl<K: Clone + Eq + Hash> Scheduler<K> {
    /// What comes first of all that can be done now. In a silence nothing is asked.
    pub(super) fn turn(&self, now: Tick, silent: bool) -> Option<Turn> {
        let Queues { news, ready, questions, .. } = &self.queues;
        let is_held = silent || self.held(now).is_some();
        let request = ready.first().filter(|_| !is_held).map(|rank| (rank.at, Turn::Request));
        let question = questions.first().filter(|_| !silent).map(|rank| (rank.at, Turn::Question(rank.slot)));
        let news = news.front().map(|slot| (self.heard_at(*slot).unwrap_or(Tick::ZERO), Turn::News));
        let end = self.ends.first().filter(|rank| rank.at <= now).map(|rank| (rank.at, Turn::End(rank.slot)));
        let turns = [request, question, news, end];
        turns.into_iter().flatten().min_by_key(|(at, _)| *at).map(|(_, turn)| turn)
    }

    /// When there was news of a task that has not been looked at since.
    fn heard_at(&self, slot: u32) -> Option<Tick> {
        self.slab.get(slot).filter(|task| task.place == Place::News).map(|task| task.at)
    }

    /// The next task of which there was news, if it has not been looked at since.
    pub(super) fn next_news(&mut self) -> Option<u32> {
        let slot = self.queues.news.pop_front()?;
        self.heard_at(slot).and(Some(slot))
    }

    /// When something is to be done, if nothing is to be done now.
    pub(super) fn next_turn(&self, now: Tick) -> Option<Tick> {
        let Queues { waiting, ready, questions, .. } = &self.queues;
        let asks = if self.blocked {
            None
        } else if now < self.paused_until {
            let first = [waiting, ready, questions].into_iter().filter_map(Queue::first).min();
            first.map(|rank| rank.at.max(self.paused_until))
        } else {
            waiting.first().map(|rank| rank.at).into_iter().chain(self.held(now)).min()
        };
        self.ends.first().map(|rank| rank.at).into_iter().chain(asks).min()
    }

    /// Files anew who has waited for a moment that has come: all those who may be among the first in the next request.
    pub(super) fn wake(&mut self, now: Tick) {
        let limit = self.limit.current();
        loop {
            self.queues.ready.look_ahead(&mut self.slab, limit);
            let last = self.queues.ready.ahead().nth(limit - 1).map(|(rank, _)| rank.at);
            for _ in 0..limit {
                let first = self.queues.waiting.first();
                let comes = |at: Tick| at <= now && last.is_none_or(|last| at < last);
                let Some(rank) = first.filter(|rank| comes(rank.at)) else { return };
                // Who may be in the next request still may, whether it is due or not yet.
                let hold = self.hold;
                self.file(rank.slot, now);
                if self.slab.get(rank.slot).is_some_and(|task| task.place == Place::Ready) {
                    self.hold = hold;
                }
            }
        }
    }

    /// Tells a task something, and files it by what it needs next.
    pub(super) fn update(&mut self, slot: u32, now: Tick, tell: impl FnOnce(&mut Slot<K>)) {
        if let Some(task) = self.slab.get_mut(slot) {
            tell(task);
        }
        self.file(slot, now);
    }

    /// Puts a task where it waits for what it needs next.
    pub(super) fn file(&mut self, slot: u32, now: Tick) {
        let Some(task) = self.slab.get(slot) else { return };
        let (place, at) = match task.poll.step(now) {
            Step::Wait { until } => (Place::Waiting, until),
            Step::Query { .. } => (Place::Ready, task.poll.due()),
            Step::Question => (Place::Question, now),
            Step::Finished(_) => (Place::News, now),
        };
        let end = (!task.has_end()).then(|| task.poll.deadline());
        self.put(slot, place, at);
        if let Some(end) = end {
            self.ends.add(&mut Ends(&mut self.slab), slot, end);
        }
    }

    /// Has a task looked at anew by the next call: who knows what it needs.
    pub(super) fn hear(&mut self, slot: u32) {
        self.put(slot, Place::News, Tick::ZERO);
    }

    /// Forgets the deadline of a task until it is filed: it may become another one.
    pub(super) fn forget_end(&mut self, slot: u32) {
        self.ends.remove(&mut Ends(&mut self.slab), slot);
    }

    /// Lets go of a task.
    pub(super) fn take(&mut self, slot: u32) -> Option<Slot<K>> {
        self.unfile(slot);
        self.forget_end(slot);
        self.stand(slot, Stand::Apart);
        let task = self.slab.remove(slot)?;
        if self.slab.len() == 0 {
            self.herds.clear();
            self.queues.news = VecDeque::new();
        }
        Some(task)
    }

    /// The end of a task that was filed as one that may be over. If it is not, it is filed anew.
    pub(super) fn finish(&mut self, slot: u32, now: Tick) -> Option<(K, Ending)> {
        match self.slab.get(slot)?.poll.step(now) {
            Step::Finished(ending) => {
                let task = self.take(slot)?;
                Some((task.key, ending))
            }
            _ => {
                self.file(slot, now);
                None
            }
        }
    }

    fn put(&mut self, slot: u32, place: Place, at: Tick) {
        self.unfile(slot);
        let Some(task) = self.slab.get_mut(slot) else { return };
        (task.place, task.at) = (place, at);
        match self.queues.of(place) {
            Some(queue) => queue.add(&mut self.slab, slot, at),
            None if at == Tick::ZERO => self.queues.news.push_front(slot),
            None => self.queues.news.push_back(slot),
        }
    }

    fn unfile(&mut self, slot: u32) {
        self.hold = None;
        let place = self.slab.get(slot).filter(|task| task.has_turn()).map(|task| task.place);
        if let Some(queue) = place.and_then(|place| self.queues.of(place)) {
            queue.remove(&mut self.slab, slot);
        }
    }
}
