//! [`Backoff`]: how long to wait before trying again.

use std::time::Duration;

use fastrand::Rng;

use crate::tick::nanos;

/// How long to wait before each further attempt.
///
/// A `Backoff` only describes; [`delays`](Self::delays) gives the waits themselves. They never end: the
/// number of attempts is the caller's to limit, with [`Iterator::take`].
///
/// ```
/// use runware_poll::Backoff;
/// use std::time::Duration;
///
/// let backoff = Backoff::exponential(Duration::from_millis(500), 2.0, Duration::from_secs(3));
/// let millis: Vec<_> = backoff.delays(7).take(5).map(|delay| delay.as_millis()).collect();
/// assert_eq!(millis, [500, 1_000, 2_000, 3_000, 3_000]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Backoff {
    curve: Curve,
    jitter: Jitter,
}

impl Backoff {
    /// The same delay each time.
    pub const fn constant(delay: Duration) -> Self {
        Self::new(Curve::Constant(delay))
    }

    /// `first`, then each delay `factor` times the one before, up to `cap`.
    ///
    /// A factor below 1, or one that is not a number, counts as 1: delays never shrink.
    pub const fn exponential(first: Duration, factor: f64, cap: Duration) -> Self {
        Self::new(Curve::Exponential { first, factor, cap })
    }

    /// Each delay drawn anew between `first` and three times the one before, up to `cap`.
    ///
    /// Callers that began together drift apart at once, so it needs no [`jitter`](Self::jitter) on top.
    /// It is the "decorrelated jitter" of the AWS Architecture Blog, "Exponential Backoff And Jitter".
    pub const fn decorrelated(first: Duration, cap: Duration) -> Self {
        Self::new(Curve::Decorrelated { first, cap })
    }

    /// How each delay is varied; [`Jitter::None`] unless set.
    #[must_use]
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// The delays, in order. Equal seeds give equal delays.
    pub fn delays(&self, seed: u64) -> Delays {
        Delays { backoff: self.clone(), rng: Rng::with_seed(seed), base: None }
    }

    /// The longest delay there can be.
    pub(crate) fn longest(&self) -> Duration {
        match self.curve {
            Curve::Constant(delay) => delay,
            Curve::Exponential { cap, .. } | Curve::Decorrelated { cap, .. } => cap,
        }
    }

    /// The delay that follows one whose base was `previous`.
    pub(crate) fn draw(&self, previous: Option<Duration>, rng: &mut Rng) -> Delay {
        let base = match self.curve {
            Curve::Constant(delay) => delay,
            Curve::Exponential { first, factor, cap } => grow(previous, first, factor, cap),
            Curve::Decorrelated { first, cap } => {
                between(first, previous.unwrap_or(first).saturating_mul(3), rng).min(cap)
            }
        };
        let shortest = match self.jitter {
            Jitter::None => base,
            Jitter::Equal => base / 2,
            Jitter::Full => Duration::ZERO,
        };
        Delay { base, length: between(shortest, base, rng) }
    }

    const fn new(curve: Curve) -> Self {
        Self { curve, jitter: Jitter::None }
    }
}

/// How a delay `d` is varied, so that callers which failed together do not come back together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Jitter {
    /// Not at all: exactly `d`.
    #[default]
    None,
    /// Anything from `d / 2` to `d`.
    Equal,
    /// Anything from zero to `d`.
    Full,
}

/// The delays of a [`Backoff`], without end.
#[derive(Clone, Debug)]
pub struct Delays {
    backoff: Backoff,
    rng: Rng,
    base: Option<Duration>,
}

impl Iterator for Delays {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let delay = self.backoff.draw(self.base, &mut self.rng);
        self.base = Some(delay.base);
        Some(delay.length)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, None)
    }
}

/// One delay, and what the next one grows from.
pub(crate) struct Delay {
    pub(crate) base: Duration,
    pub(crate) length: Duration,
}

#[derive(Clone, Debug, PartialEq)]
enum Curve {
    Constant(Duration),
    Exponential { first: Duration, factor: f64, cap: Duration },
    Decorrelated { first: Duration, cap: Duration },
}

/// The step of every exponential curve here. Total: a product that is no duration is the cap.
pub(crate) fn grow(previous: Option<Duration>, first: Duration, factor: f64, cap: Duration) -> Duration {
    let Some(previous) = previous else { return first.min(cap) };
    scale(previous, factor.max(1.0)).map_or(cap, |grown| grown.min(cap))
}

/// `share` times `duration`, if that is a duration.
pub(crate) fn scale(duration: Duration, share: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(duration.as_secs_f64() * share).ok()
}

/// A duration drawn evenly from `shortest..=longest`.
pub(crate) fn between(shortest: Duration, longest: Duration, rng: &mut Rng) -> Duration {
    let (shortest, longest) = (nanos(shortest), nanos(longest));
    if longest <= shortest {
        return Duration::from_nanos(shortest);
    }
    Duration::from_nanos(rng.u64(shortest..=longest))
}
