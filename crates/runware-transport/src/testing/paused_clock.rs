//! A clock for a runtime whose time is paused.

use std::time::Duration;

use crate::clock::Sleep;
use crate::{Clock, TokioClock};

/// The clock of a tokio runtime whose time is paused: nothing else moves it.
///
/// It is a [`TokioClock`] without the wall clock: the time of day stands still with the runtime's, so that it does not
/// matter for how long the test itself, or its machine, is held up.
///
/// ```
/// use std::time::Duration;
/// use runware_transport::Clock;
/// use runware_transport::testing::PausedClock;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let clock = PausedClock::new();
/// clock.sleep_until(Duration::from_secs(3600)).await;
/// assert_eq!(clock.now(), Duration::from_secs(3600));
/// assert_eq!(clock.time_of_day(), clock.now());
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct PausedClock(TokioClock);

impl PausedClock {
    /// A clock whose origin is now.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Duration {
        self.0.now()
    }

    /// A future that ends once the runtime's time has reached `at`.
    ///
    /// # Panics
    ///
    /// As that of [`TokioClock`].
    fn sleep_until(&self, at: Duration) -> Sleep {
        self.0.sleep_until(at)
    }
}
