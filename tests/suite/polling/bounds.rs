//! What holds on every workload, whatever goes wrong: gaps, counts, Retry-After, the quota, the deadline.

use std::time::Duration;

use fastrand::Rng;
use runware_poll::{Cadence, Durations, Ending, Forecast, Plan, Tick};
use runware_tests::simulate::schedule::plan;
use runware_tests::simulate::task::Arrivals;
use runware_tests::simulate::workload::{PLAIN, WORKLOADS, Workload};
use runware_tests::simulate::world::{Fate, Ours, Setting, Trace, drive, known};

/// The shortest gap there is.
const SHORTEST: Duration = Duration::from_millis(800);
/// The longest delay after a fault, and how long an answer is waited for.
const RECOVERY: Duration = Duration::from_secs(10);
/// How long a look may wait for company.
const WINDOW: Duration = Duration::from_millis(50);
const DEADLINE: Duration = Duration::from_secs(400);

/// A cadence, and the longest gap that it may leave.
const CADENCES: [(Cadence, Duration); 2] = [
    (Cadence::exponential(), RECOVERY),
    // A twentieth is what a gap may be spread by.
    (Cadence::learned(), Forecast::LONGEST_QUIET.saturating_add(Duration::from_secs(3))),
];

/// One question about one task.
#[derive(Clone, Copy, Debug)]
struct Question {
    key: usize,
    asked: Tick,
    /// When what became of it was told; never, if it was lost.
    told: Option<Tick>,
    healthy: bool,
}

/// Plays a setting with a server that fails as chance has it.
fn play(setting: &Setting, ours: Ours, faults: u8) -> (Trace, Vec<Question>) {
    let (mut rng, mut questions) = (Rng::with_seed(setting.seed), Vec::new());
    let (mut sent, mut latency) = (Tick::MAX, Duration::ZERO);
    let trace = drive(setting, ours, &mut |now, key| {
        if now != sent {
            (sent, latency) = (now, Duration::from_millis(rng.u64(0..1_500)));
        }
        let fate = match rng.u8(0..100) {
            dice if dice >= faults => Fate::Answer,
            dice if dice % 5 == 0 => Fate::Lost,
            dice if dice % 5 == 1 => Fate::Fault(Some(Duration::from_millis(rng.u64(0..30_000)))),
            _ => Fate::Fault(None),
        };
        let told = (fate != Fate::Lost).then_some(now + latency);
        questions.push(Question { key, asked: now, told, healthy: fate == Fate::Answer });
        (latency, fate)
    });
    (trace, questions)
}

fn with_deadline(cadence: Cadence) -> Ours {
    let plan = Plan::new().with_deadline(DEADLINE).with_cadence(cadence).unwrap();
    Ours { plan: plan.into(), durations: Durations::new(), now: Tick::ZERO }
}

fn each_way(mut check: impl FnMut(&Setting, Cadence, Duration, u8)) {
    for (workload, seed) in WORKLOADS.into_iter().zip(1..) {
        for arrivals in [Arrivals::Together, Arrivals::Open(0.5), Arrivals::OneByOne] {
            let setting = Setting { workload, count: 12, arrivals, seed };
            for (cadence, longest) in CADENCES {
                for faults in [0, 35] {
                    check(&setting, cadence, longest, faults);
                }
            }
        }
    }
}

#[test]
fn a_task_is_asked_neither_too_often_nor_too_seldom_and_never_twice_at_once() {
    each_way(|setting, cadence, longest, faults| {
        let (trace, questions) = play(setting, with_deadline(cadence), faults);
        for (key, start) in trace.starts.iter().enumerate() {
            let mine: Vec<Question> =
                questions.iter().copied().filter(|question| question.key == key).collect();
            let (end, _) = trace.ends[&key];
            let first = mine.first().map_or(end, |question| question.asked);
            assert!(first == end || first.duration_since(*start) >= SHORTEST, "{setting:?}: {first:?}");
            assert!(first <= *start + longest + WINDOW, "{setting:?}: {first:?}");
            for (at, question) in mine.iter().enumerate() {
                let over = question
                    .told
                    .map_or(question.asked + RECOVERY, |told| told.min(question.asked + RECOVERY));
                let next = match mine.get(at + 1) {
                    Some(next) => {
                        let gap = next.asked.duration_since(question.asked);
                        assert!(gap >= SHORTEST, "{setting:?} {cadence:?}: {gap:?}");
                        assert!(next.asked >= over, "{setting:?} {cadence:?}: asked while asking, {next:?}");
                        next.asked
                    }
                    None => end,
                };
                let held = trace.faults.iter().filter(|told| told.key == key && told.asked <= question.asked);
                let held = held.filter_map(|told| told.held_until).max().unwrap_or(Tick::ZERO);
                let bound = match question.healthy {
                    true => (question.asked + longest).max(over),
                    false => over + RECOVERY,
                };
                let bound = bound.max(held) + WINDOW;
                assert!(next <= bound, "{setting:?} {cadence:?}: {next:?} is after {bound:?}, {question:?}");
            }
        }
    });
}

