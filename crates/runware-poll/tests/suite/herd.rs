//! Many tasks of a kind of which nothing is known.

use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Cadence, Kind, Limits, Next, Plan, Poll, Scheduler, Seen, Tick};

use crate::world::{Outcome, Trace, run};
use crate::{at, ms, secs};

const TASKS: u32 = 400;

/// When a task ends: the first after 50 s, the last after 70 s, in no order.
fn ends(key: u32) -> Tick {
    at(50_000 + u64::from(key * 7 % TASKS) * 50)
}

fn play(cadence: Cadence, tasks: u32, ends: impl Fn(u32) -> Tick) -> Trace {
    let plan = Arc::new(Plan::new().with_cadence(cadence).unwrap());
    let kind = Arc::new(Kind::new("videoInference"));
    let mut scheduler = Scheduler::new(Limits::default());
    for key in 0..tasks {
        let poll = Poll::new(Arc::clone(&plan), u64::from(key), Tick::ZERO).with_kind(Arc::clone(&kind));
        scheduler.insert(key, poll, Tick::ZERO);
    }
    run(&mut scheduler, Tick::ZERO, Tick::MAX, |now, key| {
        (ms(50), Outcome::Seen(if now >= ends(key) { Seen::Settled } else { Seen::Running }))
    })
}

/// How often a task was asked about, and how long after its end it was noticed, on average.
fn cost(trace: &Trace, ends: impl Fn(u32) -> Tick) -> (f64, f64) {
    let looks: usize = trace.requests.iter().map(|request| request.keys.len()).sum();
    let lags = trace.finished.iter().map(|(key, (noticed, _))| noticed.duration_since(ends(*key)));
    let tasks = trace.finished.len() as f64;
    (looks as f64 / tasks, lags.sum::<Duration>().as_secs_f64() / tasks)
}

#[test]
fn most_of_them_wait_for_what_the_first_find_out() {
    let (looks, lag) = cost(&play(Cadence::learned(), TASKS, ends), ends);
    let (looks_alone, lag_alone) = cost(&play(Cadence::exponential(), TASKS, ends), ends);
    assert!(looks < 0.8 * looks_alone, "{looks:.2} looks, {looks_alone:.2} without");
    assert!(lag < 1.1 * lag_alone, "{lag:.2} s, {lag_alone:.2} s without");
}

/// The first to end has the others looked at within a second, though none of them would have been for long.
#[test]
fn those_that_stand_back_come_forward_when_one_has_ended() {
    let ends = |_| at(2_000);
    let trace = play(Cadence::learned(), TASKS, ends);
    let first = trace.finished.values().map(|(noticed, _)| *noticed).min().unwrap();
    assert!(first <= at(3_600), "{first:?}");
    for (key, (noticed, _)) in &trace.finished {
        assert!(*noticed <= first + secs(1) + ms(200), "{key} at {noticed:?}, the first at {first:?}");
    }
}

/// What the first three ends say of the others is a guess, of fifty it is not.
#[test]
fn some_follow_the_first_forecasts_and_the_others_stand_back_until_fifty_have_ended() {
    let plan = Arc::new(Plan::new());
    let kind = Arc::new(Kind::new("videoInference"));
    let mut scheduler = Scheduler::new(Limits::default());
    for key in 0..2_000_u32 {
        let poll = Poll::new(Arc::clone(&plan), u64::from(key), at(0)).with_kind(Arc::clone(&kind));
        scheduler.insert(key, poll, at(0));
    }
    let dues = |scheduler: &Scheduler<u32>| -> Vec<Tick> {
        (100..2_000).map(|key| scheduler.poll(&key).unwrap().due()).collect()
    };
    let changed = |before: &[Tick], after: &[Tick]| {
        before.iter().zip(after).filter(|(before, after)| before != after).count()
    };
    let at_first = dues(&scheduler);
    (0..49).for_each(|key| scheduler.observed(&key, at(3_000), Seen::Settled));
    let guessed = dues(&scheduler);
    let scouts = changed(&at_first, &guessed);
    assert!((150..=256).contains(&scouts), "{scouts} of them came forward");

    // One that stands back and is seen to run goes on standing back, however much is forecast.
    let follower =
        (100..2_000).find(|key| at_first[*key as usize - 100] == guessed[*key as usize - 100]).unwrap();
    scheduler.observed(&follower, at(3_500), Seen::Running);
    assert_eq!(scheduler.poll(&follower).unwrap().due(), at_first[follower as usize - 100]);

    scheduler.observed(&49, at(4_000), Seen::Settled);
    let all = changed(&guessed, &dues(&scheduler));
    assert!(all >= 1_900 - scouts, "{all} more follow");
}

