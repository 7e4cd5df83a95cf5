//! What holds for one task, whatever the server does.

use std::time::Duration;

use proptest::prelude::*;
use runware_poll::{Ending, Fault, Plan, Poll, Seen, Step, Tick};

use crate::{most_polls, ms, secs};

/// What comes of one query.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    Seen(Seen),
    Fault(Option<Duration>),
    Lost,
}

#[derive(Clone, Copy, Debug)]
struct Reply {
    latency: Duration,
    outcome: Outcome,
}

#[derive(Debug, Default)]
struct Trace {
    sent: Vec<Tick>,
    faults: Vec<Tick>,
    /// When the server asked to be left alone, and until when.
    holds: Vec<(Tick, Tick)>,
    end: Option<(Tick, Ending)>,
}

/// A driver that does at once what it is told to; `reply` is asked for each query. It is also a check that
/// no wait and no time-out goes beyond the deadline, and that time gets on.
fn run(mut poll: Poll, mut reply: impl FnMut(Tick) -> Reply) -> Trace {
    let (mut now, mut trace, mut coming) = (Tick::ZERO, Trace::default(), None::<(Tick, Outcome)>);
    loop {
        if let Some((at, outcome)) = coming.take_if(|(at, _)| *at <= now) {
            match outcome {
                Outcome::Seen(seen) => poll.observed(at, seen),
                Outcome::Fault(retry_after) => {
                    trace.faults.push(at);
                    trace.holds.extend(retry_after.map(|delay| (at, at + delay)));
                    poll.failed(at, Fault { retry_after, ..Fault::transient() });
                }
                Outcome::Lost => {}
            }
        }
        match poll.step(now) {
            Step::Wait { until } => {
                assert!(now < until && until <= poll.deadline());
                now = coming.map_or(until, |(at, _)| until.min(at.max(now)));
            }
            Step::Query { timeout_at } => {
                assert!(now < timeout_at && timeout_at <= poll.deadline());
                trace.sent.push(now);
                poll.sent(now);
                let reply = reply(now);
                if let Outcome::Lost = reply.outcome {
                    trace.faults.push(timeout_at);
                }
                coming = Some((now + reply.latency, reply.outcome));
            }
            Step::Question => poll.answered(now),
            Step::Finished(ending) => {
                trace.end = Some((now, ending));
                return trace;
            }
        }
    }
}

fn any_reply(seen: impl Strategy<Value = Seen>, faults: u32) -> impl Strategy<Value = Reply> {
    let retry_after = prop::option::weighted(0.2, (0_u64..60_000).prop_map(ms));
    let outcome = prop_oneof![
        8 => seen.prop_map(Outcome::Seen),
        faults => retry_after.prop_map(Outcome::Fault),
        faults / 3 => Just(Outcome::Lost),
    ];
    (0_u64..3_000, outcome).prop_map(|(latency, outcome)| Reply { latency: ms(latency), outcome })
}

fn visible() -> impl Strategy<Value = Seen> {
    prop_oneof![Just(Seen::Running), Just(Seen::Unknown)]
}

fn poll(seed: u64, deadline: Duration) -> Poll {
    Poll::new(Plan::new().with_deadline(deadline), seed, Tick::ZERO)
}

fn gaps(trace: &Trace) -> impl Iterator<Item = Duration> {
    let before = std::iter::once(&Tick::ZERO).chain(&trace.sent);
    trace.sent.iter().zip(before).map(|(sent, before)| sent.duration_since(*before))
}

proptest! {
    #[test]
    fn healthy_polls_keep_their_gaps_and_their_number(
        seed: u64,
        replies in prop::collection::vec(any_reply(visible(), 0), 1..40),
    ) {
        let mut replies = replies.iter().cycle();
        let trace = run(poll(seed, secs(1_200)), |_| *replies.next().unwrap());
        for gap in gaps(&trace) {
            prop_assert!(ms(800) <= gap && gap <= secs(10), "a gap of {gap:?}");
        }
        for (position, sent) in trace.sent.iter().enumerate() {
            prop_assert!((position as u64) < most_polls(sent.since_origin()), "{sent:?}");
        }
        prop_assert_eq!(trace.end, Some((Tick::ZERO + secs(1_200), Ending::Deadline)));
    }

    #[test]
    fn faults_neither_end_a_task_nor_hurry_it(
        seed: u64,
        deadline in 0_u64..600_000,
        replies in prop::collection::vec(any_reply(visible(), 12), 1..60),
    ) {
        let mut replies = replies.iter().cycle();
        let trace = run(poll(seed, ms(deadline)), |_| *replies.next().unwrap());
        prop_assert_eq!(trace.end, Some((Tick::from_millis(deadline), Ending::Deadline)));
        prop_assert!(gaps(&trace).all(|gap| gap >= ms(800)));
        for sent in &trace.sent {
            let allowed = trace.holds.iter().all(|(asked, until)| sent <= asked || until <= sent);
            prop_assert!(allowed, "sent at {sent:?} in spite of {:?}", trace.holds);
            let sent_by_then = trace.sent.iter().filter(|other| *other <= sent).count() as u64;
            let faults = trace.faults.iter().filter(|fault| *fault <= sent).count() as u64;
            prop_assert!(sent_by_then <= most_polls(sent.since_origin()) + faults);
        }
    }

    #[test]
    fn a_task_settles_soon_after_the_faults_stop(
        seed: u64,
        quiet_from in 0_u64..600_000,
        latency in 0_u64..5_000,
        replies in prop::collection::vec(any_reply(visible(), 12), 1..60),
    ) {
        let quiet_from = Tick::from_millis(quiet_from);
        let mut replies = replies.iter().cycle();
        let trace = run(poll(seed, secs(1_200)), |now| {
            if now >= quiet_from {
                return Reply { latency: ms(latency), outcome: Outcome::Seen(Seen::Settled) };
            }
            *replies.next().unwrap()
        });
        let (end, ending) = trace.end.unwrap();
        prop_assert_eq!(ending, Ending::Settled);
        let held_until = trace.holds.iter().map(|(_, until)| *until).max().unwrap_or(Tick::ZERO);
        // A query sent just before is waited for, then recovered from; the next one settles it.
        let bound = (quiet_from + secs(10 + 10)).max(held_until) + ms(latency);
        prop_assert!(end <= bound, "{end:?} is after {bound:?}");
    }

    #[test]
    fn equal_seeds_give_equal_traces(seed: u64, replies in prop::collection::vec(any_reply(visible(), 6), 1..60)) {
        let trace = || {
            let mut replies = replies.iter().cycle();
            run(poll(seed, secs(300)), |_| *replies.next().unwrap()).sent
        };
        prop_assert_eq!(trace(), trace());
    }
}
