//! [`Scheduler`]: looking after many tasks with few requests.

mod herds;
mod index;
mod learning;
mod queue;
mod request;
mod slab;
mod turns;

use std::hash::Hash;
use std::time::Duration;

use self::herds::Herds;
use self::queue::Queue;
use self::request::{Hold, Request};
use self::slab::{ALONE, ANY_COMPANY, FORGIVEN, Slab};
use self::turns::{Queues, Turn};
use crate::batch_limit::BatchLimit;
use crate::durations::Durations;
use crate::ending::{Ending, Fault, Seen, Step};
use crate::limits::Limits;
use crate::poll::Poll;
use crate::quota::Quota;
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
/// # Order
///
/// A request asks first for those that are overdue longest, however old they are, and however often they are asked
/// about. That also holds after a [pause](Self::pause) or a [block](Self::block).
///
/// # Lag
///
/// A query that is due is held back for company: until others fall due, if they do within the
/// [window](Limits::window) after it, so by 50 ms at most by default. It is not held back if none will, or if its
/// request is full.
///
/// # Cost
///
/// Telling something of a task takes `O(log n)` time for `n` tasks, and so does [`next`](Self::next), for each task that
/// it gives out or that has fallen due since, amortised. On top of that it looks at `O(batch limit)` tasks when a query
/// is due, and at none in a pause, while blocked, and when nothing is due. A hundred thousand tasks that wait for the end
/// of a pause cost nothing until then, but for those that reach their deadlines.
///
/// A task takes up less than 200 bytes, all tables included, with a key of 16 bytes. Plans and kinds are shared. Nothing
/// is left behind by tasks that are moved or gone; what the largest crowd took up is kept for the next one until there are
/// no tasks. There may be 1,073,741,824 tasks; more are not taken on.
///
/// # Unknown kinds
///
/// A task that has a [kind](Poll::with_kind) and a [learned](crate::Cadence::Learned) cadence is looked at by what is known
/// of its kind. Of the tasks of a kind of which nothing is known, the first sixteen are looked at by the exponential
/// schedule; those that begin meanwhile stand back: they go along with others' requests, or are looked at in gaps of the
/// cadence's cap. When one of the kind has ended, up to 256 of them are looked at within a second, to find out how many
/// others have, and follow the first forecasts; as soon as fifty have ended, all do. Tasks that begin when there is a
/// forecast follow it.
///
/// # A driver that learns
///
/// The kind goes in with the task: what is given to its poll after [`insert`](Self::insert) comes too late for its first
/// look. Of one answer, tell [`advanced`](Self::advanced) and [`queued`](Self::queued) before
/// [`observed`](Self::observed), and [`reported`](Self::reported) after it; of a request that was refused as a whole, tell
/// [`refused`](Self::refused) before [`failed`](Self::failed).
///
/// ```
/// use runware_poll::{Fault, Kind, Limits, Next, Part, Plan, Poll, Scheduler, Seen, Tick};
/// use std::sync::Arc;
///
/// let kind = Arc::new(Kind::new("videoInference").then("klingai:5@3"));
/// let plan = Arc::new(Plan::new());
/// let mut now = Tick::ZERO;
/// let mut scheduler = Scheduler::new(Limits { batch: 20, ..Limits::default() });
/// for task in 0_u64..40 {
///     let poll = Poll::new(Arc::clone(&plan), task, now).with_kind(Arc::clone(&kind));
///     scheduler.insert(task, poll, now);
/// }
/// let mut firsts = vec![false; 40]; // who has the first of two results
/// loop {
///     match scheduler.next(now) {
///         Next::Send(tasks) if tasks.len() > 12 => {
///             scheduler.refused(&tasks); // this server takes twelve, and does not say so
///             tasks.iter().for_each(|task| scheduler.failed(task, now, Fault::transient()));
///         }
///         Next::Send(tasks) => {
///             scheduler.accepted(tasks.len());
///             for task in tasks {
///                 let age = now.since_origin().as_secs();
///                 if age >= 20 && !std::mem::replace(&mut firsts[task as usize], true) {
///                     scheduler.advanced(&task, now);
///                 } else if age < 4 {
///                     scheduler.queued(&task, now);
///                 }
///                 scheduler.observed(&task, now, if age < 30 { Seen::Running } else { Seen::Settled });
///             }
///         }
///         Next::Question(task) => scheduler.answered(&task, now),
///         Next::Finished(..) => {}
///         Next::Wait { until } => now = until,
///         Next::Idle => break,
///     }
/// }
/// for part in [Part::First, Part::Further] {
///     assert!(scheduler.durations_mut().forecast(&kind, part, now).is_some());
/// }
/// ```
#[derive(Debug)]
pub struct Scheduler<K> {
    slab: Slab<K>,
    queues: Queues,
    /// All tasks, by their deadlines.
    ends: Queue,
    limit: BatchLimit,
    window: Duration,
    /// Why the next request waits, until a task is moved that may be in it.
    hold: Option<Hold>,
    quota: Quota,
    paused_until: Tick,
    blocked: bool,
    durations: Durations,
    herds: Herds,
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
        let Limits { batch, window, quota } = limits;
        Self {
            slab: Slab::new(),
            queues: Queues::new(),
            ends: Queue::new(),
            limit: BatchLimit::new(batch),
            window,
            hold: None,
            quota,
            paused_until: Tick::ZERO,
            blocked: false,
            durations: Durations::new(),
            herds: Herds::default(),
        }
    }

    /// Takes on a task. Returns the `Poll` that `key` had, which is replaced.
    pub fn insert(&mut self, key: K, poll: Poll, now: Tick) -> Option<Poll> {
        let hash = self.slab.hash(&key);
        let known = self.slab.find_hashed(hash, &key);
        let replaced = known.and_then(|slot| self.take(slot)).map(|task| task.poll);
        if let Some(slot) = self.slab.insert(hash, key, poll) {
            self.begin(slot, now);
            self.file(slot, now);
        }
        replaced
    }

    /// Gives up a task. Facts about it that come later are ignored.
    pub fn remove(&mut self, key: &K) -> Option<Poll> {
        let slot = self.slab.find(key)?;
        self.take(slot).map(|task| task.poll)
    }

    /// What to do at `now`.
    ///
    /// Ask until the answer is [`Next::Wait`] or [`Next::Idle`], and again at the moment waited for and after
    /// every other call. Asking more often does no harm.
    pub fn next(&mut self, now: Tick) -> Next<K> {
        let silent = self.blocked || now < self.paused_until;
        loop {
            if !silent {
                self.wake(now);
            }
            let Some(turn) = self.turn(now, silent) else { break };
            match turn {
                Turn::Request => match self.request(now) {
                    Request::Sent(keys) => return Next::Send(keys),
                    Request::Incomplete(hold) => self.hold = Some(hold),
                    Request::PutOff => {}
                },
                Turn::Question(slot) => {
                    if let Some(key) = self.question(slot, now) {
                        return Next::Question(key);
                    }
                }
                Turn::News => {
                    if let Some(slot) = self.next_news()
                        && let Some((key, ending)) = self.finish(slot, now)
                    {
                        return Next::Finished(key, ending);
                    }
                }
                Turn::End(slot) => {
                    if let Some((key, ending)) = self.finish(slot, now) {
                        return Next::Finished(key, ending);
                    }
                }
            }
        }
        self.next_turn(now).map_or(Next::Idle, |until| Next::Wait { until })
    }

    /// An answer showed this of a task. See [`Poll::observed`].
    pub fn observed(&mut self, key: &K, now: Tick, seen: Seen) {
        let Some(slot) = self.slab.find(key) else { return };
        let forecast = match seen {
            Seen::Running => self.wait_on(slot, now),
            Seen::Unknown => None,
            Seen::Settled => {
                self.learn(slot, now);
                None
            }
        };
        let mut answered = false;
        self.update(slot, now, |task| {
            answered = std::mem::take(&mut task.leads);
            task.company = match task.company {
                company @ ALONE..FORGIVEN if company + 1 < FORGIVEN => company + 1,
                _ => ANY_COMPANY,
            };
            task.poll.observed(now, seen);
            if let Some(forecast) = forecast {
                task.poll.follow(&forecast);
            }
        });
        if answered {
            self.quota.success();
        }
    }

    /// A query for a task brought no answer. See [`Poll::failed`].
    ///
    /// If the server wants to be left alone altogether, tell [`pause`](Self::pause) as well. If it refused the
    /// request as a whole, tell [`refused`](Self::refused) before.
    pub fn failed(&mut self, key: &K, now: Tick, fault: Fault) {
        let Some(slot) = self.slab.find(key) else { return };
        self.update(slot, now, |task| {
            task.leads = false;
            task.poll.failed(now, fault);
        });
    }

    /// The question about a task was dealt with. See [`Poll::answered`].
    pub fn answered(&mut self, key: &K, now: Tick) {
        let Some(slot) = self.slab.find(key) else { return };
        self.update(slot, now, |task| task.poll.answered(now));
    }

    /// A request for these tasks was refused as a whole: it was too large, or one of them spoiled it.
    ///
    /// Tell it before [`failed`](Self::failed), which is to be told for each of them as well. Requests are
    /// [smaller](BatchLimit) from now on. These tasks share theirs with half as many at most until an answer shows
    /// one, and set out on that soon: their fault counts as a first one. So whoever is to blame is alone after a
    /// few requests. A task that is refused when it is alone stays alone until eight looks at it
    /// brought an answer, and spoils no other's request.
    pub fn refused(&mut self, keys: &[K]) {
        self.hold = None;
        self.limit.refused(keys.len());
        let half = u16::try_from(keys.len() / 2).map_or(ALONE - 1, |half| half.clamp(1, ALONE - 1));
        let is_alone = keys.len() == 1;
        for key in keys {
            let Some(slot) = self.slab.find(key) else { continue };
            if let Some(task) = self.slab.get_mut(slot) {
                task.company = match task.company {
                    _ if is_alone => ALONE,
                    company @ ALONE..FORGIVEN => company,
                    company => company.min(half),
                };
                if !is_alone {
                    task.poll.pardon();
                }
            }
            self.hear(slot);
        }
    }

    /// A request for so many tasks was answered, and not refused as a whole. Requests may become larger again: see
    /// [`BatchLimit`].
    pub fn accepted(&mut self, tasks: usize) {
        self.hold = None;
        self.limit.answered(tasks);
    }

    /// Asks nothing about any task before `until`. Deadlines go on counting.
    pub fn pause(&mut self, until: Tick) {
        self.paused_until = self.paused_until.max(until);
    }

    /// Asks nothing about any task as long as it is `blocked`. Deadlines go on counting.
    ///
    /// For a driver that may not send another request before one is over. It is woken for deadlines alone: let it
    /// ask [`next`](Self::next) when it has unblocked the scheduler.
    pub const fn block(&mut self, blocked: bool) {
        self.blocked = blocked;
    }

    /// The `Poll` of a task.
    pub fn poll(&self, key: &K) -> Option<&Poll> {
        self.slab.get(self.slab.find(key)?).map(|task| &task.poll)
    }

    /// The `Poll` of a task, to tell it something. Ask [`next`](Self::next) afterwards.
    pub fn poll_mut(&mut self, key: &K) -> Option<&mut Poll> {
        let slot = self.slab.find(key)?;
        self.forget_end(slot);
        self.hear(slot);
        self.slab.get_mut(slot).map(|task| &mut task.poll)
    }

    /// Whether there is such a task.
    pub fn contains(&self, key: &K) -> bool {
        self.slab.find(key).is_some()
    }

    /// How many tasks there are.
    pub fn len(&self) -> usize {
        self.slab.len()
    }

    /// Whether there are no tasks.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many tasks one request may ask for at present; at least 1.
    pub const fn batch_limit(&self) -> usize {
        self.limit.current()
    }

    /// What retries are paid from.
    pub const fn quota(&self) -> &Quota {
        &self.quota
    }

    /// The task of a question that is to be raised, if it still is.
    fn question(&mut self, slot: u32, now: Tick) -> Option<K> {
        let task = self.slab.get(slot)?;
        let key = (task.poll.step(now) == Step::Question).then(|| task.key.clone());
        self.update(slot, now, |task| {
            if key.is_some() {
                task.poll.asked(now);
            }
        });
        key
    }
}
