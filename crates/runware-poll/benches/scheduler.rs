//! What a scheduler costs, from one task to a million. All times are for one task.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a bench stops at the line that failed")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use runware_poll::{Limits, Next, Plan, Poll, Scheduler, Seen, Tick};

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .sample_size(10);
    targets = insert, cycle, drain, idle
}
criterion_main!(benches);

/// As much as a uuid.
type Key = [u8; 16];

const COUNTS: [u32; 3] = [1_000, 100_000, 1_000_000];

/// Tasks that start within a minute.
fn tasks(count: u32) -> Vec<(Key, Poll)> {
    let plan = Arc::new(Plan::new());
    let task = |number: u32| {
        let started = Tick::ZERO + Duration::from_secs(60) * number / count;
        (key(number), Poll::new(Arc::clone(&plan), u64::from(number), started))
    };
    (0..count).map(task).collect()
}

fn key(number: u32) -> Key {
    (u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_le_bytes()
}

fn scheduler(tasks: Vec<(Key, Poll)>) -> Scheduler<Key> {
    let mut scheduler = Scheduler::new(Limits::default());
    for (key, poll) in tasks {
        scheduler.insert(key, poll, Tick::ZERO);
    }
    scheduler
}

/// Has requests answered until so many tasks were asked for.
fn ask(scheduler: &mut Scheduler<Key>, now: &mut Tick, count: u32, seen: Seen) {
    let mut left = i64::from(count);
    while left > 0 {
        match scheduler.next(*now) {
            Next::Send(keys) => {
                left -= i64::try_from(keys.len()).unwrap();
                for key in &keys {
                    scheduler.observed(key, *now, seen);
                }
                if seen == Seen::Running {
                    scheduler.accepted(keys.len());
                }
            }
            Next::Wait { until } => *now = until,
            Next::Idle => panic!("nobody left to ask for"),
            Next::Finished(..) | Next::Question(_) => {}
        }
    }
}

fn insert(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("insert");
    for count in COUNTS {
        group.throughput(Throughput::Elements(u64::from(count)));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter_batched(|| tasks(count), scheduler, BatchSize::PerIteration);
        });
    }
}

/// Each task is sent in a request once, shown running, and waits again.
fn cycle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sent and observed running");
    for count in COUNTS {
        let (mut scheduler, mut now) = (scheduler(tasks(count)), Tick::ZERO);
        group.throughput(Throughput::Elements(u64::from(count)));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| {
                // Nothing comes to an end: before the deadline there is a new minute.
                if now > Tick::from_millis(1_000_000) {
                    (scheduler, now) = (self::scheduler(tasks(count)), Tick::ZERO);
                }
                ask(&mut scheduler, &mut now, count, Seen::Running);
            });
        });
    }
}

/// Each task is inserted, sent in a request, shown settled, and gone.
fn drain(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("insert, sent, settled and finished");
    for count in COUNTS {
        group.throughput(Throughput::Elements(u64::from(count)));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            let all = |tasks| {
                let mut scheduler = scheduler(tasks);
                let mut now = Tick::ZERO;
                ask(&mut scheduler, &mut now, count, Seen::Settled);
                while let Next::Finished(..) = scheduler.next(now) {}
                assert!(scheduler.is_empty());
            };
            bencher.iter_batched(|| tasks(count), all, BatchSize::PerIteration);
        });
    }
}

/// Nothing is due.
fn idle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("next when nothing is due");
    for count in COUNTS {
        let mut scheduler = scheduler(tasks(count));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| black_box(scheduler.next(Tick::ZERO)));
        });
    }
    let mut scheduler = scheduler(tasks(1_000_000));
    scheduler.block(true);
    group.bench_function("1000000, all due, blocked", |bencher| {
        bencher.iter(|| black_box(scheduler.next(Tick::from_millis(61_000))));
    });
}
