//! What a schedule costs on average, computed from the law and not drawn.

use super::law::Law;
use std::ops::{AddAssign, Div};

/// What noticing the end of a task costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// How often its state is asked.
    pub checks: f64,
    /// How long its end goes unnoticed, in seconds.
    pub lag: f64,
}

impl Cost {
    /// Both in one figure, for a check that is worth so many seconds of lag.
    pub fn at(&self, worth: f64) -> f64 {
        self.lag + worth * self.checks
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.checks += other.checks;
        self.lag += other.lag;
    }
}

impl Div<f64> for Cost {
    type Output = Self;

    fn div(self, by: f64) -> Self {
        Self { checks: self.checks / by, lag: self.lag / by }
    }
}

/// How unlikely a task has to be to be left out.
pub const NEGLIGIBLE: f64 = 1e-7;

/// What it costs on average to look at these moments, in seconds after the beginning, until the task is seen to be done.
///
/// The moments have to go on until hardly any task is left.
pub fn expected(law: &Law, looks: impl IntoIterator<Item = f64>) -> Cost {
    let (mut checks, mut noticed, mut done) = (0.0, 0.0, 0.0);
    for look in looks {
        if 1.0 - done < NEGLIGIBLE {
            break;
        }
        checks += 1.0 - done;
        let done_by = law.cdf(look);
        noticed += look * (done_by - done);
        done = done_by;
    }
    Cost { checks, lag: noticed - law.mean() * done }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_at_equal_gaps_have_the_costs_of_the_textbook() {
        let law = Law::Exponential { mean: 30.0 };
        let cost = expected(&law, (1..).map(|look| f64::from(look) * 5.0));
        let ended = 1.0 - (-5.0_f64 / 30.0).exp();
        assert!((cost.checks - 1.0 / ended).abs() < 1e-4, "{cost:?}");
        assert!((cost.lag - (5.0 / ended - 30.0)).abs() < 1e-3, "{cost:?}");
        assert_eq!(cost.at(2.0), cost.lag + 2.0 * cost.checks);
    }
}
