//! [`Moment`]: the time at which a transaction takes place.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::BootClock;

/// The time at which a transaction takes place: what is decided in it is decided at once.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) boot: Option<String>,
    /// In nanoseconds.
    pub(crate) since_boot: i64,
    /// In milliseconds since 1970.
    pub(crate) time_of_day: i64,
}

impl Moment {
    pub(crate) fn now(clock: &dyn BootClock) -> Self {
        let time_of_day = match clock.time_of_day().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |millis| -millis),
        };
        Self { boot: clock.boot(), since_boot: nanoseconds(clock.since_boot()), time_of_day }
    }

    /// How long ago something was; `None` if the machine was started anew in between, or nobody knows whether it was.
    pub(crate) fn since(&self, boot: Option<&str>, since_boot: i64) -> Option<Duration> {
        if boot.is_none() || boot != self.boot.as_deref() {
            return None;
        }
        let elapsed = self.since_boot.checked_sub(since_boot)?;
        u64::try_from(elapsed).ok().map(Duration::from_nanos)
    }
}

pub(crate) fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The time of day that many milliseconds after 1970, or before. Beyond what can be told, it is 1970.
pub(crate) fn time_of_day(millis: i64) -> SystemTime {
    let distance = Duration::from_millis(millis.unsigned_abs());
    let time = if millis < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    time.unwrap_or(UNIX_EPOCH)
}
