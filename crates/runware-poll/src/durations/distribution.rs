//! [`Distribution`]: when the next task is likely to end, estimated from those before it.

use super::scale::{BINS, RATIO, bins};
use super::sketch::Sketch;
use crate::forecast::{Forecast, unknown_root};

/// How much of what tells tasks apart is taken for chance: the width over which one task is spread, as a share of the
/// rule of Silverman (Density Estimation for Statistics and Data Analysis, 1986, 3.31) for the bell curve.
const SMOOTHING: f64 = 0.8;

/// How far apart tasks are assumed to be before any is known, as a standard deviation of the logarithm, and how many
/// tasks that assumption is worth.
const ASSUMED_SPREAD: f64 = 0.3;
const ASSUMED_TASKS: f64 = 2.0;

/// No task is spread less than this, in bins.
const NARROWEST: f64 = 0.4;

/// Where tasks of a coarser level have to stand in, at least this share is left to what is not known.
const STAND_IN_DOUBT: f64 = 0.5;

/// How many of the exponential schedule's looks are made where no task has ended: so much, times the root of the doubt.
const PROBING: f64 = 0.3;

/// How many of them are made where tasks of a coarser level stand in.
const STAND_IN_PROBING: f64 = 0.5;

/// Before this share of tasks has ended, the next one is not to be expected.
const PLAUSIBLE: f64 = 0.01;

/// How the end of a task is distributed.
#[derive(Clone, Debug)]
pub(super) struct Distribution {
    /// The probability of each bin.
    bins: [f64; BINS],
    /// That of a later end.
    later: f64,
    /// How likely it is that all this is wrong.
    doubt: f64,
    /// How many of the looks are made in any case that would be if nothing were known.
    probing: f64,
}

impl Distribution {
    /// What is assumed while nothing is known: that for which the exponential schedule is the right one.
    pub(super) fn unknown() -> Self {
        let mut unknown = Self { bins: [0.0; BINS], later: 1.0, doubt: 1.0, probing: 1.0 };
        for (bin, range) in unknown.bins.iter_mut().zip(bins()) {
            let root = unknown_root(range.start.midpoint(range.end));
            *bin = unknown.later * (1.0 - (-root * root * (range.end - range.start)).exp());
            unknown.later -= *bin;
        }
        unknown
    }

    /// What a sketch adds to it. `is_finest` if the sketch is of no wider kind than the task that this is for.
    pub(super) fn learn(&self, sketch: &Sketch, is_finest: bool) -> Self {
        let mut learned = kaplan_meier(sketch);
        learned.smooth(sketch.tasks());
        let horizon = sketch.bins().rposition(|(_, came)| came > 0.0).unwrap_or(0);
        learned.extend(self, horizon);
        let doubt = sketch.doubt();
        let (doubt, probing) = match is_finest {
            true => (doubt, PROBING * doubt.sqrt()),
            false => (doubt.max(STAND_IN_DOUBT), STAND_IN_PROBING),
        };
        learned.mix(self, doubt);
        learned.probing = probing;
        learned
    }

    /// Gives away the share `doubt` of it to what was known without it.
    fn mix(&mut self, before: &Self, doubt: f64) {
        for (bin, before) in self.bins.iter_mut().zip(&before.bins) {
            *bin += doubt * (before - *bin);
        }
        self.later += doubt * (before.later - self.later);
        self.doubt = doubt;
    }