/// Who is given to another scheduler is not left standing back there.
#[test]
fn a_task_that_stood_back_elsewhere_leads_where_it_is_the_first() {
    let kind = Arc::new(Kind::new("videoInference"));
    let mut scheduler = Scheduler::new(Limits::default());
    for key in 0..17_u32 {
        let poll = Poll::new(Plan::new(), u64::from(key), at(0)).with_kind(Arc::clone(&kind));
        scheduler.insert(key, poll, at(0));
    }
    let poll = scheduler.remove(&16).unwrap();
    assert!(poll.due() > at(10_000), "it stands back");
    let mut other = Scheduler::new(Limits::default());
    other.insert(16, poll, at(5_000));
    assert!(other.poll(&16).unwrap().due() <= at(6_000));
}

#[test]
fn a_few_tasks_of_a_kind_all_look_for_themselves() {
    let never = |_| at(400_000);
    let learned = play(Cadence::learned(), 16, never);
    let exponential = play(Cadence::exponential(), 16, never);
    let early = |trace: &Trace| -> Vec<_> {
        trace.requests.iter().filter(|request| request.at < at(400_000)).map(|request| request.at).collect()
    };
    assert_eq!(early(&learned), early(&exponential));
}

#[test]
fn another_one_leads_when_a_leader_has_gone() {
    let plan = Arc::new(Plan::new().with_cadence(Cadence::learned()).unwrap());
    let kind = Arc::new(Kind::new("videoInference"));
    let mut scheduler = Scheduler::new(Limits::default());
    let poll = |seed| Poll::new(Arc::clone(&plan), seed, Tick::ZERO).with_kind(Arc::clone(&kind));
    for key in 0..16_u32 {
        scheduler.insert(key, poll(u64::from(key)), Tick::ZERO);
    }
    scheduler.insert(16, poll(16), Tick::ZERO);
    assert!(scheduler.poll(&16).unwrap().due() > at(10_000), "sixteen lead");
    scheduler.remove(&3);
    scheduler.insert(17, poll(17), Tick::ZERO);
    assert!(scheduler.poll(&17).unwrap().due() <= at(1_000), "one was missing");
}

/// The place of a task that stood back is given to one of another kind.
#[test]
fn a_task_does_not_follow_the_forecast_of_another_kind() {
    let a = Arc::new(Kind::new("a"));
    let b = Arc::new(Kind::new("b"));
    let poll = |kind: &Arc<Kind>, seed: u32, now| {
        Poll::new(Plan::new(), u64::from(seed), now).with_kind(Arc::clone(kind))
    };
    let mut scheduler = Scheduler::new(Limits::default());
    for key in 0..16 + 300 {
        scheduler.insert(key, poll(&a, key, at(0)), at(0));
    }
    let follower_of_a = 17_u32; // an early follower: not among the last 256, which scout
    scheduler.remove(&follower_of_a);
    for key in 1_000..1_016 {
        scheduler.insert(key, poll(&b, key, at(0)), at(0));
    }
    // slot of 17 went to 1_000, a leader; free another one of a's and give it to b's follower
    scheduler.remove(&18);
    scheduler.insert(2_000, poll(&b, 2_000, at(0)), at(0));
    let due_before = scheduler.poll(&2_000).unwrap().due();
    assert!(due_before > at(10_000) && due_before < at(17_000), "{due_before:?}: it stands back");
    // tasks of a take ten minutes; three have ended
    for key in 0..6 {
        scheduler.observed(&key, at(100), Seen::Running);
        scheduler.observed(&key, at(599_000), Seen::Running);
        scheduler.observed(&key, at(600_000), Seen::Settled);
    }
    let due = scheduler.poll(&2_000).unwrap().due();
    assert!(
        due == due_before,
        "a task of b is due at {due:?} instead of {due_before:?} by what is known of a"
    );
}

