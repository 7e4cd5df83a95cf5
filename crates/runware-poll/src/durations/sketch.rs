//! [`Sketch`]: how long tasks of one kind took, in a fixed and small space.

use std::time::Duration;

use super::scale::{BINS, bin_of, bins};

/// How finely one task is divided where it is not known exactly when it ended.
const UNIT: u16 = 16;

/// A bin remembers at most so many of the tasks that came by, and at least half of them.
const MEMORY: u16 = 256 * UNIT;

/// How many tasks have to be known before one can be unexpected, and before anything is forecast.
const FEWEST: f64 = 3.0;

/// How many tasks have to be known before what is forecast is more than a guess.
const PLENTY: f64 = 50.0;

/// A task took about as long as another one if no more than this many bins are between them: a fifth more or less.
const NEAR: usize = 3;

/// How many bins a time of which nothing is known may be in: those from a second to twenty minutes.
const ANYWHERE: f64 = 117.0;

/// How much one task can change what is thought of all others: its time is at most so many times as likely as any other.
const WEIGHT: f64 = 20.0;

/// How likely it is, before each task, that tasks have begun to take other times than before.
const CHANGE: f64 = 0.02;

/// From this doubt on, what is known fades with each task that ends.
const FADING: f64 = 0.5;

/// How many tasks ended in each bin of the scale, and how many came through it.
///
/// Both are forgotten alike: a bin that is full halves its counts. So the share of the tasks that ended in a bin is that
/// of the last ones that came by, whether or not they have ended since, and the first to finish do not speak for the
/// others. All counts are whole numbers, so that the order in which sketches are merged makes no difference.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sketch {
    /// In sixteenths of a task.
    pub(super) ended: [u16; BINS],
    /// In sixteenths of a task.
    pub(super) passed: [u16; BINS],
    /// How many tasks were seen to end, in sixteenths, forgotten as those of one bin are.
    ///
    /// The bins have fewer where many tasks run and few end: a bin that is full of those that came by has forgotten most
    /// ends, though the share that ended is as well known as ever.
    pub(super) seen: u16,
    /// How likely it is that tasks no longer take as long as they took.
    pub(super) doubt: f32,
}

impl Sketch {
    pub(super) const fn new() -> Self {
        Self { ended: [0; BINS], passed: [0; BINS], seen: 0, doubt: 0.0 }
    }

    /// A task that had not ended after `last` had not ended after `now` either.
    pub(super) fn pass(&mut self, last: Duration, now: Duration) {
        for Piece { bin, from, to, .. } in pieces(last, now) {
            self.count(bin, 0, units(to) - units(from));
        }
    }

    /// A task ended after more than `after` and at most `by`.
    pub(super) fn end(&mut self, after: Duration, by: Duration) {
        self.doubt = self.doubt_after(after, by);
        if f64::from(self.doubt) > FADING {
            self.fade();
        }
        if self.seen > MEMORY - UNIT {
            self.seen /= 2;
        }
        self.seen += UNIT;
        self.spread(after, by.max(after));
    }

    /// Halves all that is known. An age of which less than a few tasks are left is forgotten: in whole sixteenths, its
    /// ends would be gone before those that passed it, as if none had ended there.
    fn fade(&mut self) {
        for (ended, passed) in self.ended.iter_mut().zip(&mut self.passed) {
            let is_known = f64::from(*ended / 2 + *passed / 2) >= FEWEST * f64::from(UNIT);
            (*ended, *passed) = if is_known { (*ended / 2, *passed / 2) } else { (0, 0) };
        }
        self.seen /= 2;
    }

    /// Takes in what another sketch has counted.
    pub(super) fn merge(&mut self, other: &Self) {
        let add = |ours: &mut [u16; BINS], theirs: &[u16; BINS]| {
            for (ours, theirs) in ours.iter_mut().zip(theirs) {
                *ours = ours.saturating_add(*theirs);
            }
        };
        add(&mut self.ended, &other.ended);
        add(&mut self.passed, &other.passed);
        self.seen = self.seen.saturating_add(other.seen);
        self.doubt = self.doubt.max(other.doubt);
    }

