//! Exact timelines of many tasks.

use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Cadence, Ending, Fault, Limits, Next, Plan, Poll, Quota, Scheduler, Seen, Tick};

use crate::world::{Outcome, run};
use crate::{at, even_plan, millis, ms, secs};

fn scheduler() -> Scheduler<u32> {
    Scheduler::new(Limits::default())
}

fn batches_of(batch: usize) -> Scheduler<u32> {
    Scheduler::new(Limits { batch, ..Limits::default() })
}

fn poll(started: Tick) -> Poll {
    Poll::new(even_plan(), 0, started)
}

/// A plan with one gap of 1 s and a spread of a fifth; what is due when is up to the seed.
fn wide_plan() -> Arc<Plan> {
    let cadence = Cadence::Exponential { first: secs(1), factor: 1.0, cap: secs(1), spread: 0.2 };
    Arc::new(Plan::new().with_cadence(cadence).unwrap())
}

/// A scheduler with `count` resumed tasks, all due at once.
fn crowd(count: u32, limits: Limits) -> Scheduler<u32> {
    let mut scheduler = Scheduler::new(limits);
    let plan = Arc::new(even_plan());
    for key in 0..count {
        scheduler.insert(key, Poll::resumed(Arc::clone(&plan), 0, Tick::ZERO), Tick::ZERO);
    }
    scheduler
}

fn send(scheduler: &mut Scheduler<u32>, now: Tick) -> Vec<u32> {
    match scheduler.next(now) {
        Next::Send(keys) => keys,
        other => panic!("{other:?} instead of a request at {now:?}"),
    }
}

#[test]
fn one_task_from_start_to_end() {
    let mut scheduler = scheduler();
    assert_eq!(scheduler.next(at(0)), Next::Idle);
    scheduler.insert(7, poll(at(0)), at(0));
    assert_eq!(scheduler.next(at(0)), Next::Wait { until: at(1_000) });
    assert_eq!(scheduler.next(at(999)), Next::Wait { until: at(1_000) });
    assert_eq!(scheduler.next(at(1_000)), Next::Send(vec![7]), "nobody to wait for");
    assert_eq!(scheduler.next(at(1_000)), Next::Wait { until: at(11_000) }, "the query timeout");
    scheduler.observed(&7, at(1_100), Seen::Running);
    assert_eq!(scheduler.next(at(1_100)), Next::Wait { until: at(2_500) });
    assert_eq!(scheduler.next(at(2_500)), Next::Send(vec![7]));
    scheduler.observed(&7, at(2_600), Seen::Settled);
    assert_eq!(scheduler.next(at(2_600)), Next::Finished(7, Ending::Settled));
    assert_eq!(scheduler.next(at(2_600)), Next::Idle);
    assert!(scheduler.is_empty());
}

#[test]
fn an_unanswered_request_is_repeated() {
    let mut scheduler = scheduler();
    scheduler.insert(7, poll(at(0)), at(0));
    let trace = run(&mut scheduler, at(0), at(25_000), |_, _| (Duration::ZERO, Outcome::Lost));
    assert_eq!(trace.asked(7), [1_000, 11_500, 22_500].map(at));
}

#[test]
fn all_that_are_due_share_requests_oldest_first() {
    let mut scheduler = batches_of(3);
    for key in [5, 1, 4, 2, 3] {
        scheduler.insert(key, poll(at(u64::from(key) * 100)), at(0));
    }
    assert_eq!(scheduler.next(at(0)), Next::Wait { until: at(1_100) });
    assert_eq!(send(&mut scheduler, at(1_500)), [1, 2, 3]);
    assert_eq!(send(&mut scheduler, at(1_500)), [4, 5]);
    assert_eq!(scheduler.next(at(1_500)), Next::Wait { until: at(11_500) });
}

#[test]
fn a_request_takes_along_whoever_may_be_asked() {
    let mut scheduler = scheduler();
    let polls = [(1, 11), (2, 22), (3, 33)].map(|(key, seed)| (key, Poll::new(wide_plan(), seed, at(0))));
    let mut due: Vec<_> = polls.iter().map(|(key, poll)| (poll.due(), *key)).collect();
    due.sort();
    for (key, poll) in polls {
        scheduler.insert(key, poll, at(0));
    }
    scheduler.insert(4, Poll::new(wide_plan(), 44, at(500)), at(500));
    let first = due[0].0;
    assert!(first < due[1].0, "only one is due");
    assert_eq!(scheduler.next(at(0)), Next::Wait { until: first });
    assert_eq!(send(&mut scheduler, first), due.iter().map(|(_, key)| *key).collect::<Vec<_>>());
}

