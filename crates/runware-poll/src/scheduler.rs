//! [`Scheduler`]: looking after many tasks with few requests.

mod agenda;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use self::agenda::{Agenda, Wake};
use crate::durations::Durations;
use crate::ending::{Ending, Fault, Seen, Step};
use crate::forecast::Forecast;
use crate::poll::{Lesson, Poll};
use crate::quota::{Quota, Retry};
use crate::tick::Tick;

/// Looks after many tasks, each with its own [`Poll`], and lets their queries share requests.
///
/// A request goes out when a query is due. It takes along the queries of all other tasks that are due or
/// [may be asked](Poll::earliest) by then, those that are due first in front, up to the batch limit. So the
/// number of requests hardly depends on the number of tasks, no task is asked sooner than its own plan
/// allows, and none waits behind another that is due later.
///
/// After a fault, a task is asked again sooner than a healthy one would be. A request for which only such
/// tasks are due is a retry, and has to be paid for from the [`Quota`]; if that is empty, they wait until a
/// healthy task would be asked.
///
/// Each call takes `O(log n)` time for `n` tasks, [`next`](Self::next) for each task of the request that it
/// returns. See the [crate documentation](crate) for a driver.
#[derive(Debug)]
pub struct Scheduler<K> {
    slots: HashMap<K, Slot>,
    agenda: Agenda<K>,
    limits: Limits,
    paused_until: Tick,
    durations: Durations,
}

/// What a [`Scheduler`] keeps to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many tasks one request may ask for. Default: 100. Zero counts as 1.
    pub batch: usize,
    /// How long a query that is due may be held back so that others which fall due meanwhile can share its
    /// request. Default: 50 ms. Nothing is held back if no other falls due.
    pub window: Duration,
    /// What retries are paid from. Default: 500 tokens.
    pub quota: Quota,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch: 100, window: Duration::from_millis(50), quota: Quota::default() }
    }
}

/// What a driver has to do next: the answer of [`Scheduler::next`].
// Complete: a driver that misses one of these does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next<K> {
    /// Send one request that asks for the state of these tasks. It counts as sent. Tell `observed` or
    /// `failed` for each of them.
    Send(Vec<K>),
    /// Ask another source about this task, and tell `answered`. See [`Step::Question`].
    Question(K),
    /// This task is over, and no longer here.
    Finished(K, Ending),
    /// Nothing. Ask again at `until`, or after the next fact.
    Wait {
        /// When the next task needs something; never after a deadline.
        until: Tick,
    },
    /// There are no tasks.
    Idle,
}

impl<K: Clone + Eq + Hash> Scheduler<K> {
    /// A scheduler without tasks.
    pub fn new(limits: Limits) -> Self {
        Self {
            slots: HashMap::new(),
            agenda: Agenda::new(),
            limits,
            paused_until: Tick::ZERO,
            durations: Durations::new(),
        }
    }

    /// The same scheduler with what was learned before.
    #[must_use]
    pub fn with_durations(mut self, durations: Durations) -> Self {
        self.durations = durations;
        self
    }

    /// Takes on a task. Returns the `Poll` that `key` had, which is replaced.
    pub fn insert(&mut self, key: K, mut poll: Poll, now: Tick) -> Option<Poll> {
        let replaced = self.remove(&key);
        if let Some(Lesson { kind, part, origin, .. }) = poll.lesson() {
            self.durations.begin(&kind, part, origin);
            if let Some(forecast) = self.durations.forecast(&kind, part, now) {
                poll.follow(&forecast);
            }
        }
        let wake = self.agenda.add(wake_at(&poll, now), key.clone());
        self.slots.insert(key, Slot { poll, wake, leads: false });
        replaced
    }

    /// Gives up a task. Facts about it that come later are ignored.
    pub fn remove(&mut self, key: &K) -> Option<Poll> {
        let slot = self.slots.remove(key)?;
        self.agenda.remove(slot.wake);
        if let Some(Lesson { kind, part, origin, seen_at }) = slot.poll.lesson() {
            self.durations.give_up(&kind, part, origin, seen_at);
        }
        Some(slot.poll)
    }

