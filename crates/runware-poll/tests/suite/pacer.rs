use std::collections::VecDeque;

use proptest::prelude::*;
use runware_poll::{Admission, Pacer, Pacing, Tick};

use crate::{at, millis, ms, secs};

fn paced(rate: f64) -> Pacer {
    Pacer::new(Pacing::new().with_rate(rate).unwrap().with_in_flight(usize::MAX))
}

fn at_once(in_flight: usize) -> Pacer {
    Pacer::new(Pacing::new().with_in_flight(in_flight))
}

/// Sends whenever it may until the end; returns when, in milliseconds.
fn sends(pacer: &mut Pacer, mut now: Tick, end: Tick) -> Vec<u64> {
    let mut sent = Vec::new();
    while now < end {
        match pacer.admit(now) {
            Admission::Now => {
                pacer.sent(now);
                sent.push(millis(now));
            }
            Admission::At(moment) => now = moment,
            Admission::Crowded => break,
        }
    }
    sent
}

#[test]
fn a_rate_is_a_finite_number_above_zero() {
    for rate in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, -1.0] {
        let error = Pacing::new().with_rate(rate).unwrap_err();
        assert_eq!(error.field(), "pacing.rate");
        assert_eq!(error.to_string(), format!("`pacing.rate` is {rate}; it must be a finite number above 0"));
    }
    assert_eq!(Pacing::new().with_in_flight(0).in_flight(), 1);
    assert_eq!((Pacing::default().rate(), Pacing::default().in_flight()), (None, 16));
}

#[test]
fn after_one_seconds_worth_requests_go_at_the_rate() {
    assert_eq!(sends(&mut paced(4.0), at(0), at(1001)), [0, 0, 0, 0, 250, 500, 750, 1000]);
    assert_eq!(sends(&mut paced(0.5), at(0), at(4001)), [0, 2000, 4000], "at least one");
    assert_eq!(sends(&mut paced(2.5), at(0), at(801)), [0, 0, 400, 800], "rounded down");
}

#[test]
fn a_pause_is_worth_one_second_at_most() {
    let mut pacer = paced(2.0);
    sends(&mut pacer, at(0), at(1));
    assert_eq!(sends(&mut pacer, at(700), at(1200)), [700, 1000], "0.7 s after an empty bucket");
    assert_eq!(sends(&mut pacer, at(60_000), at(60_600)), [60_000, 60_000, 60_500]);
}

#[test]
fn no_rate_is_too_high_or_too_low() {
    let mut fast = paced(f64::MAX);
    for _ in 0..100_000 {
        assert_eq!(fast.admit(at(1)), Admission::Now);
        fast.sent(at(1));
    }
    let mut slow = paced(f64::MIN_POSITIVE);
    slow.sent(at(0));
    assert_eq!(slow.admit(at(u64::MAX / 2_000_000)), Admission::At(Tick::MAX));
}

#[test]
fn no_more_are_under_way_than_allowed() {
    let mut pacer = at_once(3);
    assert_eq!(sends(&mut pacer, at(0), at(1)).len(), 3);
    assert_eq!((pacer.under_way(), pacer.admit(at(9))), (3, Admission::Crowded));
    pacer.answered();
    pacer.lost();
    assert_eq!(sends(&mut pacer, at(9), at(10)).len(), 2);
}

#[test]
fn a_busy_server_gets_half_as_many_and_then_one_more_for_each_round_of_answers() {
    let mut pacer = at_once(16);
    sends(&mut pacer, at(0), at(1));
    for _ in 0..16 {
        pacer.throttled(at(100), at(0), None);
    }
    assert_eq!((pacer.limit(), pacer.under_way()), (8, 0), "one round, one cut");
    assert_eq!(pacer.admit(at(100)), Admission::Now, "it did not ask for time");
    let mut answers = Vec::new();
    for answer in 1..=200 {
        let before = pacer.limit();
        pacer.answered();
        if pacer.limit() > before {
            answers.push(answer);
        }
    }
    assert_eq!(answers, [8, 17, 27, 38, 50, 63, 77, 92]);
    assert_eq!(pacer.limit(), 16);
}

#[test]
fn each_round_may_cut_once_and_one_is_always_left() {
    let mut pacer = at_once(5);
    for (round, limit) in [(1, 2), (2, 1), (3, 1)] {
        let sent_at = at(round * 100);
        pacer.sent(sent_at);
        pacer.sent(sent_at);
        pacer.throttled(sent_at + ms(50), sent_at, None);
        pacer.throttled(sent_at + ms(90), sent_at, None);
        assert_eq!(pacer.limit(), limit);
    }
    for _ in 0..10 {
        pacer.answered();
    }
    assert_eq!(pacer.limit(), 5, "1 + 2 + 3 + 4 answers");
}

#[test]
fn a_request_of_before_the_cut_that_is_answered_late_cuts_nothing() {
    let mut pacer = at_once(8);
    pacer.sent(at(0));
    pacer.sent(at(10));
    pacer.throttled(at(20), at(0), None);
    pacer.sent(at(30));
    pacer.throttled(at(500), at(10), None);
    assert_eq!(pacer.limit(), 4);
    pacer.throttled(at(600), at(30), None);
    assert_eq!(pacer.limit(), 2);
}