    /// How many tasks what is known of the ends rests on: as many as ended, and no more than came by at any age.
    pub(super) fn tasks(&self) -> f64 {
        let ended: u32 = self.ended.iter().map(|units| u32::from(*units)).sum();
        let came =
            self.ended.iter().zip(&self.passed).map(|(ended, passed)| u32::from(*ended) + u32::from(*passed));
        f64::from(ended.min(came.max().unwrap_or_default())) / f64::from(UNIT)
    }

    /// Whether enough tasks were seen to end to say anything of the next one.
    pub(super) fn is_enough(&self) -> bool {
        f64::from(self.seen) >= FEWEST * f64::from(UNIT)
    }

    /// Whether so many were that their forecast is more than a guess.
    pub(super) fn is_plenty(&self) -> bool {
        f64::from(self.seen) >= PLENTY * f64::from(UNIT)
    }

    /// Takes those as seen that the bins have, if they have more.
    #[cfg(feature = "serde")]
    pub(super) fn see_bins(&mut self) {
        self.seen = self.seen.max((self.tasks() * f64::from(UNIT)) as u16);
    }

    /// How likely it is that the next task takes a time that this says nothing about: more than the rule of succession
    /// says (Laplace) after tasks that nobody expected.
    pub(super) fn doubt(&self) -> f64 {
        f64::from(self.doubt).max(1.0 / (self.tasks() + 2.0))
    }

    /// In each bin, how many tasks ended and how many came there, those included.
    pub(super) fn bins(&self) -> impl DoubleEndedIterator<Item = (f64, f64)> + ExactSizeIterator {
        let tasks = |units: u16| f64::from(units) / f64::from(UNIT);
        let pairs = self.ended.iter().zip(&self.passed);
        pairs.map(move |(ended, passed)| (tasks(*ended), tasks(*ended) + tasks(*passed)))
    }

    /// Counts one task that ended some time between two looks: in each bin for as much of it as of the tasks that are
    /// known to have ended there, and of one more that may have ended any moment (a step of Turnbull's, "The Empirical
    /// Distribution Function with Arbitrarily Grouped, Censored and Truncated Data", 1976).
    fn spread(&mut self, after: Duration, by: Duration) {
        let span = (by - after).as_secs_f64().max(f64::MIN_POSITIVE);
        let weighed = pieces(after, by).map(|piece| {
            let known = self.ended.get(piece.bin).copied().unwrap_or_default();
            let part = piece.to - piece.from;
            (piece.bin, part, part * (f64::from(known) / f64::from(UNIT) + piece.width / span))
        });
        let weighed: Vec<_> = weighed.collect();
        let whole = weighed.iter().map(|(_, _, weight)| weight).sum::<f64>().max(f64::MIN_POSITIVE);
        let (mut sum, mut given, last) = (0.0, 0, bin_of(by));
        for (bin, part, weight) in weighed {
            sum += weight;
            let upto = if bin < last { units(sum / whole) } else { UNIT };
            self.count(bin, upto - given, units(part * f64::from(UNIT - upto) / f64::from(UNIT)));
            given = upto;
        }
    }

    fn count(&mut self, bin: usize, ended: u16, passed: u16) {
        if let (Some(all_ended), Some(all_passed)) = (self.ended.get_mut(bin), self.passed.get_mut(bin)) {
            if *all_ended > MEMORY || *all_passed > MEMORY - *all_ended {
                *all_ended /= 2;
                *all_passed /= 2;
            }
            *all_ended += ended;
            *all_passed += passed;
        }
    }

    /// The doubt after a task that ended then, by Bayes' rule: if tasks take other times than before, all orders of
    /// magnitude are equally likely.
    fn doubt_after(&self, after: Duration, by: Duration) -> f32 {
        if self.tasks() < FEWEST {
            return 0.0;
        }
        let (first, last) = (bin_of(after).saturating_sub(NEAR), (bin_of(by) + NEAR).min(BINS - 1));
        let near: f64 = self.bins().skip(first).take(last + 1 - first).map(|(ended, _)| ended).sum();
        let all: f64 = self.bins().map(|(ended, _)| ended).sum();
        let as_before = (near + 0.5) / (all + 1.0);
        let anyhow = (last + 1 - first) as f64 / ANYWHERE;
        let likelier = (as_before / anyhow).clamp(1.0 / WEIGHT, WEIGHT);
        let doubt = self.doubt().max(CHANGE);
        (doubt / (doubt + (1.0 - doubt) * likelier)) as f32
    }
}