#[test]
fn a_request_waits_for_those_that_fall_due_within_the_window() {
    let mut scheduler = scheduler();
    for (key, started) in [(1, 0), (2, 30), (3, 50), (4, 51)] {
        scheduler.insert(key, poll(at(started)), at(0));
    }
    assert_eq!(scheduler.next(at(1_000)), Next::Wait { until: at(1_030) });
    assert_eq!(scheduler.next(at(1_030)), Next::Wait { until: at(1_050) });
    assert_eq!(send(&mut scheduler, at(1_050)), [1, 2, 3], "50 ms after the first was due, and no later");
    assert_eq!(send(&mut scheduler, at(1_051)), [4]);
}

#[test]
fn a_full_request_waits_for_nobody() {
    let mut scheduler = batches_of(2);
    for (key, started) in [(1, 0), (2, 0), (3, 30)] {
        scheduler.insert(key, poll(at(started)), at(0));
    }
    assert_eq!(send(&mut scheduler, at(1_000)), [1, 2]);

    let mut scheduler = batches_of(2);
    let wide = Poll::new(wide_plan(), 1, at(150));
    assert!(wide.earliest() <= at(1_000) && at(1_030) < wide.due());
    scheduler.insert(1, poll(at(0)), at(0));
    scheduler.insert(2, poll(at(30)), at(0));
    scheduler.insert(3, wide, at(0));
    assert_eq!(send(&mut scheduler, at(1_000)), [1, 3], "though 2 falls due before 3");
}

#[test]
fn deadlines_are_kept_while_a_request_waits() {
    let mut scheduler = scheduler();
    scheduler.insert(1, poll(at(0)), at(0));
    scheduler.insert(2, poll(at(40)), at(0));
    scheduler.insert(3, Poll::new(even_plan().with_deadline(ms(1_010)), 0, at(0)), at(0));
    scheduler.insert(4, Poll::new(even_plan().with_deadline(ms(500)), 0, at(0)), at(0));
    assert_eq!(scheduler.next(at(0)), Next::Wait { until: at(500) });
    assert_eq!(scheduler.next(at(500)), Next::Finished(4, Ending::Deadline));
    assert_eq!(scheduler.next(at(1_000)), Next::Wait { until: at(1_010) });
    assert_eq!(scheduler.next(at(1_010)), Next::Finished(3, Ending::Deadline));
    assert_eq!(scheduler.next(at(1_010)), Next::Wait { until: at(1_040) });
    assert_eq!(send(&mut scheduler, at(1_040)), [1, 2]);
}

#[test]
fn each_task_has_its_own_fate() {
    let mut scheduler = crowd(3, Limits::default());
    assert_eq!(send(&mut scheduler, at(0)), [0, 1, 2]);
    scheduler.observed(&0, at(100), Seen::Settled);
    scheduler.failed(&1, at(100), Fault::permanent());
    scheduler.failed(&2, at(100), Fault::transient());
    assert_eq!(scheduler.next(at(100)), Next::Finished(0, Ending::Settled));
    assert_eq!(scheduler.next(at(100)), Next::Finished(1, Ending::Rejected));
    assert_eq!(scheduler.next(at(100)), Next::Wait { until: at(1_000) });
}

#[test]
fn facts_about_strangers_change_nothing() {
    let mut scheduler = crowd(1, Limits::default());
    scheduler.observed(&9, at(0), Seen::Settled);
    scheduler.failed(&9, at(0), Fault::permanent());
    scheduler.answered(&9, at(0));
    assert!(
        scheduler.poll(&9).is_none() && scheduler.poll_mut(&9).is_none() && scheduler.remove(&9).is_none()
    );
    assert_eq!(send(&mut scheduler, at(0)), [0]);
}

#[test]
fn a_removed_task_is_gone() {
    let mut scheduler = crowd(2, Limits::default());
    assert_eq!(send(&mut scheduler, at(0)), [0, 1]);
    assert_eq!(scheduler.remove(&0).map(|poll| poll.polls()), Some(1));
    assert!(!scheduler.contains(&0));
    scheduler.observed(&0, at(100), Seen::Running);
    scheduler.observed(&1, at(100), Seen::Running);
    assert_eq!(send(&mut scheduler, at(1_000)), [1]);
}

