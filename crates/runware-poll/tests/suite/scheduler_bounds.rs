//! What holds for many tasks, whatever the server does.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use runware_poll::{Ending, Limits, Plan, Poll, Quota, Scheduler, Seen, Tick};

use crate::world::{Outcome, Trace, run};
use crate::{at, most_polls, ms, secs};

/// One task: when it starts, whether it was resumed, when it is done, and when it is given up.
#[derive(Clone, Copy, Debug)]
struct Task {
    started: Tick,
    resumed: bool,
    done_at: Tick,
    deadline: Duration,
}

fn any_task() -> impl Strategy<Value = Task> {
    (0_u64..30_000, any::<bool>(), 0_u64..200_000, 0_u64..300_000).prop_map(
        |(started, resumed, lasts, deadline)| Task {
            started: at(started),
            resumed,
            done_at: at(started + lasts),
            deadline: ms(deadline),
        },
    )
}

#[derive(Clone, Copy, Debug)]
struct Setting {
    seed: u64,
    batch: usize,
    window: Duration,
    faults: u8,
    latency: u64,
}

fn any_setting() -> impl Strategy<Value = Setting> {
    (any::<u64>(), 1_usize..20, 0_u64..100, 0_u8..60, 0_u64..2_000).prop_map(
        |(seed, batch, window, faults, latency)| Setting { seed, batch, window: ms(window), faults, latency },
    )
}

