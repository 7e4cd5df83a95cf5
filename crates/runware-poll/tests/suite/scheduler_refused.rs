//! Requests that are refused as a whole, for one task that is in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use runware_poll::{Fault, Limits, Next, Plan, Poll, Scheduler, Seen, Tick};

use crate::{at, even_plan, secs};

/// A driver for a server that refuses every request with one of these tasks in it.
struct World {
    scheduler: Scheduler<u32>,
    bad: Vec<u32>,
    refused: Vec<(Tick, Vec<u32>)>,
    requests: usize,
    /// When each task was last asked about with success.
    answered: BTreeMap<u32, Tick>,
    /// The longest time from one answer about a healthy task to the next.
    longest: std::time::Duration,
}

impl World {
    fn new(count: u32, bad: &[u32]) -> Self {
        let plan = Arc::new(Plan::new());
        let mut scheduler = Scheduler::new(Limits::default());
        for key in 0..count {
            let started = at(u64::from(key) * 7 % 2_000);
            let poll = Poll::new(Arc::clone(&plan), u64::from(key), started);
            scheduler.insert(key, poll, Tick::ZERO);
        }
        let (bad, answered) = (bad.to_vec(), BTreeMap::new());
        Self { scheduler, bad, refused: Vec::new(), requests: 0, answered, longest: secs(0) }
    }

    fn run(&mut self, until: Tick) {
        let mut now = Tick::ZERO;
        while now < until {
            match self.scheduler.next(now) {
                Next::Send(keys) => self.send(keys, now),
                Next::Wait { until } => now = until,
                other => panic!("{other:?}"),
            }
        }
    }

    fn send(&mut self, keys: Vec<u32>, now: Tick) {
        self.requests += 1;
        if keys.iter().any(|key| self.bad.contains(key)) {
            self.scheduler.refused(&keys);
            for key in &keys {
                self.scheduler.failed(key, now, Fault::transient());
            }
            self.refused.push((now, keys));
        } else {
            self.scheduler.accepted(keys.len());
            for key in &keys {
                self.scheduler.observed(key, now, Seen::Running);
                let before = self.answered.insert(*key, now).unwrap_or(Tick::ZERO);
                self.longest = self.longest.max(now.duration_since(before));
            }
        }
    }
}

#[test]
fn one_bad_task_is_alone_after_a_few_refusals() {
    let mut world = World::new(1_000, &[321]);
    world.run(at(60_000));
    let sizes: Vec<_> = world.refused.iter().map(|(_, keys)| keys.len()).collect();
    let alone = sizes.iter().position(|size| *size == 1).unwrap();
    assert!(alone <= 7, "{sizes:?}");
    assert!(sizes[alone..].iter().all(|size| *size == 1), "it spoils no other's request: {sizes:?}");
    let (found_at, _) = world.refused[alone];
    assert!(found_at <= at(12_000), "{found_at:?}");
    assert_eq!(world.scheduler.batch_limit(), 100);
    assert_eq!(world.answered.len(), 999);
    assert!(world.longest <= secs(13), "{:?}", world.longest);

    let mut peaceful = World::new(1_000, &[]);
    peaceful.run(at(60_000));
    assert!(world.requests <= 2 * peaceful.requests, "{} against {}", world.requests, peaceful.requests);
}

#[test]
fn several_bad_tasks_are_alone_in_the_end() {
    let mut world = World::new(300, &[7, 8, 250]);
    world.run(at(120_000));
    assert!(world.refused.iter().filter(|(_, keys)| keys.len() > 1).count() <= 3 * 7);
    let spoiled = world.refused.iter().filter(|(_, keys)| keys.len() > 1).map(|(at, _)| *at).max().unwrap();
    assert!(spoiled <= at(30_000), "{spoiled:?}");
    assert_eq!((world.answered.len(), world.scheduler.batch_limit()), (297, 100));
}

#[test]
fn a_task_that_was_refused_alone_travels_alone() {
    let mut scheduler = Scheduler::new(Limits::default());
    for key in 0..4 {
        scheduler.insert(key, Poll::new(even_plan(), 0, at(0)), at(0));
    }
    let Next::Send(keys) = scheduler.next(at(1_000)) else { panic!("nobody is sent") };
    assert_eq!(keys, [0, 1, 2, 3]);
    scheduler.refused(&[2]);
    scheduler.failed(&2, at(1_000), Fault::transient());
    for key in [0, 1, 3] {
        scheduler.observed(&key, at(1_000), Seen::Running);
    }
    assert_eq!(scheduler.next(at(2_000)), Next::Send(vec![2]));
    scheduler.observed(&2, at(2_000), Seen::Running);
    assert_eq!(scheduler.next(at(2_500)), Next::Send(vec![0, 1, 3]));
    for key in [0, 1, 3] {
        scheduler.observed(&key, at(2_500), Seen::Running);
    }
    assert_eq!(scheduler.next(at(4_750)), Next::Send(vec![2]), "not even when all are due");
    assert_eq!(scheduler.next(at(4_750)), Next::Send(vec![0, 1, 3]));
}

#[test]
fn facts_about_refused_strangers_change_only_the_limit() {
    let mut scheduler: Scheduler<u32> = Scheduler::new(Limits::default());
    scheduler.refused(&[]);
    assert_eq!(scheduler.batch_limit(), 100);
    scheduler.refused(&(0..100).collect::<Vec<_>>());
    assert_eq!(scheduler.batch_limit(), 50);
    assert_eq!(scheduler.next(at(0)), Next::Idle);
}

/// Half of a pair has one for company, and is not to blame for being alone.
#[test]
fn an_innocent_of_a_refused_pair_gets_company_again() {
    let mut scheduler = Scheduler::new(Limits::default());
    for key in 0..4_u32 {
        scheduler.insert(key, Poll::resumed(even_plan(), u64::from(key), at(0)), at(0));
    }
    let Next::Send(all) = scheduler.next(at(0)) else { panic!() };
    assert_eq!(all.len(), 4);
    scheduler.refused(&[0, 1]);
    for key in 0..4 {
        scheduler.observed(&key, at(100), Seen::Running);
    }
    for _ in 0..20 {
        scheduler.accepted(2);
    }
    let mut now = at(100);
    let mut largest_with_0 = 0;
    for _ in 0..200 {
        match scheduler.next(now) {
            Next::Send(keys) => {
                if keys.contains(&0) {
                    largest_with_0 = largest_with_0.max(keys.len());
                }
                scheduler.accepted(keys.len());
                for key in keys {
                    scheduler.observed(&key, now, Seen::Running);
                }
            }
            Next::Wait { until } => now = until,
            other => panic!("{other:?}"),
        }
        if now > at(600_000) {
            break;
        }
    }
    assert!(largest_with_0 > 1, "task 0 was answered well and still travels alone");
}