/// A bin, as far as a time is in it.
struct Piece {
    bin: usize,
    /// Which part of the bin it is, from 0 to 1.
    from: f64,
    to: f64,
    /// How wide the whole bin is, in seconds.
    width: f64,
}

/// The bins from one time to another, at least one.
fn pieces(from: Duration, to: Duration) -> impl Iterator<Item = Piece> {
    let (first, last) = (bin_of(from), bin_of(to));
    let (from, to) = (from.as_secs_f64(), to.as_secs_f64());
    bins().enumerate().skip(first).take((last + 1).saturating_sub(first)).map(move |(bin, range)| {
        let width = range.end - range.start;
        let part = |time: f64| ((time - range.start) / width).clamp(0.0, 1.0);
        Piece { bin, from: part(from), to: part(to), width }
    })
}

/// A part of a task in sixteenths.
fn units(part: f64) -> u16 {
    // The cast cuts off what is not whole; rounding is a call on some processors, and this is done for every look.
    (part.clamp(0.0, 1.0) * f64::from(UNIT) + 0.5) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secs(secs: f64) -> Duration {
        Duration::from_secs_f64(secs)
    }

    fn learn(sketch: &mut Sketch, after: f64, by: f64) {
        sketch.pass(Duration::ZERO, secs(after));
        sketch.end(secs(after), secs(by));
    }

    /// A sketch of tasks that took about a minute.
    fn minutes(tasks: u32) -> Sketch {
        let mut sketch = Sketch::new();
        for task in 0..tasks {
            learn(&mut sketch, 55.0, 60.0 + f64::from(task % 5));
        }
        sketch
    }

    #[test]
    fn it_is_small() {
        assert!(size_of::<Sketch>() <= 1_024, "{}", size_of::<Sketch>());
    }

    #[test]
    fn it_remembers_no_more_than_so_many() {
        assert!((minutes(100).tasks() - 100.0).abs() < 1e-9);
        for tasks in [300, 1_000, 5_000] {
            let known = minutes(tasks).tasks();
            assert!((128.0..=258.0).contains(&known), "{known}");
        }
    }

    #[test]
    fn the_share_that_ends_in_a_bin_is_that_of_those_who_come_there() {
        let mut sketch = Sketch::new();
        for task in 0..4_000 {
            // Each fifth ends in ten seconds and the others run.
            sketch.pass(Duration::ZERO, secs(9.9));
            match task % 5 {
                0 => sketch.end(secs(9.9), secs(10.1)),
                _ => sketch.pass(secs(9.9), secs(30.0)),
            }
        }
        let survivors = sketch.bins().map(|(ended, came)| if came > 0.0 { 1.0 - ended / came } else { 1.0 });
        let left: f64 = survivors.product();
        assert!((left - 0.8).abs() < 0.03, "{left}");
    }

    #[test]
    fn one_stray_task_raises_no_doubt_and_a_few_in_a_row_do() {
        let mut sketch = minutes(50);
        assert!(sketch.doubt() < 0.02, "{}", sketch.doubt());
        learn(&mut sketch, 9.0, 11.0);
        assert!(sketch.doubt() < 0.3, "{}", sketch.doubt());
        for _ in 0..4 {
            learn(&mut sketch, 9.0, 11.0);
        }
        assert!(sketch.tasks() < 50.0, "what was known before fades: {}", sketch.tasks());
        for _ in 0..12 {
            learn(&mut sketch, 9.0, 11.0);
        }
        assert!(sketch.doubt() < 0.1, "the new times are believed: {}", sketch.doubt());
    }

    proptest! {
        #[test]
        fn every_task_counts_once_and_where_it_may_have_ended(after in 0_u64..2_000_000, span in 0_u64..300_000) {
            let (after, by) = (Duration::from_millis(after), Duration::from_millis(after + span));
            let mut sketch = minutes(4);
            let before = sketch.clone();
            sketch.end(after, by);
            let gained = sketch.ended.iter().zip(&before.ended).map(|(now, before)| now.saturating_sub(*before));
            prop_assert_eq!(gained.clone().sum::<u16>(), UNIT);
            for (bin, units) in gained.enumerate() {
                prop_assert!(units == 0 || (bin_of(after)..=bin_of(by)).contains(&bin));
            }
        }
    }
}