#[test]
fn inserting_a_key_again_replaces_its_poll() {
    let mut scheduler = scheduler();
    assert!(scheduler.insert(1, poll(at(0)), at(0)).is_none());
    let replaced = scheduler.insert(1, poll(at(5_000)), at(0)).unwrap();
    assert_eq!(replaced.due(), at(1_000));
    assert_eq!(scheduler.len(), 1);
    assert_eq!(scheduler.next(at(0)), Next::Wait { until: at(6_000) });
}

#[test]
fn a_poll_can_be_told_things_directly() {
    let mut scheduler = crowd(2, Limits::default());
    assert_eq!(send(&mut scheduler, at(0)), [0, 1]);
    scheduler.poll_mut(&1).unwrap().conclude(Ending::Abandoned);
    assert_eq!(scheduler.next(at(100)), Next::Finished(1, Ending::Abandoned));
    scheduler.poll_mut(&0).unwrap().failed(at(100), Fault::transient().retry_after(secs(5)));
    assert_eq!(scheduler.next(at(100)), Next::Wait { until: at(5_100) });
    assert_eq!(scheduler.poll(&0).map(Poll::due), Some(at(5_100)));
}

#[test]
fn nobody_is_asked_for_who_is_over() {
    let mut scheduler = crowd(2, Limits::default());
    scheduler.observed(&1, at(0), Seen::Settled);
    assert_eq!(send(&mut scheduler, at(0)), [0], "the other was settled by news from elsewhere");
    assert_eq!(scheduler.next(at(0)), Next::Finished(1, Ending::Settled));

    let mut scheduler = self::scheduler();
    scheduler.insert(0, poll(at(0)), at(0));
    scheduler.insert(1, Poll::new(even_plan().with_deadline(ms(1_500)), 0, at(10)), at(0));
    assert_eq!(send(&mut scheduler, at(2_000)), [0], "a late driver meets the other after its deadline");
    assert_eq!(scheduler.next(at(2_000)), Next::Finished(1, Ending::Deadline));
}

#[test]
fn a_question_is_raised_once_and_looking_goes_on() {
    let mut scheduler = scheduler();
    scheduler.insert(1, Poll::new(even_plan().with_grace(ms(2_600)), 0, at(0)), at(0));
    for sent in [1_000, 2_500] {
        assert_eq!(send(&mut scheduler, at(sent)), [1]);
        scheduler.observed(&1, at(sent), Seen::Unknown);
    }
    assert_eq!(scheduler.next(at(2_500)), Next::Wait { until: at(2_600) });
    assert_eq!(scheduler.next(at(2_600)), Next::Question(1));
    assert_eq!(scheduler.next(at(2_600)), Next::Wait { until: at(4_750) });
    assert_eq!(send(&mut scheduler, at(4_750)), [1]);
    scheduler.observed(&1, at(4_750), Seen::Unknown);
    scheduler.answered(&1, at(5_000));
    assert_eq!(scheduler.next(at(5_000)), Next::Wait { until: at(8_125) });
    assert_eq!(send(&mut scheduler, at(8_125)), [1]);
    scheduler.observed(&1, at(8_125), Seen::Unknown);
    assert_eq!(scheduler.next(at(10_000)), Next::Question(1));
}

#[test]
fn a_pause_holds_everything_but_deadlines() {
    let mut scheduler = crowd(2, Limits::default());
    let soon = even_plan().with_deadline(secs(5)).with_grace(Duration::ZERO);
    scheduler.insert(9, Poll::resumed(soon, 0, at(0)), at(0));
    scheduler.poll_mut(&9).unwrap().observed(at(0), Seen::Unknown);
    scheduler.pause(at(30_000));
    scheduler.pause(at(20_000));
    assert_eq!(scheduler.next(at(0)), Next::Wait { until: at(5_000) });
    assert_eq!(scheduler.next(at(5_000)), Next::Finished(9, Ending::Deadline));
    assert_eq!(scheduler.next(at(5_000)), Next::Wait { until: at(30_000) });
    assert_eq!(send(&mut scheduler, at(30_000)), [0, 1]);
}

#[test]
fn the_batch_limit_is_at_least_one() {
    let mut scheduler = crowd(2, Limits { batch: 0, ..Limits::default() });
    assert_eq!(scheduler.batch_limit(), 1);
    assert_eq!(send(&mut scheduler, at(0)), [0]);
    assert_eq!(send(&mut scheduler, at(0)), [1]);
}

