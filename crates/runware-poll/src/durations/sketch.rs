//! [`Sketch`]: how long tasks of one kind took, in a fixed and small space.

use std::time::Duration;

use super::counts::Counts;
use super::scale::{BINS, bin_of};

/// How many tasks make a generation: between one and two of them are remembered.
const GENERATION: u32 = 128;

/// How many tasks have to be known before a further one can be unexpected.
pub(crate) const FEWEST: u32 = 3;

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

/// How long tasks took, as counts on a logarithmic scale, in two generations. When the young one is full it becomes
/// the old one, and what was old is forgotten.
///
/// All counts are whole numbers, so that the order in which sketches are merged makes no difference.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sketch {
    pub(super) young: Counts,
    pub(super) old: Counts,
    /// How likely it is that tasks no longer take as long as they took.
    pub(super) doubt: f32,
}

impl Sketch {
    pub(crate) const fn new() -> Self {
        Self { young: Counts::new(), old: Counts::new(), doubt: 0.0 }
    }

    /// A task ended after more than `after` and at most `by`.
    pub(crate) fn ended(&mut self, after: Duration, by: Duration) {
        self.doubt = self.doubt_after(after, by);
        if f64::from(self.doubt) > FADING {
            self.young.fade();
            self.old.fade();
        }
        if self.young.tasks() >= GENERATION {
            self.old = std::mem::replace(&mut self.young, Counts::new());
        }
        let known: Vec<f64> = self.counts().map(|(ended, _)| ended).collect();
        self.young.spread(after, by, &known);
    }

    /// A task took longer than this, and was not watched any further.
    pub(crate) fn outlasted(&mut self, time: Duration) {
        self.young.outlasted(time);
    }

    /// Takes in what another sketch has counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.young.add(&other.young);
        self.old.add(&other.old);
        self.doubt = self.doubt.max(other.doubt);
    }

    /// How many tasks ended, as far as they are remembered.
    pub(crate) fn tasks(&self) -> u32 {
        self.young.tasks() + self.old.tasks()
    }

    /// How likely it is that the next task takes a time that this says nothing about.
    pub(crate) fn doubt(&self) -> f64 {
        f64::from(self.doubt).max(novelty(self.tasks()))
    }

    /// In each bin, how many tasks ended and how many were watched no further, in order.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (f64, f64)> {
        let generations = self.young.bins().zip(self.old.bins());
        generations.map(|(young, old)| (young.0 + old.0, young.1 + old.1))
    }

    /// The doubt after a task that ended then, by Bayes' rule: if tasks take other times than before, all orders of
    /// magnitude are equally likely.
    fn doubt_after(&self, after: Duration, by: Duration) -> f32 {
        let tasks = self.tasks();
        if tasks < FEWEST {
            return 0.0;
        }
        let (first, last) = (bin_of(after).saturating_sub(NEAR), (bin_of(by) + NEAR).min(BINS - 1));
        let near: f64 = self.counts().skip(first).take(last + 1 - first).map(|(ended, _)| ended).sum();
        let as_before = (near + 0.5) / (f64::from(tasks) + 1.0);
        let anyhow = (last + 1 - first) as f64 / ANYWHERE;
        let likelier = (as_before / anyhow).clamp(1.0 / WEIGHT, WEIGHT);
        let doubt = self.doubt().max(CHANGE);
        (doubt / (doubt + (1.0 - doubt) * likelier)) as f32
    }
}

/// How likely it is that a task does what none of so many has done before (Laplace's rule of succession).
fn novelty(tasks: u32) -> f64 {
    1.0 / (f64::from(tasks) + 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(secs: f64) -> Duration {
        Duration::from_secs_f64(secs)
    }

    /// A sketch of tasks that took about a minute.
    fn minutes(tasks: u32) -> Sketch {
        let mut sketch = Sketch::new();
        for task in 0..tasks {
            sketch.ended(secs(55.0), secs(60.0 + f64::from(task % 5)));
        }
        sketch
    }

    #[test]
    fn it_is_small() {
        assert!(size_of::<Sketch>() <= 2_048, "{}", size_of::<Sketch>());
    }

    #[test]
    fn it_forgets_by_generations() {
        let mut sketch = minutes(100);
        assert_eq!(sketch.tasks(), 100);
        for _ in 0..3 * GENERATION {
            sketch.ended(secs(55.0), secs(60.0));
            assert!(sketch.tasks() <= 2 * GENERATION);
        }
        assert!(sketch.tasks() > GENERATION);
    }

    #[test]
    fn one_stray_task_raises_no_doubt_and_a_few_in_a_row_do() {
        let mut sketch = minutes(50);
        assert!(sketch.doubt() < 0.02, "{}", sketch.doubt());
        sketch.ended(secs(9.0), secs(11.0));
        assert!(sketch.doubt() < 0.3, "{}", sketch.doubt());
        for _ in 0..4 {
            sketch.ended(secs(9.0), secs(11.0));
        }
        assert!(sketch.tasks() < 50, "what was known before fades: {}", sketch.tasks());
        for _ in 0..12 {
            sketch.ended(secs(9.0), secs(11.0));
        }
        let late: f64 = sketch.counts().skip(bin_of(secs(40.0))).map(|(ended, _)| ended).sum();
        assert!(late < 15.0, "of the minutes most are forgotten: {late}");
        assert!(sketch.doubt() < 0.1, "and the new times are believed: {}", sketch.doubt());
    }
}
