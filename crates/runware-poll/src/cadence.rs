//! [`Cadence`]: when to look at a healthy task again.

use std::time::Duration;

use fastrand::Rng;

use crate::backoff::{between, grow, scale};
use crate::forecast::{Forecast, USUAL_WORTH};
use crate::plan::InvalidPlan;
use crate::tick::Tick;
use crate::window::Window;

/// When to look again at a task that is still at work.
///
/// A cadence gives *gaps*, counted from one query's sending to the next, the first from the start of the
/// task. A gap is a range, not a moment, so that tasks that started together do not stay in step, and a query that
/// goes out for one task can take others along whose range has begun:
///
/// | nominal gap `d` | may go out from | is due at a moment drawn between |
/// |---|---|---|
/// | exponential, with a spread `s` | `(1 - s) * d` | `(1 - s) * d` and `d` |
/// | by a forecast or a report | `0.8 * d` | `0.95 * d` and `1.05 * d` |
///
/// So a learned gap may be a twentieth longer than its cap, and has no spread that could be set.
///
/// The Task Polling page of Runware asks for a first look after one or two seconds and gaps that grow
/// exponentially; [`Cadence::exponential`] follows it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cadence {
    /// Gaps that grow by a factor up to a cap.
    Exponential {
        /// The first nominal gap; at least 1 ms.
        first: Duration,
        /// What each further gap is multiplied by; at least 1.
        factor: f64,
        /// The longest nominal gap; at least `first`.
        cap: Duration,
        /// The share of a gap that may be cut off; 0 to 0.5.
        spread: f64,
    },
    /// Gaps that follow what is known of how long such tasks take: short when a task is likely to end, long when it
    /// is not. While nothing is known, they are those of [`Cadence::exponential`], but that a
    /// [`Scheduler`](crate::Scheduler#unknown-kinds) has only sixteen tasks of a kind looked at so: the others stand back, at
    /// gaps of `cap`, some of them until one has ended and the rest until fifty have.
    ///
    /// What is known comes as a [`Forecast`], from the [`Durations`](crate::Durations) of a
    /// [`Scheduler`](crate::Scheduler), or with [`Poll::follow`](crate::Poll::follow).
    Learned {
        /// How much sooner one more look has to show a result to be worth it. The one knob: a quarter of it means
        /// twice the looks and half the lag. Longer than zero.
        worth: Duration,
        /// The shortest nominal gap; at least 1 ms.
        floor: Duration,
        /// The longest nominal gap once the task may end any moment; at least `floor`. Before, a gap may be
        /// [a minute](Forecast::LONGEST_QUIET) long.
        cap: Duration,
    },
}

impl Cadence {
    /// From 1 s, times 1.5, up to 10 s, spread by 0.2.
    ///
    /// The nominal gaps are 1, 1.5, 2.25, 3.375, 5.0625, 7.59375 and then 10 s. In the first minute that
    /// makes at most 11 looks, in five minutes 41, in twenty 153.
    pub const fn exponential() -> Self {
        let Ladder { first, factor, cap, spread } = Ladder::DEFAULT;
        Self::Exponential { first, factor, cap, spread }
    }

    /// Gaps by what is known of past tasks: a look is worth a result 0.4 s sooner, gaps are 1 s at least and 15 s at
    /// most.
    ///
    /// Once fifty tasks that take about a minute were seen, that makes 0.60 of the looks of [`Cadence::exponential`] and
    /// results are noticed in 0.57 of the time, where tasks of a kind are much alike (a sigma of 0.3); where they are less so
    /// (0.5), it is 0.68 and 0.73.
    pub const fn learned() -> Self {
        Self::Learned {
            worth: Duration::from_millis(400),
            floor: Duration::from_secs(1),
            cap: Duration::from_secs(15),
        }
    }

    /// The nominal gap that follows `previous`, as long as nothing is known of the task.
    pub(crate) fn gap_after(&self, previous: Option<Duration>) -> Duration {
        let Ladder { first, factor, cap, .. } = self.ladder();
        grow(previous, first, factor, cap)
    }

    /// When a look may and should follow one at `last`, for a nominal gap of which nothing is known.
    pub(crate) fn window(&self, last: Tick, gap: Duration, rng: &mut Rng) -> Window {
        let shortest = self.cut(gap);
        Window { earliest: last + shortest, due: last + between(shortest, gap, rng) }
    }

    /// The nominal gap that follows a look `elapsed` after a task began, by what is known of such tasks.
    pub(crate) fn forecast_gap(&self, forecast: &Forecast, elapsed: Duration) -> Option<Duration> {
        let Self::Learned { worth, floor, cap } = *self else { return None };
        Some(forecast.gap(elapsed, worth, floor, cap))
    }