    /// What to do at `now`.
    ///
    /// Ask until the answer is [`Next::Wait`] or [`Next::Idle`], and again at the moment waited for and after
    /// every other call. Asking more often does no harm.
    pub fn next(&mut self, now: Tick) -> Next<K> {
        loop {
            let Some((wake, key)) = self.agenda.first() else { return Next::Idle };
            if wake.at > now {
                return Next::Wait { until: wake.at };
            }
            let Some(Slot { poll, .. }) = self.slots.get(key) else {
                self.agenda.remove(wake);
                continue;
            };
            let key = key.clone();
            match poll.step(now) {
                Step::Finished(ending) => {
                    self.remove(&key);
                    return Next::Finished(key, ending);
                }
                Step::Wait { until } => self.wake(&key, until),
                _ if now < self.paused_until => {
                    let until = self.paused_until.min(poll.deadline());
                    self.wake(&key, until);
                }
                Step::Question => {
                    self.update(&key, now, |slot| slot.poll.asked(now));
                    return Next::Question(key);
                }
                Step::Query { .. } => {
                    if let Some(batch) = self.send(now) {
                        return Next::Send(batch);
                    }
                }
            }
        }
    }

    /// An answer showed this of a task. See [`Poll::observed`].
    pub fn observed(&mut self, key: &K, now: Tick, seen: Seen) {
        let mut answered = false;
        if seen == Seen::Settled {
            self.learn(key, now);
        }
        let forecast = match seen {
            Seen::Running => self.forecast(key, now),
            Seen::Unknown | Seen::Settled => None,
        };
        self.update(key, now, |slot| {
            answered = std::mem::take(&mut slot.leads);
            slot.poll.observed(now, seen);
            if let Some(forecast) = forecast {
                slot.poll.follow(&forecast);
            }
        });
        if answered {
            self.limits.quota.success();
        }
    }

    /// One of a task's results came, and others are still to come. See [`Poll::advanced`].
    pub fn advanced(&mut self, key: &K, now: Tick) {
        self.learn(key, now);
        self.anew(key, now, |poll| poll.advanced(now));
    }

    /// The server said that a task is waiting for its turn. See [`Poll::queued`].
    pub fn queued(&mut self, key: &K, now: Tick) {
        if let Some(Lesson { kind, part, origin, .. }) = self.lesson(key) {
            self.durations.withdraw(&kind, part, origin);
        }
        self.anew(key, now, |poll| poll.queued(now));
    }

    /// The server said how much of a task is done. See [`Poll::reported`].
    pub fn reported(&mut self, key: &K, now: Tick, percent: u8) {
        self.update(key, now, |slot| slot.poll.reported(now, percent));
    }

    /// A query for a task brought no answer. See [`Poll::failed`].
    ///
    /// If the server wants to be left alone altogether, tell [`pause`](Self::pause) as well.
    pub fn failed(&mut self, key: &K, now: Tick, fault: Fault) {
        self.update(key, now, |slot| {
            slot.leads = false;
            slot.poll.failed(now, fault);
        });
    }

    /// The question about a task was dealt with. See [`Poll::answered`].
    pub fn answered(&mut self, key: &K, now: Tick) {
        self.update(key, now, |slot| slot.poll.answered(now));
    }

    /// Asks nothing about any task before `until`. Deadlines go on counting.
    pub fn pause(&mut self, until: Tick) {
        self.paused_until = self.paused_until.max(until);
    }

    /// The `Poll` of a task.
    pub fn poll(&self, key: &K) -> Option<&Poll> {
        self.slots.get(key).map(|slot| &slot.poll)
    }

    /// The `Poll` of a task, to tell it something. Ask [`next`](Self::next) afterwards.
    pub fn poll_mut(&mut self, key: &K) -> Option<&mut Poll> {
        self.wake(key, Tick::ZERO);
        self.slots.get_mut(key).map(|slot| &mut slot.poll)
    }

    /// Whether there is such a task.
    pub fn contains(&self, key: &K) -> bool {
        self.slots.contains_key(key)
    }

    /// How many tasks there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are no tasks.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// How many tasks one request may ask for; at least 1.
    pub fn batch_limit(&self) -> usize {
        self.limits.batch.max(1)
    }

    /// Sets how many tasks one request may ask for, from the next request on. Zero counts as 1.
    pub fn set_batch_limit(&mut self, limit: usize) {
        self.limits.batch = limit;
    }

    /// What retries are paid from.
    pub const fn quota(&self) -> &Quota {
        &self.limits.quota
    }

    /// What is known of how long tasks take.
    pub const fn durations(&self) -> &Durations {
        &self.durations
    }

    /// What is known of how long tasks take, to add to it.
    pub const fn durations_mut(&mut self) -> &mut Durations {
        &mut self.durations
    }

    fn lesson(&self, key: &K) -> Option<Lesson> {
        self.poll(key).and_then(Poll::lesson)
    }

