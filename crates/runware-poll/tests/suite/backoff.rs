use std::time::Duration;

use proptest::prelude::*;
use runware_poll::{Backoff, Jitter};

use crate::{ms, secs};

fn delays(backoff: &Backoff, seed: u64, count: usize) -> Vec<u128> {
    backoff.delays(seed).take(count).map(|delay| delay.as_millis()).collect()
}

#[test]
fn curves_without_jitter() {
    assert_eq!(delays(&Backoff::constant(ms(700)), 1, 4), [700; 4]);
    let exponential = Backoff::exponential(ms(500), 2.0, secs(10));
    assert_eq!(delays(&exponential, 1, 7), [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    assert_eq!(delays(&exponential, 2, 7), delays(&exponential, 1, 7), "no chance, so no seed matters");
}

#[test]
fn strange_figures_are_harmless() {
    for factor in [f64::NAN, f64::NEG_INFINITY, -2.0, 0.0, 0.5, 1.0] {
        assert_eq!(
            delays(&Backoff::exponential(ms(500), factor, secs(10)), 1, 4),
            [500; 4],
            "factor {factor}"
        );
    }
    assert_eq!(delays(&Backoff::exponential(ms(500), f64::INFINITY, secs(10)), 1, 3), [500, 10_000, 10_000]);
    assert_eq!(
        delays(&Backoff::exponential(secs(20), 2.0, secs(10)), 1, 2),
        [10_000; 2],
        "first above the cap"
    );
    assert_eq!(delays(&Backoff::decorrelated(secs(20), secs(10)), 1, 2), [10_000; 2], "first above the cap");
    assert_eq!(delays(&Backoff::exponential(ms(0), 2.0, secs(10)), 1, 2), [0; 2]);

    let longest = Backoff::exponential(Duration::MAX, f64::MAX, Duration::MAX).jitter(Jitter::Full);
    assert_eq!(longest.delays(1).take(3).count(), 3);
    assert_eq!(Backoff::decorrelated(Duration::MAX, Duration::MAX).delays(1).take(3).count(), 3);
}

#[test]
fn neighbouring_seeds_spread_evenly() {
    let backoff = Backoff::constant(secs(1)).jitter(Jitter::Full);
    let mut tenths = [0; 10];
    for seed in 0..10_000 {
        let delay = backoff.delays(seed).next().unwrap();
        tenths[usize::try_from(delay.as_millis() / 100).unwrap().min(9)] += 1;
    }
    assert!(tenths.iter().all(|count| (900..1_100).contains(count)), "{tenths:?}");
}

#[test]
fn delays_never_end_and_say_so() {
    assert_eq!(Backoff::constant(secs(1)).delays(1).size_hint(), (usize::MAX, None));
}

fn any_backoff() -> impl Strategy<Value = (Backoff, Duration, Duration)> {
    let bounds = (0_u64..5_000, 0_u64..20_000).prop_map(|(first, more)| (ms(first), ms(first + more)));
    let jitter = prop_oneof![Just(Jitter::None), Just(Jitter::Equal), Just(Jitter::Full)];
    (bounds, 1.0..4.0, jitter, 0..3).prop_map(|((first, cap), factor, jitter, kind)| {
        let backoff = match kind {
            0 => Backoff::constant(first),
            1 => Backoff::exponential(first, factor, cap),
            _ => Backoff::decorrelated(first, cap),
        };
        (backoff.jitter(jitter), first, if kind == 0 { first } else { cap })
    })
}

proptest! {
    #[test]
    fn equal_seeds_give_equal_delays((backoff, ..) in any_backoff(), seed: u64) {
        let delays = backoff.delays(seed);
        let first: Vec<_> = delays.clone().take(30).collect();
        prop_assert_eq!(&first, &delays.take(30).collect::<Vec<_>>(), "a clone goes on alike");
        prop_assert_eq!(first, backoff.delays(seed).take(30).collect::<Vec<_>>());
    }

    #[test]
    fn no_delay_exceeds_the_cap((backoff, _, cap) in any_backoff(), seed: u64) {
        prop_assert!(backoff.delays(seed).take(30).all(|delay| delay <= cap));
    }

    #[test]
    fn jitter_keeps_to_its_share(first in 1_u64..5_000, factor in 1.0..4.0, seed: u64) {
        let plain = Backoff::exponential(ms(first), factor, secs(30));
        let equal = plain.clone().jitter(Jitter::Equal);
        for (full, cut) in plain.delays(seed).zip(equal.delays(seed)).take(20) {
            prop_assert!(full / 2 <= cut && cut <= full, "{cut:?} of {full:?}");
        }
    }

    #[test]
    fn decorrelated_delays_grow_threefold_at_most(first in 1_u64..5_000, seed: u64) {
        let mut previous = ms(first);
        for delay in Backoff::decorrelated(ms(first), secs(30)).delays(seed).take(30) {
            prop_assert!(ms(first) <= delay && delay <= previous * 3);
            previous = delay;
        }
    }
}
