//! [`Pacer`]: how many requests may be sent, and when.

use std::time::Duration;

use crate::tick::Tick;

/// How many requests a client sends at most.
#[derive(Clone, Debug, PartialEq)]
pub struct Pacing {
    /// Requests in a second, in the long run. Default: no limit.
    pub rate: Option<f64>,
    /// Requests under way at once. Default: 16. Zero counts as 1.
    pub in_flight: usize,
}

impl Default for Pacing {
    fn default() -> Self {
        Self { rate: None, in_flight: 16 }
    }
}

/// Decides whether one more request may be sent now.
#[derive(Clone, Debug)]
pub struct Pacer {
    pacing: Pacing,
    under_way: usize,
    held_until: Tick,
}

/// Whether a request may be sent.
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
        Self { pacing, under_way: 0, held_until: Tick::ZERO }
    }

    /// Whether a request may be sent at `now`.
    pub fn admit(&self, now: Tick) -> Admission {
        if now < self.held_until {
            Admission::At(self.held_until)
        } else if self.under_way >= self.pacing.in_flight.max(1) {
            Admission::Crowded
        } else {
            Admission::Now
        }
    }

    /// A request was sent.
    pub fn sent(&mut self, now: Tick) {
        let _ = now;
        self.under_way += 1;
    }

    /// A request is over: it was answered, by the server itself and not with a wish to be left alone.
    pub fn answered(&mut self, now: Tick) {
        let _ = now;
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// A request is over: there was no answer.
    pub fn lost(&mut self, now: Tick) {
        let _ = now;
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// A request is over: the server is busy (429, 503), and asked to be left alone for so long, if it said so.
    pub fn throttled(&mut self, now: Tick, retry_after: Option<Duration>) {
        self.under_way = self.under_way.saturating_sub(1);
        self.held_until = self.held_until.max(now + retry_after.unwrap_or_default());
    }

    /// How many requests are under way.
    pub const fn under_way(&self) -> usize {
        self.under_way
    }

    /// How many requests may be under way at present.
    pub fn limit(&self) -> usize {
        self.pacing.in_flight.max(1)
    }
}
