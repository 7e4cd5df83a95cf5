//! [`Pacer`]: how many requests may be sent, and when.

use std::time::Duration;

use crate::plan::InvalidPlan;
use crate::tick::{Tick, nanos};

/// How many requests a client sends at most.
///
/// Every pacing is valid; a setter that could break it returns an error instead.
///
/// ```
/// use runware_poll::Pacing;
///
/// let pacing = Pacing::new().with_rate(25.0)?.with_in_flight(4);
/// assert_eq!((pacing.rate(), pacing.in_flight()), (Some(25.0), 4));
/// # Ok::<(), runware_poll::InvalidPlan>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pacing {
    rate: Option<f64>,
    in_flight: usize,
}

impl Pacing {
    /// The defaults, each of which its setter names.
    pub const fn new() -> Self {
        Self { rate: None, in_flight: 16 }
    }

    /// How many requests may be sent in a second, in the long run. Default: no limit.
    ///
    /// After a pause as many as in one second may be sent at once, rounded down, and at least 1. The time between
    /// two requests is kept in whole nanoseconds, rounded up.
    ///
    /// # Errors
    ///
    /// If it is not a finite number above 0.
    pub fn with_rate(mut self, requests_per_second: f64) -> Result<Self, InvalidPlan> {
        if !(requests_per_second.is_finite() && requests_per_second > 0.0) {
            let found = requests_per_second.to_string();
            return Err(InvalidPlan::new("pacing.rate", found, "a finite number above 0"));
        }
        self.rate = Some(requests_per_second);
        Ok(self)
    }

    /// How many requests may be under way at once. Default: 16. Zero counts as 1.
    #[must_use]
    pub const fn with_in_flight(mut self, requests: usize) -> Self {
        self.in_flight = if requests == 0 { 1 } else { requests };
        self
    }

    /// How many requests may be sent in a second, in the long run.
    pub const fn rate(&self) -> Option<f64> {
        self.rate
    }

    /// How many requests may be under way at once; at least 1.
    pub const fn in_flight(&self) -> usize {
        self.in_flight
    }
}

impl Default for Pacing {
    fn default() -> Self {
        Self::new()
    }
}

/// Decides whether one more request may be sent now.
///
/// Three things speak against it:
///
/// * **The rate**, a token bucket: in any `T` seconds at most `rate * T + burst` requests are sent, where `burst` is
///   one second's worth, and at least 1.
/// * **The number under way.** It may be [`Pacing::in_flight`] at first, half as many after the server said that it is
///   busy, and one more for every as many answers as may be under way, up to the first figure. So after the last word
///   of a busy server `n * (n - 1) / 2` answers suffice to be back at `n`: 120 for 16. Half is rounded down, and at
///   least 1. The requests that were sent before a cut make no second one, however many of them are answered so.
/// * **The server's own wish**, `Retry-After`: nothing is sent until then. A server that is busy and wishes nothing
///   holds nothing back but by the number under way; who was turned away waits by a [`Backoff`](crate::Backoff) of his
///   own.
///
/// Growing by steps and shrinking by halves is what lets several clients that do not know of each other come to
/// fair shares (Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance in Computer
/// Networks", 1989). The figures are ours.
///
/// A request that may take as long as the work does is not one of those that are under way: it counts for the rate, and
/// its driver bounds the number of such. It is sent and ended with the methods on `aside`.
///
/// ```
/// use runware_poll::{Admission, Pacer, Pacing, Tick};
/// use std::time::Duration;
///
/// let mut pacer = Pacer::new(Pacing::new().with_in_flight(2));
/// let now = Tick::ZERO;
/// pacer.sent(now);
/// pacer.sent(now);
/// assert_eq!(pacer.admit(now), Admission::Crowded);
///
/// let later = now + Duration::from_millis(80);
/// pacer.throttled(later, now, Some(Duration::from_secs(3)));
/// assert_eq!(pacer.limit(), 1);
/// assert_eq!(pacer.admit(later), Admission::At(later + Duration::from_secs(3)));
/// ```
#[derive(Clone, Debug)]
pub struct Pacer {
    bucket: Option<Bucket>,
    most: usize,
    limit: usize,
    /// Answers since the limit was last changed.
    answers: usize,
    under_way: usize,
    /// When the limit was last cut.
    cut_at: Option<Tick>,
    held_until: Tick,
}

