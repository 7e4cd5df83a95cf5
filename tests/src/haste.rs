//! Clocks that are fast: hours in minutes, over real connections and between real processes.

use std::time::{Duration, SystemTime};

use runware::transport::{Clock, Sleep, TokioClock};
use runware_journal::{BootClock, SystemBootClock};

/// A clock that goes so many times as fast as the runtime's.
#[derive(Clone, Copy, Debug)]
pub struct Haste {
    clock: TokioClock,
    times: u32,
}

impl Haste {
    /// So many times as fast.
    pub fn new(times: u32) -> Self {
        Self { clock: TokioClock::new(), times }
    }
}

impl Clock for Haste {
    fn now(&self) -> Duration {
        self.clock.now() * self.times
    }

    fn sleep_until(&self, at: Duration) -> Sleep {
        // Rounded up: whoever wakes up too soon would not sleep again.
        self.clock.sleep_until(at / self.times + Duration::from_nanos(1))
    }
}

impl runware_emulator::Clock for Haste {
    fn now(&self) -> Duration {
        Clock::now(self)
    }

    fn sleep_until(&self, at: Duration) -> runware_emulator::Sleep {
        Clock::sleep_until(self, at)
    }
}

/// The time since the start of the machine, so many times as fast, for all processes alike.
#[derive(Clone, Debug)]
pub struct HastyBoot {
    clock: SystemBootClock,
    times: u32,
}

impl HastyBoot {
    /// So many times as fast.
    pub fn new(times: u32) -> Self {
        Self { clock: SystemBootClock::new(), times }
    }
}

impl BootClock for HastyBoot {
    fn boot(&self) -> Option<String> {
        self.clock.boot()
    }

    fn since_boot(&self) -> Duration {
        self.clock.since_boot() * self.times
    }

    fn time_of_day(&self) -> SystemTime {
        self.clock.time_of_day()
    }
}
