//! Which request goes next: all that a client sends passes one [`Pacer`].
//!
//! Requests are of four kinds, and each kind has a lane. A quarter of the requests that may be under way can be
//! submissions, half can be status checks and a quarter questions to the archive, at least one each: so none of them
//! waits for slow answers to the others. Submissions whose answer takes as long as the work does hold a connection
//! for that time; they have a number of their own, and share only the rate and the holds.
//!
//! A submission goes before what else is due. But where not all can go, each lane that waits has its turn.

use std::time::Duration;

use runware_poll::{Admission, Pacer, Pacing, Tick};

use crate::reading::Load;

/// Submissions under way at once whose reply takes as long as the work does; each holds a connection.
const MOST_WAITS: usize = 64;

/// The longest that all requests wait because of what one of them was answered.
///
/// One answer must not silence a client for as long as it likes; the task that it was given to waits for as long as it
/// says.
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Tasks are submitted.
    Submit,
    /// A task is submitted whose reply carries the results.
    SubmitAndWait,
    /// Tasks are looked at.
    Check,
    /// The archive is asked.
    Ask,
}

impl Lane {
    const fn next(self) -> Self {
        match self {
            Self::Submit => Self::SubmitAndWait,
            Self::SubmitAndWait => Self::Check,
            Self::Check => Self::Ask,
            Self::Ask => Self::Submit,
        }
    }

    /// The first lane whose turn it is, when nothing had to wait.
    const FIRST: Self = Self::Submit;
}

/// The lanes of a client.
#[derive(Debug)]
pub(super) struct Lanes {
    pacer: Pacer,
    submits: usize,
    waits: usize,
    checks: usize,
    asks: usize,
    turn: Lane,
}

impl Lanes {
    pub(super) fn new(pacing: Pacing) -> Self {
        Self { pacer: Pacer::new(pacing), submits: 0, waits: 0, checks: 0, asks: 0, turn: Lane::FIRST }
    }

    /// Whether one more request may be sent on this lane.
    pub(super) fn is_open(&self, lane: Lane, now: Tick) -> bool {
        let limit = self.pacer.limit();
        let (under_way, most, admission) = match lane {
            Lane::Submit => (self.submits, (limit / 4).max(1), self.pacer.admit(now)),
            Lane::SubmitAndWait => (self.waits, MOST_WAITS, self.pacer.admit_aside(now)),
            Lane::Check => (self.checks, (limit / 2).max(1), self.pacer.admit(now)),
            Lane::Ask => (self.asks, (limit / 4).max(1), self.pacer.admit(now)),
        };
        admission == Admission::Now && under_way < most
    }

    /// The lanes, in the order in which they have their turns.
    pub(super) fn turns(&self) -> [Lane; 4] {
        let first = self.turn;
        let (second, fourth) = (first.next(), first.next().next().next());
        [first, second, second.next(), fourth]
    }

    /// Nothing more can be sent at present. If that is because nothing waits, the turns begin anew.
    pub(super) fn rest(&mut self, now: Tick) {
        if self.pacer.admit(now) == Admission::Now {
            self.turn = Lane::FIRST;
        }
    }

    /// How many requests may be under way at present, without those that wait for results.
    pub(super) fn limit(&self) -> usize {
        self.pacer.limit()
    }

    /// Before this nothing is sent at all; none if only the end of a request is waited for, or nothing.
    pub(super) fn closed_until(&self, now: Tick) -> Option<Tick> {
        match self.pacer.admit_aside(now) {
            Admission::At(at) => Some(at),
            Admission::Now | Admission::Crowded => None,
        }
    }

    /// A request was sent.
    pub(super) fn sent(&mut self, lane: Lane, now: Tick) {
        *self.under_way_mut(lane) += 1;
        self.turn = lane.next();
        match lane {
            Lane::SubmitAndWait => self.pacer.sent_aside(now),
            _ => self.pacer.sent(now),
        }
    }

    /// A request of `sent_at` is over, and this is what it says about the load of the server.
    pub(super) fn ended(&mut self, lane: Lane, sent_at: Tick, load: Load, now: Tick) {
        let under_way = self.under_way_mut(lane);
        *under_way = under_way.saturating_sub(1);
        match (load, lane) {
            (Load::Busy { retry_after }, Lane::SubmitAndWait) => {
                self.pacer.throttled_aside(now, sent_at, retry_after.map(bounded));
            }
            (Load::Busy { retry_after }, _) => {
                self.pacer.throttled(now, sent_at, retry_after.map(bounded));
            }
            (_, Lane::SubmitAndWait) => {}
            (Load::Bearable, _) => self.pacer.answered(),
            (Load::Unknown, _) => self.pacer.lost(),
        }
    }

    /// No request for this long, by the server's own word, and for a minute at most.
    pub(super) fn hold(&mut self, time: Duration, now: Tick) {
        self.pacer.hold(now + bounded(time));
    }

    fn under_way_mut(&mut self, lane: Lane) -> &mut usize {
        match lane {
            Lane::Submit => &mut self.submits,
            Lane::SubmitAndWait => &mut self.waits,
            Lane::Check => &mut self.checks,
            Lane::Ask => &mut self.asks,
        }
    }
}

fn bounded(time: Duration) -> Duration {
    time.min(LONGEST_HOLD)
}

#[cfg(test)]
mod tests;