/// Whether a request may be sent.
// Complete: a driver that misses one of these does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may: tell [`Pacer::sent`].
    Now,
    /// Not before this moment.
    At(Tick),
    /// Not before another request is over.
    Crowded,
}

impl Pacer {
    /// With nothing under way.
    pub fn new(pacing: Pacing) -> Self {
        Self {
            bucket: pacing.rate.map(Bucket::new),
            most: pacing.in_flight,
            limit: pacing.in_flight,
            answers: 0,
            under_way: 0,
            cut_at: None,
            held_until: Tick::ZERO,
        }
    }

    /// Whether a request may be sent at `now`. Asking changes nothing.
    pub fn admit(&self, now: Tick) -> Admission {
        match self.admit_aside(now) {
            Admission::Now if self.under_way >= self.limit => Admission::Crowded,
            admission => admission,
        }
    }

    /// Whether a request may be sent that may take as long as the work does: as [`admit`](Self::admit), and never
    /// [`Admission::Crowded`].
    pub fn admit_aside(&self, now: Tick) -> Admission {
        let paid_at = self.bucket.as_ref().map_or(Tick::ZERO, Bucket::next);
        let at = paid_at.max(self.held_until);
        if at > now { Admission::At(at) } else { Admission::Now }
    }

    /// A request was sent.
    pub fn sent(&mut self, now: Tick) {
        self.sent_aside(now);
        self.under_way = self.under_way.saturating_add(1);
    }

    /// A request was sent that may take as long as the work does. Nothing has to be told of its end.
    pub fn sent_aside(&mut self, now: Tick) {
        if let Some(bucket) = &mut self.bucket {
            bucket.spend(now);
        }
    }

    /// A request is over: it was answered, and not with the wish to be left alone.
    pub fn answered(&mut self) {
        self.free();
        if self.limit >= self.most {
            return;
        }
        self.answers += 1;
        if self.answers >= self.limit {
            self.answers = 0;
            self.limit += 1;
        }
    }

    /// A request is over: there was no answer. That says nothing about how busy the server is.
    pub fn lost(&mut self) {
        self.free();
    }

    /// A request of `sent_at` is over: the server is busy (429, 503), and asked to be left alone for so long, if it
    /// said so.
    pub fn throttled(&mut self, now: Tick, sent_at: Tick, retry_after: Option<Duration>) {
        self.free();
        self.throttled_aside(now, sent_at, retry_after);
    }

    /// The same of a request that may have taken as long as the work does.
    pub fn throttled_aside(&mut self, now: Tick, sent_at: Tick, retry_after: Option<Duration>) {
        if self.cut_at.is_none_or(|cut_at| sent_at > cut_at) {
            self.limit = (self.limit / 2).max(1);
            self.answers = 0;
            self.cut_at = Some(now);
        }
        if let Some(time) = retry_after {
            self.hold(now + time);
        }
    }

    /// Nothing is sent before `until`.
    pub fn hold(&mut self, until: Tick) {
        self.held_until = self.held_until.max(until);
    }

    /// How many requests are under way.
    pub const fn under_way(&self) -> usize {
        self.under_way
    }

    /// How many requests may be under way at present; at least 1.
    pub const fn limit(&self) -> usize {
        self.limit
    }

    fn free(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }
}

/// A token bucket, as the moment at which it will be full again: each request moves that on by one interval.
#[derive(Clone, Debug)]
struct Bucket {
    interval: Duration,
    /// How long before the bucket is full it has a token.
    tolerance: Duration,
    full_at: Tick,
}

impl Bucket {
    /// For a rate that [`Pacing`] takes.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is positive")]
    fn new(rate: f64) -> Self {
        let interval = (NANOS_PER_SECOND / rate).ceil().max(1.0) as u64;
        let others_at_once = (rate.floor().clamp(1.0, NANOS_PER_SECOND) as u64) - 1;
        Self {
            interval: Duration::from_nanos(interval),
            tolerance: Duration::from_nanos(interval.saturating_mul(others_at_once)),
            full_at: Tick::ZERO,
        }
    }

    /// When the next request may be sent.
    fn next(&self) -> Tick {
        let nanos = nanos(self.full_at.since_origin()).saturating_sub(nanos(self.tolerance));
        Tick::from_duration(Duration::from_nanos(nanos))
    }

    fn spend(&mut self, now: Tick) {
        self.full_at = self.full_at.max(now) + self.interval;
    }
}

const NANOS_PER_SECOND: f64 = 1e9;