    /// Learns from a task that what it was waited for is there.
    fn learn(&mut self, key: &K, now: Tick) {
        if let Some(Lesson { kind, part, origin, seen_at }) = self.lesson(key) {
            self.durations.finish(&kind, part, origin, seen_at, now);
        }
    }

    fn forecast(&mut self, key: &K, now: Tick) -> Option<Arc<Forecast>> {
        let Lesson { kind, part, .. } = self.lesson(key)?;
        self.durations.forecast(&kind, part, now)
    }

    /// Tells a task what it is waited for from now on, and plans its next look by that.
    fn anew(&mut self, key: &K, now: Tick, tell: impl FnOnce(&mut Poll)) {
        let Some(slot) = self.slots.get_mut(key) else { return };
        tell(&mut slot.poll);
        if let Some(Lesson { kind, part, origin, .. }) = slot.poll.lesson() {
            self.durations.begin(&kind, part, origin);
        }
        let forecast = self.forecast(key, now);
        self.update(key, now, |slot| {
            if let Some(forecast) = forecast {
                slot.poll.follow(&forecast);
            }
        });
    }

    /// The next request. None if it waits for company or cannot be paid for; the tasks that are due have
    /// then been put off.
    fn send(&mut self, now: Tick) -> Option<Vec<K>> {
        let Gathered { keys, complete_at } = self.gather(now);
        if complete_at > now {
            for key in &keys {
                let deadline = self.poll(key).map_or(complete_at, Poll::deadline);
                self.wake(key, complete_at.min(deadline));
            }
            return None;
        }
        if let Some(retry) = self.retry(&keys, now)
            && !self.limits.quota.try_spend(retry)
        {
            for key in &keys {
                self.update(key, now, |slot| slot.poll.slow_down(now));
            }
            return None;
        }
        for (position, key) in keys.iter().enumerate() {
            self.update(key, now, |slot| {
                slot.leads = position == 0;
                slot.poll.sent(now);
            });
        }
        Some(keys)
    }

    /// The tasks that can share a request now, those due first in front, and when it is complete.
    fn gather(&self, now: Tick) -> Gathered<K> {
        let limit = self.batch_limit();
        let (mut ready, mut coming) = (Vec::new(), Vec::new());
        for key in self.agenda.keys().take(limit.saturating_mul(LOOKAHEAD)) {
            let Some(look) = self.poll(key).and_then(|poll| poll.next_query(now)) else { continue };
            if look.earliest > now {
                coming.push(look);
                continue;
            }
            ready.push((look.due, key));
            if ready.len() >= limit {
                coming.clear();
                break;
            }
        }
        ready.sort_by_key(|(due, _)| *due);
        let horizon = ready.first().map_or(now, |(due, _)| *due + self.limits.window);
        let company = coming.iter().filter(|look| look.due <= horizon).map(|look| look.earliest);
        Gathered {
            complete_at: company.max().unwrap_or(now),
            keys: ready.into_iter().map(|(_, key)| key.clone()).collect(),
        }
    }

    /// What a request for these tasks costs, if it is a retry for all of them that are due.
    fn retry(&self, keys: &[K], now: Tick) -> Option<Retry> {
        let due = keys.iter().filter_map(|key| self.poll(key)).filter(|poll| poll.due() <= now);
        let retries: Option<Vec<_>> = due.map(|poll| poll.retry(now)).collect();
        retries?.into_iter().max()
    }

    /// Tells a task something, and asks it when it needs something next.
    fn update(&mut self, key: &K, now: Tick, tell: impl FnOnce(&mut Slot)) {
        let Some(slot) = self.slots.get_mut(key) else { return };
        tell(slot);
        slot.wake = self.agenda.reschedule(slot.wake, wake_at(&slot.poll, now));
    }

    fn wake(&mut self, key: &K, at: Tick) {
        if let Some(slot) = self.slots.get_mut(key) {
            slot.wake = self.agenda.reschedule(slot.wake, at);
        }
    }
}

/// How many tasks are looked at to fill a request, as a multiple of the batch limit.
const LOOKAHEAD: usize = 4;

#[derive(Debug)]
struct Slot {
    poll: Poll,
    wake: Wake,
    /// Whether it leads a request whose answer has not come: that answer earns the quota its token.
    leads: bool,
}

struct Gathered<K> {
    keys: Vec<K>,
    complete_at: Tick,
}

fn wake_at(poll: &Poll, now: Tick) -> Tick {
    match poll.step(now) {
        Step::Wait { until } => until,
        Step::Query { .. } | Step::Question | Step::Finished(_) => now,
    }
}
