//! How long results were ready before they were noticed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// In seconds, from a result being ready at the server to the reply that delivers it first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Lag {
    pub(super) mean: f64,
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) max: f64,
}

impl Lag {
    pub(super) fn of(mut lags: Vec<Duration>) -> Self {
        lags.sort_unstable();
        let sum: f64 = lags.iter().map(Duration::as_secs_f64).sum();
        let at = |share: f64| {
            let place = (lags.len().saturating_sub(1) as f64 * share).round() as usize;
            lags.get(place).map(Duration::as_secs_f64).unwrap_or_default()
        };
        Self {
            mean: rounded(sum / lags.len().max(1) as f64),
            p50: rounded(at(0.5)),
            p99: rounded(at(0.99)),
            max: rounded(at(1.0)),
        }
    }
}

/// To three digits after the point.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_those_of_the_sorted_lags() {
        let lag = Lag::of((0..=100).rev().map(Duration::from_secs).collect());
        assert_eq!(lag, Lag { mean: 50.0, p50: 50.0, p99: 99.0, max: 100.0 });
        assert_eq!(Lag::of(Vec::new()), Lag::default());
    }
}
