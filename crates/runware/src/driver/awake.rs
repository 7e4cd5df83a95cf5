//! Noticing that the machine was asleep.
//!
//! The clock that everything goes by may stand still meanwhile, and the server's does not. So the time of day is held
//! against it: what that runs ahead of it counts as slept through, whether the machine slept or somebody has set it
//! forward. That makes attempts older, and what the journal has cleared void, so that a wrong time of day costs a question
//! and never a second purchase. Where it is set back, the clock alone counts.

use std::time::Duration;

use runware_poll::Tick;
use runware_transport::Clock;

use super::Driver;
use super::entries::Entries;

/// Less than this is not noticed before it has added up: leases and the hour have more than that to spare.
const LEAST: Duration = Duration::from_secs(10);

/// A moment at which the machine was awake, by the clock and by the time of day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Awake {
    clock: Tick,
    time_of_day: Duration,
}

impl Driver {
    /// Takes in that the machine was asleep, if it was. To be called before anything is sent.
    pub(super) fn notice_sleep(&mut self, now: Tick) {
        let Some(time) = self.awake.slept(Awake::now(&*self.clock)) else { return };
        tracing::debug!(target: "runware", ?time, "the machine was asleep, or its time of day was set forward");
        self.tenure.void(now);
        self.entries.sleep_through(time);
    }
}

impl Entries {
    fn sleep_through(&mut self, time: Duration) {
        self.iter_mut().for_each(|entry| entry.submission.sleep_through(time));
    }
}

impl Awake {
    pub(crate) fn now(clock: &dyn Clock) -> Self {
        Self { clock: Tick::from_duration(clock.now()), time_of_day: clock.time_of_day() }
    }

    /// How much later the other one is, by whichever says more.
    pub(crate) fn until(self, other: Self) -> Duration {
        let by_clock = other.clock.duration_since(self.clock);
        by_clock.max(other.time_of_day.saturating_sub(self.time_of_day))
    }

    /// For how long the machine has slept since it was last said, if it has.
    fn slept(&mut self, now: Self) -> Option<Duration> {
        let expected = self.time_of_day.saturating_add(now.clock.duration_since(self.clock));
        let slept = now.time_of_day.checked_sub(expected);
        if slept.is_some_and(|time| time < LEAST) {
            return None;
        }
        *self = now;
        slept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_time_of_day_runs_ahead_was_slept_through() {
        let second = Duration::from_secs;
        let at = |clock: u64, time_of_day: u64| Awake {
            clock: Tick::from_duration(second(clock)),
            time_of_day: second(time_of_day),
        };
        let mut awake = at(0, 1_000);
        assert_eq!(awake.slept(at(100, 1_100)), None);
        // Short ones add up.
        assert_eq!(awake.slept(at(101, 1_107)), None);
        assert_eq!(awake.slept(at(102, 1_112)), Some(second(10)));
        assert_eq!(awake.slept(at(103, 1_113)), None, "it is said once");
        // It is set back, and counts on from there.
        assert_eq!(awake.slept(at(104, 0)), None);
        assert_eq!(awake.slept(at(105, 7_201)), Some(second(7_200)));
    }
}
