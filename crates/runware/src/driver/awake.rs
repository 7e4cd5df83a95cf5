//! Noticing that the machine was asleep.
//!
//! The clock that everything goes by may stand still meanwhile, and the server's does not. So the time of day is held
//! against it: what that runs ahead of it counts as slept through, whether the machine slept or somebody has set it
//! forward. That makes attempts older, and what the journal has cleared void, so that a wrong time of day costs a question
//! and never a second purchase. Where it is set back, the clock alone counts.

use std::time::Duration;

use runware_poll::Tick;

use super::Driver;
use super::entries::Entries;

/// Less than this is not noticed before it has added up: leases and the hour have more than that to spare.
const LEAST: Duration = Duration::from_secs(10);

/// Until when the machine is known to have been awake, by the clock and by the time of day.
#[derive(Debug)]
pub(super) struct Awake {
    clock: Tick,
    time_of_day: Duration,
}

impl Driver {
    /// Takes in that the machine was asleep, if it was. To be called before anything is sent.
    pub(super) fn notice_sleep(&mut self, now: Tick) {
        let Some(time) = self.awake.slept(now, self.clock.time_of_day()) else { return };
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
    pub(super) fn new(clock: Tick, time_of_day: Duration) -> Self {
        Self { clock, time_of_day }
    }

    /// For how long the machine has slept since it was last said, if it has.
    fn slept(&mut self, clock: Tick, time_of_day: Duration) -> Option<Duration> {
        let expected = self.time_of_day.saturating_add(clock.duration_since(self.clock));
        let slept = time_of_day.checked_sub(expected);
        if slept.is_some_and(|time| time < LEAST) {
            return None;
        }
        *self = Self { clock, time_of_day };
        slept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_time_of_day_runs_ahead_was_slept_through() {
        let second = Duration::from_secs;
        let at = |seconds: u64| Tick::from_duration(second(seconds));
        let mut awake = Awake::new(at(0), second(1_000));
        assert_eq!(awake.slept(at(100), second(1_100)), None);
        // Short ones add up.
        assert_eq!(awake.slept(at(101), second(1_107)), None);
        assert_eq!(awake.slept(at(102), second(1_112)), Some(second(10)));
        assert_eq!(awake.slept(at(103), second(1_113)), None, "it is said once");
        // It is set back, and counts on from there.
        assert_eq!(awake.slept(at(104), second(0)), None);
        assert_eq!(awake.slept(at(105), second(7_201)), Some(second(7_200)));
    }
}