/// A trial that ended before the crowd came must not use up the crowd's scouts: up to 256 of those that stand back are to
/// be looked at within a second when one of the kind has ended. Here one has ended before, while a task of another kind is
/// open, so that the scheduler is never empty; one end makes no forecast.
#[test]
fn a_crowd_that_comes_after_the_first_end_has_scouts_too() {
    let plan = Arc::new(Plan::new());
    let (other, kind) = (Arc::new(Kind::new("imageInference")), Arc::new(Kind::new("videoInference")));
    let scouts = |trials: u32| {
        let mut scheduler = Scheduler::new(Limits::default());
        let poll = |kind: &Arc<Kind>, key: u32, now| {
            Poll::new(Arc::clone(&plan), u64::from(key), now).with_kind(Arc::clone(kind))
        };
        scheduler.insert(10_000, poll(&other, 10_000, at(0)), at(0));
        for key in (10_001..).take(trials as usize) {
            scheduler.insert(key, poll(&kind, key, at(0)), at(0));
            scheduler.observed(&key, at(9_000), Seen::Settled);
            while let Next::Finished(..) = scheduler.next(at(9_000)) {}
        }
        (0..2_000).for_each(|key| _ = scheduler.insert(key, poll(&kind, key, at(10_000)), at(10_000)));
        let dues = |scheduler: &Scheduler<u32>| -> Vec<Tick> {
            (100..2_000).map(|key| scheduler.poll(&key).unwrap().due()).collect()
        };
        let before = dues(&scheduler);
        scheduler.observed(&0, at(19_000), Seen::Settled);
        before.iter().zip(dues(&scheduler)).filter(|(before, after)| *before != after).count()
    };
    assert!(scouts(0) >= 150, "{} without a trial", scouts(0));
    assert!(scouts(1) >= 150, "{} scouts come forward after a trial, {} without", scouts(1), scouts(0));
}

/// Kinds of which no task is left must not use up the room for kinds: ten thousand tasks of a new kind stand back, however
/// many kinds a long-lived scheduler has seen. These were given up: three ends of any kind make a forecast for all kinds, and
/// who has one follows it.
#[test]
fn kinds_that_have_no_tasks_left_do_not_keep_new_ones_from_standing_back() {
    let plan = Arc::new(Plan::new());
    let mut scheduler = Scheduler::new(Limits::default());
    let poll = |kind: &Arc<Kind>, key: u32, now| {
        Poll::new(Arc::clone(&plan), u64::from(key), now).with_kind(Arc::clone(kind))
    };
    // It is never empty.
    scheduler.insert(1_000_000, poll(&Arc::new(Kind::new("other")), 0, at(0)), at(0));
    for number in 0..1_100_u32 {
        let kind = Arc::new(Kind::new(&format!("kind {number}")));
        for key in 0..10 {
            let key = 10_000 + number * 10 + key;
            scheduler.insert(key, poll(&kind, key, at(0)), at(0));
            scheduler.remove(&key);
        }
    }
    assert_eq!(scheduler.len(), 1);
    let kind = Arc::new(Kind::new("new"));
    (0..400).for_each(|key| _ = scheduler.insert(key, poll(&kind, key, at(6_000)), at(6_000)));
    let lead = (0..400).filter(|key| scheduler.poll(key).unwrap().due() < at(10_000)).count();
    assert!(lead <= 16, "{lead} of 400 lead");
}
