//! Where time comes from: the clock, and Tokio's.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A future that ends when a [`Clock`] reaches a time.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The one source of time of a transport, and of what is built on it.
///
/// Times are distances from the clock's own origin; they never go back, and may stand still while the machine sleeps. In
/// production this is [`TokioClock`]; in tests it is a clock that only moves when told to.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The time since this clock's origin.
    fn now(&self) -> Duration;

    /// The wall clock's time, as a distance from some fixed moment, and not from midnight.
    ///
    /// It goes on while the machine sleeps, which is what it is asked for: how far it runs ahead of [`now`](Self::now)
    /// makes things older, never younger. Somebody may set it, so that nothing may rest on it being right. By default it
    /// is [`now`](Self::now), so that no sleep of the machine is noticed.
    fn time_of_day(&self) -> Duration {
        self.now()
    }

    /// A future that ends once [`now`](Self::now) has reached `at`, and at once if it has already.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes the alarm back.
    fn sleep_until(&self, at: Duration) -> Sleep;
}

/// The clock of the tokio runtime: monotonic, and moved by a paused runtime.
///
/// Its origin is the moment of its creation.
///
/// ```
/// use std::time::Duration;
/// use runware_transport::{Clock, TokioClock};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let clock = TokioClock::new();
/// let wake_at = clock.now() + Duration::from_millis(5);
/// clock.sleep_until(wake_at).await;
/// assert!(clock.now() >= wake_at);
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    origin: tokio::time::Instant,
}

impl TokioClock {
    /// A clock whose origin is now.
    #[expect(clippy::disallowed_methods, reason = "this file is where tokio's time enters the workspace")]
    pub fn new() -> Self {
        Self { origin: tokio::time::Instant::now() }
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// The time since 1970 by the system. It goes on while the runtime's time is paused.
    #[expect(clippy::disallowed_methods, reason = "this file is where the client takes in the time of day")]
    fn time_of_day(&self) -> Duration {
        // Before 1970 it stands still, and is ahead of nothing.
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    /// A future that ends once the runtime's time has reached `at`.
    ///
    /// # Panics
    ///
    /// Polling the future outside a tokio runtime with time enabled panics; making it does not.
    #[expect(clippy::disallowed_methods, reason = "this file is where tokio's time enters the workspace")]
    fn sleep_until(&self, at: Duration) -> Sleep {
        let instant = self.origin.checked_add(at);
        Box::pin(async move {
            match instant {
                Some(instant) => tokio::time::sleep_until(instant).await,
                // Further away than an instant can say is never.
                None => std::future::pending().await,
            }
        })
    }
}

#[cfg(test)]
mod tests;