#[test]
fn retries_are_paid_for_by_the_request() {
    let mut scheduler = crowd(5, Limits { batch: 3, quota: Quota::new(5), ..Limits::default() });
    for keys in [vec![0, 1, 2], vec![3, 4]] {
        assert_eq!(send(&mut scheduler, at(0)), keys);
        for key in keys {
            scheduler.failed(&key, at(0), Fault::transient());
        }
    }
    assert_eq!(scheduler.quota().available(), 5, "a first look is no retry");
    assert_eq!(send(&mut scheduler, at(1_000)), [0, 1, 2]);
    assert_eq!(scheduler.quota().available(), 0);
    assert_eq!(
        scheduler.next(at(1_000)),
        Next::Wait { until: at(10_000) },
        "the others look as healthy ones do"
    );

    scheduler.observed(&1, at(1_100), Seen::Running);
    assert_eq!(scheduler.quota().available(), 0);
    scheduler.observed(&0, at(1_100), Seen::Running);
    assert_eq!(scheduler.quota().available(), 1, "one token for the request, not one for each task");
    scheduler.observed(&0, at(1_200), Seen::Running);
    assert_eq!(scheduler.quota().available(), 1, "and not one for each answer");
    scheduler.observed(&3, at(1_200), Seen::Running);
    assert_eq!(scheduler.quota().available(), 1, "nor for news about a request that failed");
}

#[test]
fn a_healthy_task_takes_along_what_recovers_for_nothing() {
    let mut scheduler = crowd(1, Limits { quota: Quota::new(0), ..Limits::default() });
    scheduler.insert(1, poll(at(0)), at(0));
    assert_eq!(send(&mut scheduler, at(0)), [0]);
    scheduler.failed(&0, at(0), Fault::transient());
    assert_eq!(send(&mut scheduler, at(1_000)), [1, 0], "both are due after 1 s");
}

#[test]
fn a_retry_is_not_free_because_it_could_take_a_healthy_task_along() {
    let mut scheduler = crowd(1, Limits { quota: Quota::new(0), ..Limits::default() });
    let healthy = Poll::new(wide_plan(), 1, at(100));
    assert!(healthy.earliest() <= at(1_000) && at(1_000) < healthy.due());
    let due = healthy.due();
    scheduler.insert(1, healthy, at(0));
    assert_eq!(send(&mut scheduler, at(0)), [0]);
    scheduler.failed(&0, at(0), Fault::transient());
    assert_eq!(scheduler.next(at(1_000)), Next::Wait { until: due });
    assert_eq!(send(&mut scheduler, due), [1]);
}

#[test]
fn an_empty_quota_slows_down_and_does_not_stop() {
    let mut scheduler = crowd(1, Limits { quota: Quota::new(0), ..Limits::default() });
    let trace = run(&mut scheduler, at(0), at(45_000), |_, _| (Duration::ZERO, Outcome::Fault(None)));
    assert_eq!(trace.asked(0), [0, 10_000, 20_000, 30_000, 40_000].map(at));
}

#[test]
fn a_timeout_costs_twice_as_much() {
    let cadence = Cadence::Exponential { first: secs(1), factor: 1.0, cap: secs(60), spread: 0.0 };
    let plan = even_plan().with_cadence(cadence).unwrap();
    let mut scheduler = Scheduler::new(Limits { quota: Quota::new(24), ..Limits::default() });
    scheduler.insert(1, Poll::resumed(plan, 0, at(0)), at(0));
    let trace = run(&mut scheduler, at(0), at(80_000), |_, _| (Duration::ZERO, Outcome::Lost));
    assert_eq!(trace.asked(1), [0, 10_500, 21_500].map(at), "two retries, then the longest gap of 60 s");
    assert_eq!(scheduler.quota().available(), 4);
    assert_eq!(scheduler.next(at(81_500)), Next::Send(vec![1]));
}

#[test]
fn a_request_is_the_same_for_one_and_for_a_hundred() {
    let timeline = |count| {
        let mut scheduler = crowd(count, Limits::default());
        let answer = |now: Tick, _| {
            let seen = if now < at(20_000) { Seen::Running } else { Seen::Settled };
            (ms(80), Outcome::Seen(seen))
        };
        let trace = run(&mut scheduler, at(0), Tick::MAX, answer);
        assert_eq!(trace.finished.len(), count as usize);
        trace.requests.into_iter().map(|request| millis(request.at)).collect::<Vec<_>>()
    };
    assert_eq!(timeline(1), [0, 1_000, 2_500, 4_750, 8_125, 13_187, 20_781]);
    assert_eq!(timeline(100), timeline(1));
    assert_eq!(timeline(101).len(), 2 * timeline(1).len());
}
