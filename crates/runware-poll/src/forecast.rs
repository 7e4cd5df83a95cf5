//! [`Forecast`]: when a task is likely to end, and so when to look at it.

use std::time::Duration;

use crate::durations::scale::{RATIO, bin_of, end_of};

/// When a task is likely to end, given that it has not yet: what is known of its kind at one moment.
///
/// It is made by [`Durations::forecast`](crate::Durations::forecast), holds less than 1 KiB, and is shared by all tasks
/// of a kind.
///
/// # When to look
///
/// Let `h(t)` be the hazard rate: how likely a task that has run for `t` is to end in the next moment. If looks go out
/// at a rate `n(t)`, a result waits `1 / 2n` for the look that finds it. With a look worth `w` seconds of waiting, the
/// sum of both is least for `n(t) = √(h(t) / 2w)`: looks as dense as the square root of the hazard (Barlow, Hunter and
/// Proschan, "Optimum Checking Procedures", 1963; Keller, "Optimum Checking Schedules for Systems Subject to Random
/// Failure", 1974). The next look is where the integral of `n` from the last one reaches one; the first look waits a
/// third longer, which brings the whole to within a few percent of the best schedule there is.
///
/// # Bounds
///
/// A gap is never shorter than the floor. It is never longer than the cap once the task may end any moment, which is
/// when one in a hundred has ended by then, and more where there is doubt; before that it is never longer than
/// [`Forecast::LONGEST_QUIET`], or than the cap if that is longer still.
///
/// ```
/// use runware_poll::{Durations, Forecast, Kind, Part, Tick};
/// use std::time::Duration;
///
/// let kind = Kind::new("videoInference");
/// let mut durations = Durations::new();
/// for task in 0..50 {
///     let seen = Tick::from_millis(150_000);
///     durations.wait(&kind, Part::First, Tick::ZERO, Tick::ZERO, seen);
///     durations.finish(&kind, Part::First, Tick::ZERO, seen, seen + Duration::from_secs(task % 30));
/// }
/// let forecast = durations.forecast(&kind, Part::First, Tick::from_millis(180_000)).expect("fifty ended");
/// let gap_after = |elapsed, cap| {
///     let [worth, floor] = [400, 1_000].map(Duration::from_millis);
///     forecast.gap(Duration::from_secs(elapsed), worth, floor, Duration::from_secs(cap))
/// };
/// assert!(gap_after(0, 15) <= Forecast::LONGEST_QUIET, "nothing ends in the first two minutes");
/// assert!(gap_after(0, 90) > Forecast::LONGEST_QUIET, "but who allows more at any time is not held to that");
/// assert!(gap_after(160, 15) <= Duration::from_secs(15), "now it may end any moment");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The square root of the hazard rate, per second, in each bin of the scale.
    roots: Box<[f32]>,
    /// How many bins pass before the task may end any moment.
    quiet: usize,
    /// How sure all this is, from 0 to 1.
    certainty: f64,
}

impl Forecast {
    /// The longest gap while a task is not to be expected to end: a minute.
    pub const LONGEST_QUIET: Duration = Duration::from_secs(60);

    pub(crate) const fn new(roots: Box<[f32]>, quiet: usize, certainty: f64) -> Self {
        Self { roots, quiet, certainty }
    }

    /// The gap from a look `elapsed` after the beginning of a task to the next one, if a look is worth a result that
    /// much sooner.
    ///
    /// `worth` and `floor` are to be longer than zero, and `cap` at least `floor`, as a [`Plan`](crate::Plan) sees to.
    /// Where they are not, the gap is somewhere between the bounds, and means nothing.
    pub fn gap(&self, elapsed: Duration, worth: Duration, floor: Duration, cap: Duration) -> Duration {
        let longest = cap.max(Self::LONGEST_QUIET);
        let price = (2.0 * worth.as_secs_f64()).sqrt();
        let (most, least) = (1.0 / floor.as_secs_f64(), 1.0 / cap.as_secs_f64());
        let first = bin_of(elapsed);
        let begin = elapsed.as_secs_f64();
        let looks_to_go = if elapsed.is_zero() { 1.0 + self.certainty * LATER } else { 1.0 };
        let (mut at, mut end, mut to_go, mut density) = (begin, end_of(first), looks_to_go, least);
        for (bin, root) in self.roots.iter().enumerate().skip(first) {
            let least = if bin < self.quiet { 1.0 / longest.as_secs_f64() } else { least };
            density = (f64::from(*root) / price).max(least).min(most);
            let looks = density * (end - at);
            if looks >= to_go {
                break;
            }
            to_go -= looks;
            at = end;
            end *= RATIO;
        }
        let gap = Duration::try_from_secs_f64(at + to_go / density - begin).unwrap_or(cap);
        gap.min(longest).max(floor)
    }
}

/// How much longer the first look waits, as a share of one, where the forecast is sure.
///
/// The rule holds where looks are many; where the density rises from nothing, as before the first one, the best schedules
/// of single looks (by dynamic programming) begin later than it says.
const LATER: f64 = 0.3;

/// The root of the hazard rate for which the exponential schedule is the right one, `elapsed` seconds after the
/// beginning: where nothing is known, looks are as dense as there.
///
/// From one second by a factor of 1.5 to ten, the gap at a time `t` is `(1 + t / 2)`, and a factor of `ln 1.5 / 0.5`
/// makes single gaps of it; a tenth is cut off by the spread.
pub(crate) fn unknown_root(elapsed: f64) -> f64 {
    let gap = ((1.0 + elapsed / 2.0) * 1.5_f64.ln() / 0.5).min(10.0);
    (2.0 * USUAL_WORTH).sqrt() / (0.9 * gap)
}

/// What a look is worth for a schedule to be the exponential one where nothing is known, in seconds.
pub(crate) const USUAL_WORTH: f64 = 0.4;
