//! [`Tick`]: the time of the machines.

use std::fmt;
use std::num::NonZeroU64;
use std::ops::Add;
use std::time::Duration;

/// A moment, as the time since an origin that the driver chose.
///
/// Any clock that never goes back will do: the uptime of the process, a paused clock in a test.
/// Only ticks of one origin may meet. Nanoseconds are kept; arithmetic saturates at [`Tick::MAX`],
/// which is 584 years after the origin and stands for "never". An `Option<Tick>` takes no more room than a `Tick`.
///
/// ```
/// use runware_poll::Tick;
/// use std::time::Duration;
///
/// let sent = Tick::from_millis(1_500);
/// let answered = sent + Duration::from_millis(250);
/// assert_eq!(answered.since_origin(), Duration::from_millis(1_750));
/// assert_eq!(answered.duration_since(sent), Duration::from_millis(250));
/// assert_eq!(sent.duration_since(answered), Duration::ZERO);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
// One more than the nanoseconds, so that there is a number left for no moment at all.
pub struct Tick(NonZeroU64);

impl Tick {
    /// The origin.
    pub const ZERO: Self = Self(NonZeroU64::MIN);

    /// The last moment there is: later than every other, in practice "never".
    pub const MAX: Self = Self(NonZeroU64::MAX);

    /// The moment `elapsed` after the origin.
    pub fn from_duration(elapsed: Duration) -> Self {
        Self::from_nanos(nanos(elapsed))
    }

    /// The moment `millis` milliseconds after the origin.
    pub const fn from_millis(millis: u64) -> Self {
        Self::from_nanos(millis.saturating_mul(1_000_000))
    }

    /// How long after the origin this moment is.
    pub const fn since_origin(self) -> Duration {
        Duration::from_nanos(self.nanos())
    }

    /// How many nanoseconds after the origin this moment is.
    pub(crate) const fn nanos(self) -> u64 {
        self.0.get() - 1
    }

    /// How long after `earlier` this moment is; zero if it is not after it.
    pub const fn duration_since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.get().saturating_sub(earlier.0.get()))
    }

    const fn from_nanos(nanos: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(nanos))
    }
}

impl Default for Tick {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Add<Duration> for Tick {
    type Output = Self;

    fn add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(nanos(later)))
    }
}

impl fmt::Debug for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tick({:?})", self.since_origin())
    }
}

/// A duration in nanoseconds; what does not fit is the most that does.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

// They are kept by the million, and half of them may be none.
const _: () = assert!(size_of::<Option<Tick>>() == 8, "a moment that may be none is as small as one");
