//! A clock that is moved by hand.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::Clock;
use crate::clock::Sleep;

/// A clock that stands still until it is moved.
///
/// It begins at zero. Clones are the same clock.
///
/// ```
/// use std::time::Duration;
/// use runware_transport::Clock;
/// use runware_transport::testing::ManualClock;
///
/// let clock = ManualClock::new();
/// let sleep = clock.sleep_until(Duration::from_secs(3));
/// assert_eq!(clock.next_wake(), Some(Duration::from_secs(3)));
///
/// clock.advance(Duration::from_secs(5));
/// assert_eq!(clock.now(), Duration::from_secs(5));
/// assert_eq!(clock.next_wake(), None);
/// # drop(sleep);
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    now: Duration,
    /// How far the time of day is ahead of that.
    ahead: Duration,
    next_id: u64,
    /// By time, then in the order of going to sleep.
    sleepers: BTreeMap<(Duration, u64), Waker>,
}

impl ManualClock {
    /// A clock at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the clock on, and wakes who has slept long enough.
    ///
    /// A wake-up only makes a future ready; it runs when its executor gets to it.
    pub fn advance(&self, by: Duration) {
        let target = self.lock().now.saturating_add(by);
        self.advance_to(target);
    }

    /// Moves the clock on to a time. A time that has passed changes nothing: the clock never goes back.
    pub fn advance_to(&self, at: Duration) {
        let mut state = self.lock();
        state.now = state.now.max(at);
        let still_asleep = match state.now.checked_add(Duration::from_nanos(1)) {
            Some(after_now) => state.sleepers.split_off(&(after_now, 0)),
            None => BTreeMap::new(),
        };
        let awake = std::mem::replace(&mut state.sleepers, still_asleep);
        // A waker may run code that asks this clock for the time.
        drop(state);
        awake.into_values().for_each(Waker::wake);
    }

    /// The machine sleeps for so long: the time of day goes on, and nothing else does.
    pub fn suspend(&self, time: Duration) {
        let mut state = self.lock();
        state.ahead = state.ahead.saturating_add(time);
    }

    /// Somebody sets the time of day back, at most to the time of this clock.
    pub fn set_back(&self, by: Duration) {
        let mut state = self.lock();
        state.ahead = state.ahead.saturating_sub(by);
    }

    /// The time at which the next sleeper wakes; `None` when nobody sleeps.
    pub fn next_wake(&self) -> Option<Duration> {
        self.lock().sleepers.keys().next().map(|(at, _)| *at)
    }

    /// How many sleep.
    pub fn sleepers(&self) -> usize {
        self.lock().sleepers.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        self.lock().now
    }

    fn time_of_day(&self) -> Duration {
        let state = self.lock();
        state.now.saturating_add(state.ahead)
    }

    fn sleep_until(&self, at: Duration) -> Sleep {
        let mut state = self.lock();
        let key = (at, state.next_id);
        state.next_id += 1;
        if at > state.now {
            // From here on, not from the first poll: whoever moves the clock sees what has been set up.
            state.sleepers.insert(key, Waker::noop().clone());
        }
        Box::pin(ManualSleep { clock: self.clone(), key })
    }
}

struct ManualSleep {
    clock: ManualClock,
    key: (Duration, u64),
}

impl Future for ManualSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.lock();
        if state.now >= self.key.0 {
            return Poll::Ready(());
        }
        state.sleepers.insert(self.key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for ManualSleep {
    fn drop(&mut self) {
        self.clock.lock().sleepers.remove(&self.key);
    }
}