    /// How long after the beginning of a task its `number`-th look may come at the soonest, by whatever is known.
    ///
    /// That is when the exponential gaps would have the one [`EXTRA_LOOKS`] before it at the soonest, so that what is known
    /// never costs many more looks than nothing known would. If a look is worth less than it usually is, there may be as
    /// many times more as that makes.
    pub(crate) fn soonest(&self, number: u32) -> Duration {
        let Self::Learned { worth, .. } = *self else { return Duration::ZERO };
        let more = (USUAL_WORTH / worth.as_secs_f64()).sqrt().max(1.0);
        let rungs = ((f64::from(number) / more).ceil() - f64::from(EXTRA_LOOKS)).max(0.0);
        let Ladder { first, factor, cap, .. } = Ladder::DEFAULT;
        let growing = (cap.as_secs_f64() / first.as_secs_f64()).ln() / factor.ln();
        let grown = rungs.min(growing.ceil());
        let nominal = first.as_secs_f64() * (factor.powf(grown) - 1.0) / (factor - 1.0)
            + cap.as_secs_f64() * (rungs - grown);
        Duration::try_from_secs_f64(nominal).map_or(Duration::MAX, |nominal| self.cut(nominal))
    }

    /// The nominal gap that follows a look at a task that will be done when so much time has gone by.
    ///
    /// Just before: if it is done then, it has hardly waited, and if not, it will say by how much it was wrong.
    ///
    /// One that stands still may end any moment.
    pub(crate) fn progress_gap(&self, left: Duration, stands_still: bool) -> Option<Duration> {
        let Self::Learned { floor, cap, .. } = *self else { return None };
        let longest = if stands_still { cap } else { Forecast::LONGEST_QUIET.max(cap) };
        Some(scale(left, 0.95)?.min(longest).max(floor))
    }

    /// The nominal gap between looks at a task whose end others are to find out about: the longest there is where it may
    /// end any moment. None if nothing is to be found out.
    pub(crate) const fn follower_gap(&self) -> Option<Duration> {
        match *self {
            Self::Learned { cap, .. } => Some(cap),
            Self::Exponential { .. } => None,
        }
    }

    /// When a look may and should follow one at `last`, for a nominal gap that was forecast.
    pub(crate) fn forecast_window(&self, last: Tick, gap: Duration, rng: &mut Rng) -> Window {
        let share = |share| scale(gap, share).unwrap_or(gap);
        Window { earliest: last + share(0.8), due: last + between(share(0.95), share(1.05), rng) }
    }

    /// The shortest gap there can be.
    pub(crate) fn shortest(&self) -> Duration {
        self.cut(self.ladder().first)
    }

    /// The longest gap there can be while nothing is known of a task.
    pub(crate) fn longest(&self) -> Duration {
        self.ladder().cap
    }

    /// The figures of the exponential gaps: its own, or those that stand in for what is not known.
    fn ladder(&self) -> Ladder {
        match *self {
            Self::Exponential { first, factor, cap, spread } => Ladder { first, factor, cap, spread },
            Self::Learned { .. } => Ladder::DEFAULT,
        }
    }

    /// Refuses figures with which a task would be asked without pause, or never.
    pub(crate) fn check(&self) -> Result<(), InvalidPlan> {
        match *self {
            Self::Exponential { first, factor, cap, spread } => Ladder { first, factor, cap, spread }.check(),
            Self::Learned { worth, floor, cap } => check_learned(worth, floor, cap),
        }
    }

    fn cut(&self, gap: Duration) -> Duration {
        scale(gap, 1.0 - self.ladder().spread).unwrap_or(gap)
    }
}

impl Default for Cadence {
    fn default() -> Self {
        Self::learned()
    }
}

/// How many looks more than exponential gaps a forecast may make. Without any, tasks of twenty seconds would be noticed a
/// fifth later than they could be; more hardly help.
const EXTRA_LOOKS: u32 = 3;

/// The figures of [`Cadence::Exponential`].
#[derive(Clone, Copy)]
struct Ladder {
    first: Duration,
    factor: f64,
    cap: Duration,
    spread: f64,
}

impl Ladder {
    const DEFAULT: Self =
        Self { first: Duration::from_secs(1), factor: 1.5, cap: Duration::from_secs(10), spread: 0.2 };

    fn check(self) -> Result<(), InvalidPlan> {
        let Self { first, factor, cap, spread } = self;
        if first < Duration::from_millis(1) {
            return Err(InvalidPlan::new("cadence.first", format!("{first:?}"), "at least 1ms"));
        }
        if !(factor.is_finite() && factor >= 1.0) {
            return Err(InvalidPlan::new(
                "cadence.factor",
                factor.to_string(),
                "a finite number, at least 1",
            ));
        }
        if cap < first {
            let allowed = format!("at least `cadence.first`, which is {first:?}");
            return Err(InvalidPlan::new("cadence.cap", format!("{cap:?}"), allowed));
        }
        if !(0.0..=0.5).contains(&spread) {
            return Err(InvalidPlan::new("cadence.spread", spread.to_string(), "0 to 0.5"));
        }
        Ok(())
    }
}

fn check_learned(worth: Duration, floor: Duration, cap: Duration) -> Result<(), InvalidPlan> {
    if worth.is_zero() {
        return Err(InvalidPlan::new("cadence.worth", format!("{worth:?}"), "longer than 0s"));
    }
    if floor < Duration::from_millis(1) {
        return Err(InvalidPlan::new("cadence.floor", format!("{floor:?}"), "at least 1ms"));
    }
    if cap < floor {
        let allowed = format!("at least `cadence.floor`, which is {floor:?}");
        return Err(InvalidPlan::new("cadence.cap", format!("{cap:?}"), allowed));
    }
    Ok(())
}
