//! What a waiting task takes up. Bytes are counted by the allocator.

use std::sync::Arc;

use allocation_counter::measure;
use runware_poll::{Kind, Limits, Next, Plan, Poll, Scheduler, Seen, Tick};

use crate::{at, secs};

/// As much as a uuid.
type Key = [u8; 16];

const TASKS: u32 = 100_000;

fn key(number: u32) -> Key {
    u128::from(number).to_be_bytes()
}

fn poll(plan: &Arc<Plan>, kind: &Arc<Kind>, number: u32, started: Tick) -> Poll {
    Poll::new(Arc::clone(plan), u64::from(number), started).with_kind(Arc::clone(kind))
}

/// Bytes for each of so many tasks that start within a minute, at most and in the end.
fn bytes_for_each(count: u32, then: impl FnOnce(&mut Scheduler<Key>)) -> (u64, u64) {
    let plan = Arc::new(Plan::new());
    let kind = Arc::new(Kind::new("videoInference"));
    let mut scheduler = Scheduler::new(Limits::default());
    let used = measure(|| {
        for number in 0..count {
            let poll = poll(&plan, &kind, number, Tick::ZERO + secs(60) * number / count);
            scheduler.insert(key(number), poll, Tick::ZERO);
        }
        then(&mut scheduler);
    });
    assert_eq!(scheduler.len(), count as usize);
    (used.bytes_max / u64::from(count), used.bytes_current.unsigned_abs() / u64::from(count))
}

/// Has all that are due sent and shown running, until nothing is due before `until`.
fn look_after(scheduler: &mut Scheduler<Key>, until: Tick) {
    let mut now = Tick::ZERO;
    while now < until {
        match scheduler.next(now) {
            Next::Send(keys) => keys.iter().for_each(|key| scheduler.observed(key, now, Seen::Running)),
            Next::Wait { until } => now = until,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_waiting_task_takes_up_less_than_two_hundred_bytes() {
    let (_, waiting) = bytes_for_each(TASKS, |_| {});
    assert!(waiting <= 196, "{waiting} bytes");
}

#[test]
fn a_task_takes_up_no_more_after_many_looks() {
    let (most, _) = bytes_for_each(TASKS / 2, |scheduler| look_after(scheduler, at(60_000)));
    assert!(most <= 200, "{most} bytes");
}

#[test]
fn a_task_takes_up_no_more_when_all_are_due() {
    let (most, _) = bytes_for_each(TASKS, |scheduler| {
        scheduler.pause(at(100_000));
        assert!(matches!(scheduler.next(at(90_000)), Next::Wait { .. }));
        assert!(matches!(scheduler.next(at(100_000)), Next::Send(_)));
    });
    assert!(most <= 200, "{most} bytes");
}

#[test]
fn tasks_that_are_moved_leave_nothing_behind() {
    let plan = Arc::new(Plan::new());
    let kind = Arc::new(Kind::new("videoInference"));
    let mut scheduler = Scheduler::new(Limits::default());
    for number in 0..100 {
        scheduler.insert(key(number), poll(&plan, &kind, number, Tick::ZERO), Tick::ZERO);
    }
    let used = measure(|| {
        for round in 0..200_000_u64 {
            let now = Tick::ZERO + std::time::Duration::from_micros(round * 100);
            scheduler.insert(key(7), poll(&plan, &kind, 7, now), now);
        }
    });
    assert!(used.bytes_max <= 64 << 10, "{} bytes for so many moves", used.bytes_max);
}

#[test]
fn a_crowd_that_is_gone_leaves_no_memory_behind() {
    let (plan, kind) = (Arc::new(Plan::new()), Arc::new(Kind::new("videoInference")));
    let mut scheduler = Scheduler::new(Limits::default());
    let used = measure(|| {
        for number in 0..20_000 {
            scheduler.insert(key(number), poll(&plan, &kind, number, Tick::ZERO), Tick::ZERO);
        }
        for number in 0..20_000 {
            scheduler.remove(&key(number));
        }
    });
    assert!(scheduler.is_empty());
    assert!(used.bytes_current <= 400 << 10, "{} bytes for nobody", used.bytes_current);
}