/// Runs tasks that start at different times to their ends.
fn play(tasks: &[Task], setting: Setting) -> Trace {
    let mut scheduler =
        Scheduler::new(Limits { batch: setting.batch, window: setting.window, ..Limits::default() });
    for (key, task) in (0..).zip(tasks) {
        let plan = Plan::new().with_deadline(task.deadline);
        let new = if task.resumed { Poll::resumed } else { Poll::new };
        scheduler.insert(key, new(Arc::new(plan), setting.seed + u64::from(key), task.started), Tick::ZERO);
    }
    let mut rng = fastrand::Rng::with_seed(setting.seed);
    run(&mut scheduler, Tick::ZERO, Tick::MAX, |now, key| {
        let latency = ms(rng.u64(0..=setting.latency));
        let outcome = match rng.u8(0..100) {
            dice if dice >= setting.faults => {
                let done = now >= tasks[key as usize].done_at;
                Outcome::Seen(if done { Seen::Settled } else { Seen::Running })
            }
            dice if dice % 5 == 0 => Outcome::Lost,
            dice if dice % 5 == 1 => Outcome::Fault(Some(ms(rng.u64(0..30_000)))),
            _ => Outcome::Fault(None),
        };
        (latency, outcome)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_task_is_asked_in_time_and_ends(
        tasks in prop::collection::vec(any_task(), 1..40), setting in any_setting(),
    ) {
        let trace = play(&tasks, setting);

        // Requests keep to the batch limit and ask for nothing twice.
        for request in &trace.requests {
            let mut keys = request.keys.clone();
            keys.sort_unstable();
            keys.dedup();
            prop_assert_eq!(keys.len(), request.keys.len());
            prop_assert!((1..=setting.batch).contains(&keys.len()));
        }

        for (key, task) in (0..).zip(&tasks) {
            let asked = trace.asked(key);
            let answers: Vec<_> = trace.answers.iter().filter(|answer| answer.key == key).collect();

            // The end: on the tick of the deadline, unless it was settled before.
            let (end, ending) = trace.finished[&key];
            let deadline = task.started + task.deadline;
            match ending {
                Ending::Deadline => prop_assert_eq!(end, deadline),
                Ending::Settled => prop_assert!(task.done_at <= end && end < deadline),
                other => prop_assert!(false, "{other:?}"),
            }

            // Gaps: never too short, never in spite of a Retry-After, and not too long.
            let shortest = if task.resumed { Duration::ZERO } else { ms(800) };
            if let Some(first) = asked.first() {
                prop_assert!(*first >= task.started + shortest);
            }
            prop_assert!(asked.windows(2).all(|pair| pair[1].duration_since(pair[0]) >= ms(800)));
            for answer in &answers {
                let over = answer.held_until.unwrap_or(answer.told);
                prop_assert!(asked.iter().all(|sent| *sent <= answer.told || over <= *sent));
            }

            // Nobody starves: after each answer or time-out, the next query comes within the longest gap
            // and the window, or after the longest recovery delay or the Retry-After.
            for (position, sent) in asked.iter().enumerate() {
                let next = asked.get(position + 1).copied().unwrap_or(end);
                let held = answers.iter().filter(|answer| answer.asked <= *sent);
                let held = held.filter_map(|answer| answer.held_until).max().unwrap_or(Tick::ZERO);
                let bound = match answers.iter().find(|answer| answer.asked == *sent) {
                    Some(answer) if answer.healthy => (*sent + secs(10)).max(answer.told),
                    Some(answer) => answer.told + secs(10),
                    None => *sent + secs(10) + secs(10),
                };
                let bound = bound.max(held) + setting.window;
                prop_assert!(next <= bound, "{next:?} is after {bound:?}, asked at {sent:?}");
            }
        }
    }

    #[test]
    fn equal_seeds_give_equal_runs(tasks in prop::collection::vec(any_task(), 1..20), setting in any_setting()) {
        prop_assert_eq!(play(&tasks, setting), play(&tasks, setting));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn healthy_tasks_that_start_together_share_their_requests(
        count in 1_u32..350, seed: u64, latency in 0_u64..500, seconds in 17_u64..120,
    ) {
        let requests = together(count, seed, ms(latency), secs(seconds));
        let bound = 2 * u64::from(count.div_ceil(100)) * most_polls(secs(seconds));
        prop_assert!(requests <= bound, "{requests} requests, {bound} allowed");
    }
}

/// How many requests `count` tasks make that start together and run for `time`.
fn together(count: u32, seed: u64, latency: Duration, time: Duration) -> u64 {
    let mut scheduler = Scheduler::new(Limits::default());
    let plan = Arc::new(Plan::new());
    for key in 0..count {
        scheduler.insert(key, Poll::new(Arc::clone(&plan), seed ^ u64::from(key), Tick::ZERO), Tick::ZERO);
    }
    let answer = |_, _| (latency, Outcome::Seen(Seen::Running));
    let trace = run(&mut scheduler, Tick::ZERO, Tick::ZERO + time, answer);
    trace.requests.len() as u64
}

#[test]
fn a_thousand_tasks_need_hardly_more_requests_than_full_ones() {
    for (seconds, fewest) in [(60, 11), (300, 41)] {
        let requests = together(1_000, 1, ms(100), secs(seconds));
        let full = 10 * fewest;
        assert!(requests <= full + full / 5, "{requests} requests in {seconds} s, {full} if all were full");
    }
}

#[test]
fn an_outage_costs_a_hundred_retries() {
    let (count, outage) = (300, secs(120));
    let mut scheduler = Scheduler::new(Limits::default());
    let plan = Arc::new(Plan::new());
    for key in 0..count {
        scheduler.insert(key, Poll::new(Arc::clone(&plan), u64::from(key), Tick::ZERO), Tick::ZERO);
    }
    let trace = run(&mut scheduler, Tick::ZERO, Tick::ZERO + outage, |_, _| (ms(50), Outcome::Fault(None)));

    let mut last_asked = HashMap::new();
    let mut retries = 0;
    for request in &trace.requests {
        let early = |key: &u32| {
            let last = last_asked.get(key).copied();
            last.is_some_and(|last: Tick| request.at.duration_since(last) < secs(10))
        };
        retries += usize::from(request.keys.iter().all(early));
        last_asked.extend(request.keys.iter().map(|key| (*key, request.at)));
    }
    assert_eq!(retries, 100);
    assert_eq!(last_asked.len(), count as usize);
    for key in (0..count).step_by(37) {
        assert!(trace.asked(key).len() >= 12, "{key} was left alone");
    }
}

#[test]
fn a_storm_leaves_every_task_alive() {
    let mut scheduler = Scheduler::new(Limits { quota: Quota::default(), ..Limits::default() });
    let plan = Arc::new(Plan::new());
    for key in 0..200 {
        scheduler.insert(key, Poll::new(Arc::clone(&plan), u64::from(key), Tick::ZERO), Tick::ZERO);
    }
    let trace = run(&mut scheduler, Tick::ZERO, Tick::MAX, |now, _| {
        let outcome = if now < at(60_000) { Outcome::Fault(None) } else { Outcome::Seen(Seen::Settled) };
        (ms(50), outcome)
    });
    assert_eq!(trace.finished.len(), 200);
    for (end, ending) in trace.finished.values() {
        assert_eq!(*ending, Ending::Settled);
        assert!(*end <= at(70_200), "{end:?}");
    }
}