    /// Spreads each bin over its neighbours: the next task will not end just where another one did.
    fn smooth(&mut self, tasks: f64) {
        let width = self.width(tasks);
        let reach = (3.0 * width).ceil() as usize;
        let kernel: Vec<f64> = (0..=reach).map(|away| (-0.5 * (away as f64 / width).powi(2)).exp()).collect();
        let mut smooth = [0.0; BINS];
        for (centre, p) in self.bins.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            let first = centre.saturating_sub(reach);
            let range = first..=(centre + reach).min(BINS - 1);
            let weight = |bin: usize| kernel.get(bin.abs_diff(centre)).copied().unwrap_or_default();
            let whole: f64 = range.clone().map(weight).sum();
            for (bin, to) in range.zip(smooth.iter_mut().skip(first)) {
                *to += p * weight(bin) / whole;
            }
        }
        self.bins = smooth;
    }

    /// Over how many bins one of so many tasks is spread, as a standard deviation.
    fn width(&self, tasks: f64) -> f64 {
        let total: f64 = self.bins.iter().sum();
        let centred = |centre: f64, power| {
            let terms =
                self.bins.iter().zip(0_u32..).map(|(p, bin)| p * (f64::from(bin) - centre).powi(power));
            terms.sum::<f64>() / total.max(f64::MIN_POSITIVE)
        };
        let assumed = ASSUMED_SPREAD / RATIO.ln();
        let observed = centred(centred(0.0, 1), 2);
        let variance = (tasks * observed + ASSUMED_TASKS * assumed * assumed) / (tasks + ASSUMED_TASKS);
        (SMOOTHING * variance.sqrt() * tasks.max(1.0).powf(-0.2)).max(NARROWEST)
    }

    /// Gives the tasks that outlasted all that was seen to the bins after it, as it was thought of them before.
    fn extend(&mut self, before: &Self, horizon: usize) {
        let rest = before.later + before.bins.iter().skip(horizon + 1).sum::<f64>();
        if rest <= 0.0 {
            return;
        }
        let share = self.later / rest;
        for (bin, before) in self.bins.iter_mut().zip(&before.bins).skip(horizon + 1) {
            *bin += share * before;
        }
        self.later = share * before.later;
    }

    /// What this means for when to look.
    pub(super) fn forecast(&self) -> Forecast {
        // Added from the end, where they are smallest.
        let mut left = self.later;
        let mut roots: Vec<f32> = Vec::with_capacity(BINS);
        let spans: Vec<_> = bins().collect();
        for (p, span) in self.bins.iter().zip(&spans).rev() {
            left += p;
            let share = (p / left.max(f64::MIN_POSITIVE)).min(SURE);
            let hazard = -(1.0 - share).ln() / (span.end - span.start);
            let probe = self.probing * unknown_root(span.start.midpoint(span.end));
            roots.push(hazard.sqrt().max(probe) as f32);
        }
        roots.reverse();
        Forecast::new(roots.into(), self.quiet(), 1.0 - self.doubt)
    }

    /// How many bins pass before the task may end any moment.
    fn quiet(&self) -> usize {
        let mut ended = 0.0;
        let is_quiet = |p: &&f64| {
            ended += **p;
            ended < PLAUSIBLE + self.doubt
        };
        self.bins.iter().take_while(is_quiet).count()
    }
}

/// The largest share of the tasks that are left that one bin can take: with all of them, the hazard has no end.
const SURE: f64 = 0.999;

/// The estimate of Kaplan and Meier ("Nonparametric Estimation from Incomplete Observations", 1958): of those that came
/// to an age, the share that ended there.
fn kaplan_meier(sketch: &Sketch) -> Distribution {
    let mut known = Distribution { bins: [0.0; BINS], later: 1.0, doubt: 0.0, probing: 0.0 };
    for (bin, (ended, came)) in known.bins.iter_mut().zip(sketch.bins()) {
        if came > 0.0 {
            *bin = known.later * ended / came;
            known.later = (known.later - *bin).max(0.0);
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use crate::durations::scale::bin_of;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn whole(distribution: &Distribution) -> f64 {
        distribution.bins.iter().sum::<f64>() + distribution.later
    }

    /// How likely an end within so many seconds is.
    fn by(distribution: &Distribution, end: u64) -> f64 {
        distribution.bins.iter().take(bin_of(secs(end)) + 1).sum()
    }

    fn learn(sketch: &mut Sketch, after: u64, by: u64) {
        sketch.pass(Duration::ZERO, secs(after));
        sketch.end(secs(after), secs(by));
    }

    #[test]
    fn probabilities_add_up() {
        let mut sketch = Sketch::new();
        let mut learned = Distribution::unknown();
        assert!((whole(&learned) - 1.0).abs() < 1e-9);
        for task in 1..80_u64 {
            learn(&mut sketch, task % 7, task % 7 + task % 40);
            sketch.pass(Duration::ZERO, secs(task));
            learned = Distribution::unknown().learn(&sketch, true);
            assert!((whole(&learned) - 1.0).abs() < 1e-9, "{}", whole(&learned));
        }
        assert!(learned.bins.iter().all(|p| *p >= 0.0));
    }

    /// Of a hundred tasks that began together ten have ended: that is a tenth of them, not all there will be.
    #[test]
    fn the_first_to_finish_do_not_speak_for_those_that_run() {
        let mut sketch = Sketch::new();
        for _ in 0..90 {
            sketch.pass(Duration::ZERO, secs(25));
        }
        let mut alone = Sketch::new();
        for task in 0..10 {
            learn(&mut sketch, 18, 19 + task % 3);
            learn(&mut alone, 18, 19 + task % 3);
        }
        let learned = Distribution::unknown().learn(&sketch, true);
        assert!((0.05..0.25).contains(&by(&learned, 24)), "{}", by(&learned, 24));
        let alone = Distribution::unknown().learn(&alone, true);
        assert!(by(&alone, 24) > 0.9, "{}", by(&alone, 24));
    }

    #[test]
    fn a_task_that_was_given_up_counts_as_long_as_it_was_watched() {
        let mut sketch = Sketch::new();
        for _ in 0..10 {
            learn(&mut sketch, 58, 61);
            sketch.pass(Duration::ZERO, secs(30));
            sketch.pass(Duration::ZERO, secs(90));
        }
        let learned = Distribution::unknown().learn(&sketch, true);
        // Half of those that were watched for a minute had ended by then.
        assert!((by(&learned, 80) - 0.5).abs() < 0.1, "{}", by(&learned, 80));
    }
}
