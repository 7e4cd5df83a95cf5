//! Who is asked about first where not all can be: a driver that may send less than falls due.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Cadence, Limits, Next, Plan, Poll, Scheduler, Seen, Tick};

use crate::{at, ms, secs};

/// How many tasks a request asks for.
const BATCH: usize = 10;

/// A driver that may send one request a second, beside a list of who is due when.
struct Driver {
    scheduler: Scheduler<u32>,
    tasks: BTreeMap<u32, Task>,
    waits: BTreeMap<u32, Vec<Duration>>,
}

#[derive(Clone, Copy)]
struct Task {
    due: Tick,
    /// When it was looked at last, or began.
    since: Tick,
    /// How long after a look the next one is due.
    gap: Duration,
}

impl Task {
    /// Who has been due for longer goes first, and of those who are due alike who was looked at longer ago.
    const fn rank(&self) -> (Tick, Tick) {
        (self.due, self.since)
    }
}

impl Driver {
    fn new() -> Self {
        let scheduler = Scheduler::new(Limits { batch: BATCH, ..Limits::default() });
        Self { scheduler, tasks: BTreeMap::new(), waits: BTreeMap::new() }
    }

    /// Takes on a task that is due at once, and then this long after each look.
    fn resume(&mut self, key: u32, gap: Duration, now: Tick) {
        let cadence = Cadence::Exponential { first: gap, factor: 1.0, cap: gap, spread: 0.0 };
        let plan = Plan::new().with_deadline(Duration::MAX).with_cadence(cadence).unwrap();
        self.scheduler.insert(key, Poll::resumed(Arc::new(plan), u64::from(key), now), now);
        self.tasks.insert(key, Task { due: now, since: now, gap });
    }

    /// Sends a request, unless nothing is due, and has it answered. Nobody in it may come after anybody who is left out.
    fn send(&mut self, now: Tick, seen: impl Fn(u32) -> Seen) {
        let keys = loop {
            match self.scheduler.next(now) {
                Next::Send(keys) => break keys,
                Next::Finished(..) => {}
                _ => return,
            }
        };
        let last = keys.iter().map(|key| self.tasks[key].rank()).max().unwrap();
        let left_out = self.tasks.iter().filter(|(key, _)| !keys.contains(key)).map(|(_, task)| task.rank());
        let next = left_out.min().unwrap_or((Tick::MAX, Tick::MAX));
        assert!(last <= next, "at {now:?}, {last:?} goes before {next:?}");
        for key in keys {
            let task = self.tasks[&key];
            self.waits.entry(key).or_default().push(now.duration_since(task.due));
            self.scheduler.observed(&key, now, seen(key));
            match seen(key) {
                Seen::Settled => self.tasks.remove(&key),
                _ => self.tasks.insert(key, Task { due: now + task.gap, since: now, ..task }),
            };
        }
    }

    /// How long these tasks have waited at most, in seconds after they were due, those that still wait included.
    fn longest(&self, now: Tick, keys: impl Fn(u32) -> bool) -> u64 {
        let done =
            self.waits.iter().filter(|(key, _)| keys(**key)).flat_map(|(_, waits)| waits.iter().copied());
        let waiting = self.tasks.iter().filter(|(key, _)| keys(**key));
        done.chain(waiting.map(|(_, task)| now.duration_since(task.due))).max().unwrap().as_secs()
    }

    /// The fewest and the most looks at one of these tasks.
    fn looks(&self, keys: impl Fn(u32) -> bool) -> (usize, usize) {
        let of_these = self.waits.iter().filter(|(key, _)| keys(**key));
        let looks: Vec<_> = of_these.map(|(_, waits)| waits.len()).collect();
        (*looks.iter().min().unwrap(), *looks.iter().max().unwrap())
    }
}

/// Whether a task is one that is due every second; the others are every fifteen.
fn is_fast(key: u32) -> bool {
    key.is_multiple_of(2)
}

fn gap(key: u32) -> Duration {
    if is_fast(key) { secs(1) } else { secs(15) }
}

/// Who is due waits behind each other task once at most, however often that is due: for 500 tasks, fifty requests less
/// the first.
#[test]
fn of_five_hundred_tasks_nobody_waits_longer_than_49_s_for_ten_a_second() {
    let mut driver = Driver::new();
    (0..500).for_each(|key| driver.resume(key, gap(key), Tick::ZERO));
    let last = 600;
    for second in 0..=last {
        driver.send(at(second * 1_000), |_| Seen::Running);
    }
    let now = at(last * 1_000);
    assert_eq!((driver.longest(now, is_fast), driver.longest(now, |key| !is_fast(key))), (49, 49));
    assert_eq!(driver.looks(is_fast), (13, 14));
    assert_eq!(driver.looks(|key| !is_fast(key)), (10, 11));
}

/// Five new tasks a second, each of which is due at once and ends with its first look, take half of what may be sent: the
/// old ones share the other half, `150 / (1 + w) + 150 / (15 + w) = 5` a second, so all wait for 53 s.
#[test]
fn new_tasks_and_old_ones_wait_for_each_other() {
    let mut driver = Driver::new();
    let is_old = |key: u32| key < 300;
    (0..300).for_each(|key| driver.resume(key, gap(key), Tick::ZERO));
    let last = 600;
    for second in 0..=last {
        let now = at(second * 1_000);
        driver.send(now, |key| if is_old(key) { Seen::Running } else { Seen::Settled });
        let first = 300 + u32::try_from(second).unwrap() * 5;
        (first..first + 5).for_each(|key| driver.resume(key, secs(1), now + ms(500)));
    }
    let now = at(last * 1_000);
    let waits = [
        driver.longest(now, |key| is_old(key) && is_fast(key)),
        driver.longest(now, |key| is_old(key) && !is_fast(key)),
        driver.longest(now, |key| !is_old(key)),
    ];
    assert_eq!(waits, [53, 53, 53]);
}
