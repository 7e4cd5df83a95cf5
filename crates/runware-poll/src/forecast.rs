//! [`Forecast`]: when a task is likely to end.

use std::time::Duration;

/// When a task of a kind is likely to end, given that it has not yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {}

impl Forecast {
    /// The gap from a look `elapsed` after the beginning of a task to the next one.
    pub fn gap(&self, elapsed: Duration, worth: Duration, floor: Duration, cap: Duration) -> Duration {
        let _ = (elapsed, worth);
        floor.min(cap)
    }
}
