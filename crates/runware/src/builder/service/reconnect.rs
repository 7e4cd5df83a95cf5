//! When a lost connection is made again.

use std::time::Duration;

use fastrand::Rng;
use runware_poll::{Backoff, Jitter};

const FIRST: Duration = Duration::from_secs(1);
/// With what comes on top, no delay is longer than 30 s.
const LONGEST: Duration = Duration::from_millis(29_500);
/// However the dice fall, a server that has just dropped everybody is left alone for this long. It comes on top: as a
/// lower bound it would bring back together all those whose dice fell below it.
const SHORTEST: Duration = Duration::from_millis(500);

/// Makes a new series of delays each time: half a second, and up to 1 s, 2 s, 4 s and so on to 29.5 s more, spread over
/// the whole of that, so that clients which were dropped together do not come back together.
pub(super) fn schedule(seed: u64) -> impl FnMut() -> Box<dyn Iterator<Item = Duration> + Send> + Send {
    let backoff = Backoff::exponential(FIRST, 2.0, LONGEST).jitter(Jitter::Full);
    let mut rng = Rng::with_seed(seed);
    move || Box::new(backoff.delays(rng.u64(..)).map(|delay| SHORTEST + delay))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_moment_is_the_choice_of_many() {
        let firsts: Vec<Duration> = (0..1_000).filter_map(|seed| schedule(seed)().next()).collect();
        for tenth in (500..1_500).step_by(100).map(Duration::from_millis) {
            let tenth = tenth..tenth + Duration::from_millis(100);
            let share = firsts.iter().filter(|delay| tenth.contains(delay)).count();
            assert!((60..150).contains(&share), "{share} of 1,000 within {tenth:?}");
        }
    }

    #[test]
    fn delays_grow_to_30_s_and_none_is_shorter_than_half_a_second() {
        let most = [1.0, 2.0, 4.0, 8.0, 16.0, 29.5, 29.5].map(Duration::from_secs_f64);
        let mut sum = Duration::ZERO;
        for seed in 0..500 {
            let delays: Vec<Duration> = schedule(seed)().take(most.len()).collect();
            assert!(
                delays.iter().zip(most).all(|(delay, most)| (SHORTEST..=most + SHORTEST).contains(delay)),
                "{delays:?}"
            );
            sum += delays[5];
        }
        let mean = sum / 500;
        assert!((Duration::from_secs(13)..Duration::from_secs(17)).contains(&mean), "full jitter: {mean:?}");
    }

    #[test]
    fn every_series_is_another_and_a_seed_gives_the_same_ones() {
        let series = |seed| {
            let mut schedule = schedule(seed);
            let first: Vec<Duration> = schedule().take(5).collect();
            let second: Vec<Duration> = schedule().take(5).collect();
            assert_ne!(first, second);
            (first, second)
        };
        assert_eq!(series(7), series(7));
        assert_ne!(series(7), series(8));
    }
}
