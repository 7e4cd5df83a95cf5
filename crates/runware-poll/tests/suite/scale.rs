//! A hundred thousand tasks. Work is counted, not timed: a task is found by its key when something is told of it and
//! when it goes, and otherwise never.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use runware_poll::{Cadence, Ending, Limits, Next, Plan, Poll, Scheduler, Seen, Tick};

use crate::secs;

const TASKS: u32 = 100_000;

thread_local!(static LOOKED_UP: Cell<u64> = const { Cell::new(0) });

#[derive(Clone, PartialEq, Eq)]
struct Key(u32);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        LOOKED_UP.set(LOOKED_UP.get() + 1);
        self.0.hash(state);
    }
}

#[test]
fn an_hour_of_a_hundred_thousand_tasks() {
    let cadence = Cadence::Exponential { first: secs(60), factor: 3.0, cap: secs(1_200), spread: 0.2 };
    let plan = Arc::new(Plan::new().with_cadence(cadence).unwrap().with_deadline(secs(3_600)));
    let mut scheduler = Scheduler::new(Limits::default());
    for key in 0..TASKS {
        let started = Tick::from_millis(u64::from(key) % 60_000);
        scheduler.insert(Key(key), Poll::new(Arc::clone(&plan), u64::from(key), started), Tick::ZERO);
    }
    assert_eq!(scheduler.len(), TASKS as usize);

    LOOKED_UP.take();
    let (mut now, mut calls, mut requests, mut asked, mut settled, mut given_up) =
        (Tick::ZERO, 0, 0, 0, 0, 0);
    loop {
        calls += 1;
        match scheduler.next(now) {
            Next::Send(keys) => {
                requests += 1;
                asked += keys.len() as u64;
                for key in keys {
                    // One in a hundred never ends.
                    let ends = key.0 % 100 != 0 && now.since_origin() >= secs(u64::from(key.0 % 300));
                    scheduler.observed(&key, now, if ends { Seen::Settled } else { Seen::Running });
                }
            }
            Next::Finished(_, Ending::Settled) => settled += 1,
            Next::Finished(_, Ending::Deadline) => given_up += 1,
            Next::Wait { until } => now = until,
            Next::Idle => break,
            other => panic!("{:?}", std::mem::discriminant(&other)),
        }
    }
    assert_eq!((settled, given_up), (u64::from(TASKS) / 100 * 99, u64::from(TASKS) / 100));
    assert!(now <= Tick::ZERO + secs(3_660));

    assert!(requests <= asked / 50, "requests are half full at least: {requests} for {asked}");
    assert!(calls <= 3 * requests + 2 * u64::from(TASKS), "{calls} calls");
    let looked_up = LOOKED_UP.take();
    let events = asked + u64::from(TASKS);
    assert!(looked_up <= events, "{looked_up} looks for {events} events");
}

#[test]
fn tasks_that_are_not_due_cost_nothing() {
    let cadence = Cadence::Exponential { first: secs(1), factor: 1.0, cap: secs(1), spread: 0.0 };
    let plan = Arc::new(Plan::new().with_cadence(cadence).unwrap());
    let mut scheduler = Scheduler::new(Limits { batch: 10, ..Limits::default() });
    for key in 0..10_000 {
        let started = Tick::from_millis(u64::from(key) * 100);
        scheduler.insert(Key(key), Poll::new(Arc::clone(&plan), 0, started), Tick::ZERO);
    }
    LOOKED_UP.take();
    let (mut now, mut requests) = (Tick::ZERO, 0);
    loop {
        match scheduler.next(now) {
            Next::Send(keys) => {
                requests += 1;
                assert_eq!(keys.len(), 1, "nobody else is due within the window");
                keys.iter().for_each(|key| scheduler.observed(key, now, Seen::Settled));
            }
            Next::Wait { until } => now = until,
            Next::Idle => break,
            _ => {}
        }
    }
    assert_eq!(requests, 10_000);
    let looked_up = LOOKED_UP.take();
    assert!(looked_up <= 2 * requests, "{looked_up} looks for {requests} requests");
}