#[test]
fn a_request_that_is_lost_lets_nothing_grow() {
    let mut pacer = at_once(2);
    pacer.throttled(at(0), at(0), None);
    for _ in 0..100 {
        pacer.sent(at(1));
        pacer.lost();
    }
    assert_eq!(pacer.limit(), 1);
}

#[test]
fn retry_after_holds_everything_until_then_and_no_shorter_wish_ends_it() {
    let mut pacer = at_once(16);
    pacer.sent(at(0));
    pacer.sent(at(0));
    pacer.throttled(at(100), at(0), Some(secs(7)));
    pacer.throttled(at(200), at(0), Some(secs(2)));
    for now in [200, 2_200, 7_099] {
        assert_eq!(pacer.admit(at(now)), Admission::At(at(7_100)));
        assert_eq!(pacer.admit_aside(at(now)), Admission::At(at(7_100)));
    }
    assert_eq!(pacer.admit(at(7_100)), Admission::Now);
}

#[test]
fn what_goes_aside_counts_for_the_rate_alone() {
    let mut pacer = Pacer::new(Pacing::new().with_rate(2.0).unwrap().with_in_flight(1));
    pacer.sent(at(0));
    assert_eq!((pacer.admit(at(0)), pacer.admit_aside(at(0))), (Admission::Crowded, Admission::Now));
    pacer.sent_aside(at(0));
    assert_eq!(pacer.admit_aside(at(0)), Admission::At(at(500)));
    pacer.throttled_aside(at(100), at(0), Some(secs(1)));
    assert_eq!((pacer.under_way(), pacer.admit_aside(at(100))), (1, Admission::At(at(1_100))));
}

/// What happens in a step of a run.
#[derive(Clone, Copy, Debug)]
enum Fact {
    Pass(u64),
    Send,
    Answer,
    Lose,
    Throttle(Option<u64>),
}

fn any_fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        3 => (0_u64..400).prop_map(Fact::Pass),
        8 => Just(Fact::Send),
        3 => Just(Fact::Answer),
        1 => Just(Fact::Lose),
        1 => prop::option::of(0_u64..3_000).prop_map(Fact::Throttle),
    ]
}

proptest! {
    #[test]
    fn a_run_keeps_to_the_rate_the_number_and_the_wishes(
        rate in prop::option::of(0.2_f64..60.0), most in 1_usize..20,
        facts in prop::collection::vec(any_fact(), 1..400),
    ) {
        let mut pacing = Pacing::new().with_in_flight(most);
        if let Some(rate) = rate {
            pacing = pacing.with_rate(rate).unwrap();
        }
        let mut pacer = Pacer::new(pacing);
        let (mut now, mut held_until) = (at(0), at(0));
        let mut under_way: VecDeque<Tick> = VecDeque::new();
        let mut sent: Vec<Tick> = Vec::new();
        for fact in facts {
            let admission = pacer.admit(now);
            prop_assert_eq!(pacer.admit(now), admission, "asking changes nothing");
            match fact {
                Fact::Pass(millis) => now = now + ms(millis),
                Fact::Send => match admission {
                    Admission::Now => {
                        pacer.sent(now);
                        sent.push(now);
                        under_way.push_back(now);
                        prop_assert!(now >= held_until);
                    }
                    Admission::At(moment) => {
                        prop_assert!(moment > now);
                        // The moment is right, and no later than need be.
                        let at_last = pacer.admit(moment);
                        prop_assert!(!matches!(at_last, Admission::At(_)), "{:?}", at_last);
                    }
                    Admission::Crowded => prop_assert!(pacer.under_way() >= pacer.limit()),
                },
                Fact::Answer => if under_way.pop_front().is_some() { pacer.answered() },
                Fact::Lose => if under_way.pop_back().is_some() { pacer.lost() },
                Fact::Throttle(retry_after) => if let Some(sent_at) = under_way.pop_front() {
                    let retry_after = retry_after.map(ms);
                    pacer.throttled(now, sent_at, retry_after);
                    held_until = held_until.max(now + retry_after.unwrap_or_default());
                },
            }
            prop_assert_eq!(pacer.under_way(), under_way.len());
            prop_assert!(under_way.len() <= most);
            prop_assert!((1..=most).contains(&pacer.limit()));
        }
        if let Some(rate) = rate {
            let burst = rate.floor().max(1.0);
            for (first, from) in sent.iter().enumerate() {
                for (last, until) in sent.iter().enumerate().skip(first) {
                    let allowed = until.duration_since(*from).as_secs_f64().mul_add(rate, burst);
                    prop_assert!((last - first + 1) as f64 <= allowed + 1e-6);
                }
            }
        }
    }

    #[test]
    fn a_rate_is_used_up(rate in 0.2_f64..200.0) {
        let sent = sends(&mut paced(rate), at(0), at(20_000)).len() as f64;
        prop_assert!(sent >= rate * 20.0 - 1e-3, "{}", sent);
    }

    #[test]
    fn once_the_server_is_not_busy_the_most_is_reached_within_the_stated_answers(
        most in 1_usize..40, cuts in 1_u64..10,
    ) {
        let mut pacer = at_once(most);
        for round in 1..=cuts {
            pacer.sent(at(round * 10));
            pacer.throttled(at(round * 10 + 5), at(round * 10), None);
        }
        for _ in 0..most * (most - 1) / 2 {
            pacer.sent(at(1_000));
            pacer.answered();
        }
        prop_assert_eq!(pacer.limit(), most);
    }
}
