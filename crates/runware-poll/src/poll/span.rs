//! [`Span`]: a duration that may be missing, in eight bytes.

use std::num::NonZeroU64;
use std::time::Duration;

use crate::tick::nanos;

/// A duration or none, in nanoseconds. One that is longer than a [`Tick`](crate::Tick) reaches is as long as that.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span(
    /// One more than the nanoseconds: zero of them is a duration, too.
    Option<NonZeroU64>,
);

impl Span {
    pub(super) const NONE: Self = Self(None);

    pub(super) fn new(duration: Duration) -> Self {
        Self(NonZeroU64::MIN.checked_add(nanos(duration)).or(Some(NonZeroU64::MAX)))
    }

    pub(super) fn duration(self) -> Option<Duration> {
        self.0.map(|nanos| Duration::from_nanos(nanos.get() - 1))
    }

    pub(super) const fn is_some(self) -> bool {
        self.0.is_some()
    }
}