#[test]
fn nothing_is_asked_before_a_retry_after_is_over() {
    let mut held = 0;
    each_way(|setting, cadence, _, faults| {
        let (trace, _) = play(setting, with_deadline(cadence), faults);
        let asked = trace.asked();
        for told in &trace.faults {
            let Some(until) = told.held_until else { continue };
            held += 1;
            let too_soon = asked[told.key].iter().find(|asked| told.at < **asked && **asked < until);
            assert_eq!(too_soon, None, "{setting:?} {cadence:?}: {told:?}");
        }
    });
    assert!(held > 500, "only {held} wishes to be left alone");
}

#[test]
fn every_task_is_over_by_its_deadline_on_the_tick() {
    let (mut settled, mut given_up) = (0, 0);
    each_way(|setting, cadence, _, faults| {
        let (trace, _) = play(setting, with_deadline(cadence), faults);
        assert_eq!(trace.ends.len(), setting.count);
        for (key, (end, ending)) in &trace.ends {
            let deadline = trace.starts[*key] + DEADLINE;
            match ending {
                Ending::Settled => {
                    assert!(*end <= deadline, "{setting:?} {cadence:?}: {key} ended at {end:?}");
                    settled += 1;
                }
                Ending::Deadline => {
                    assert_eq!(*end, deadline, "{setting:?} {cadence:?}: {key}");
                    given_up += 1;
                }
                other => panic!("{setting:?} {cadence:?}: {other:?}"),
            }
        }
    });
    assert!(settled > 1_000 && given_up > 5, "{settled} settled, {given_up} given up");
}

/// How often a task may be asked in so many seconds.
fn most_checks(seconds: f64) -> usize {
    6 + ((seconds - 16.6) / 8.0).floor() as usize
}

#[test]
fn a_healthy_task_is_asked_only_so_often() {
    for (cadence, more) in [(Cadence::exponential(), 0), (Cadence::learned(), LEARNED_MORE)] {
        for (workload, seed) in WORKLOADS.into_iter().zip(1..) {
            let setting = Setting { workload, count: 60, arrivals: Arrivals::Open(1.0), seed };
            let (trace, _) = play(&setting, with_deadline(cadence), 0);
            for (asked, start) in trace.asked().iter().zip(&trace.starts) {
                for (checks, at) in (1..).zip(asked) {
                    let seconds = at.duration_since(*start).as_secs_f64();
                    let most = most_checks(seconds.max(17.0)) + more;
                    assert!(checks <= most, "{}: {cadence:?}: {checks} in {seconds} s", workload.name);
                }
            }
        }
    }
}

/// How many looks more than the exponential cadence the learned one may make, whatever it knows.
const LEARNED_MORE: usize = 3;

#[test]
fn tasks_that_start_together_share_their_requests() {
    for (cadence, _) in CADENCES {
        for workload in [PLAIN[0], PLAIN[3]] {
            for count in [1, 100, 250] {
                let setting = Setting { workload, count, arrivals: Arrivals::Together, seed: 3 };
                let (trace, _) = play(&setting, with_deadline(cadence), 0);
                for (requests, (at, _)) in (1..).zip(&trace.requests) {
                    let most = most_checks(at.since_origin().as_secs_f64().max(17.0));
                    let most = 2 * count.div_ceil(100) * most;
                    assert!(requests <= most, "{count} {}: {requests} requests by {at:?}", workload.name);
                }
            }
        }
    }
}

#[test]
fn between_two_successes_there_are_a_hundred_retries_at_most() {
    for (cadence, _) in CADENCES {
        let setting = Setting { workload: outage(), count: 400, arrivals: Arrivals::Together, seed: 9 };
        let ours = known(&setting, &plan(cadence), 50);
        let (from, until) = (ours.now + Duration::from_secs(30), ours.now + Duration::from_secs(150));
        let trace = drive(&setting, ours, &mut |now, _| {
            let fate = if (from..until).contains(&now) { Fate::Fault(None) } else { Fate::Answer };
            (Duration::from_millis(50), fate)
        });

        // A request is a retry if each of its tasks failed last, and less than the longest gap ago.
        let mut failed = vec![None; setting.count];
        let mut retries = 0;
        for (at, keys) in trace.requests.iter().filter(|(at, _)| (from..until).contains(at)) {
            let early =
                |key: &usize| failed[*key].is_some_and(|last: Tick| at.duration_since(last) < RECOVERY);
            retries += usize::from(keys.iter().all(early));
            for key in keys {
                failed[*key] = Some(*at);
            }
        }
        assert!((50..=100).contains(&retries), "{cadence:?}: {retries} retries");
    }
}

/// Tasks that outlast an outage.
fn outage() -> Workload {
    PLAIN[4]
}
