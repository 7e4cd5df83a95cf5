//! Where the server's time comes from.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

/// The future of [`Clock::sleep_until`].
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the server's time comes from.
///
/// Any closure that tells the time is a clock:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use std::time::Duration;
/// use runware_emulator::Emulator;
///
/// let seconds = Arc::new(AtomicU64::new(0));
/// let hand = Arc::clone(&seconds);
/// let builder = Emulator::builder().clock(move || Duration::from_secs(hand.load(Ordering::Relaxed)));
/// seconds.store(60, Ordering::Relaxed);
/// # let _ = builder;
/// ```
pub trait Clock: Send + Sync {
    /// The time since an origin of the clock's own, which never runs backwards.
    fn now(&self) -> Duration;

    /// Ends when [`now`](Self::now) has reached `at`.
    fn sleep_until(&self, at: Duration) -> Sleep;
}

/// Looks again every two milliseconds of the runtime's time, because a closure cannot say when it has moved on.
impl<F> Clock for F
where
    F: Fn() -> Duration + Clone + Send + Sync + 'static,
{
    fn now(&self) -> Duration {
        self()
    }

    fn sleep_until(&self, at: Duration) -> Sleep {
        let now = self.clone();
        Box::pin(async move {
            while now() < at {
                pause(Duration::from_millis(2)).await;
            }
        })
    }
}

/// The runtime's clock, counted from when it was made.
pub(super) struct TokioClock(Instant);

impl TokioClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn sleep_until(&self, at: Duration) -> Sleep {
        match self.0.checked_add(at) {
            Some(at) => Box::pin(tokio::time::sleep_until(at)),
            None => Box::pin(std::future::pending()),
        }
    }
}

/// Waits a little, in the runtime's time.
#[expect(
    clippy::disallowed_methods,
    reason = "for the server's own affairs, which no injected clock concerns"
)]
pub(super) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
