//! Seconds, as numbers and as the time of the machines.

use runware_poll::Tick;
use std::time::Duration;

/// A length of time; nothing is shorter than none.
pub fn duration(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.max(0.0))
}

/// A moment, in seconds after the origin.
pub fn tick(seconds: f64) -> Tick {
    Tick::from_duration(duration(seconds))
}

/// The same moment as a number.
pub fn seconds(tick: Tick) -> f64 {
    tick.since_origin().as_secs_f64()
}
