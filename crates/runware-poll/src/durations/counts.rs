//! [`Counts`]: how many tasks took how long.

use std::time::Duration;

use super::scale::{BINS, bin_of, bins};

/// How finely one task is divided where it is not known exactly when it ended.
pub(super) const UNIT: u16 = 16;

/// How many tasks took how long, in each bin of the scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    /// Tasks that ended, in sixteenths.
    pub(super) ended: [u16; BINS],
    /// Tasks of which is only known that they took longer, in sixteenths.
    pub(super) outlasted: [u16; BINS],
}

impl Counts {
    pub(super) const fn new() -> Self {
        Self { ended: [0; BINS], outlasted: [0; BINS] }
    }

    /// Counts one task that ended some time between two looks: in each bin for as much of it as of the tasks that are
    /// `known` to have ended there, and of one more that may have ended any moment (a step of Turnbull's, "The Empirical
    /// Distribution Function with Arbitrarily Grouped, Censored and Truncated Data", 1976).
    pub(super) fn spread(&mut self, after: Duration, by: Duration, known: &[f64]) {
        let by = by.max(after);
        let (first, last) = (bin_of(after), bin_of(by));
        let (after, by) = (after.as_secs_f64(), by.as_secs_f64());
        let span = (by - after).max(f64::MIN_POSITIVE);
        let between = || bins().zip(known).skip(first).take(last + 1 - first);
        let weight = |(range, known): (std::ops::Range<f64>, &f64)| {
            known + (range.end.min(by) - range.start.max(after)).max(0.0) / span
        };
        let whole = between().map(weight).sum::<f64>().max(f64::MIN_POSITIVE);
        let (mut sum, mut given) = (0.0, 0);
        let bins = self.ended.iter_mut().enumerate().skip(first);
        for ((bin, count), weighed) in bins.zip(between().map(weight)) {
            sum += weighed;
            let share = if bin < last { (sum / whole).min(1.0) } else { 1.0 };
            let upto = (share * f64::from(UNIT)).round() as u16;
            *count = count.saturating_add(upto.saturating_sub(given));
            given = upto;
        }
    }

    /// Counts one task that took longer than this.
    pub(super) fn outlasted(&mut self, time: Duration) {
        if let Some(count) = self.outlasted.get_mut(bin_of(time)) {
            *count = count.saturating_add(UNIT);
        }
    }

    /// Halves everything.
    pub(super) fn fade(&mut self) {
        self.ended.iter_mut().chain(&mut self.outlasted).for_each(|units| *units /= 2);
    }

    pub(super) fn add(&mut self, other: &Self) {
        let theirs = other.ended.iter().chain(&other.outlasted);
        for (ours, theirs) in self.ended.iter_mut().chain(&mut self.outlasted).zip(theirs) {
            *ours = ours.saturating_add(*theirs);
        }
    }

    /// How many tasks ended.
    pub(super) fn tasks(&self) -> u32 {
        self.ended.iter().map(|units| u32::from(*units)).sum::<u32>() / u32::from(UNIT)
    }

    /// In each bin, how many tasks ended and how many were watched no further.
    pub(super) fn bins(&self) -> impl Iterator<Item = (f64, f64)> {
        let tasks = |units: &u16| f64::from(*units) / f64::from(UNIT);
        self.ended.iter().map(tasks).zip(self.outlasted.iter().map(tasks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_task_counts_once_and_where_it_may_have_ended(after in 0_u64..2_000_000, span in 0_u64..300_000) {
            let (after, by) = (Duration::from_millis(after), Duration::from_millis(after + span));
            let mut counts = Counts::new();
            counts.spread(after, by, &[1.0; BINS]);
            let all: u32 = counts.ended.iter().map(|units| u32::from(*units)).sum();
            prop_assert_eq!(all, u32::from(UNIT));
            for (bin, units) in counts.ended.iter().enumerate() {
                prop_assert!(*units == 0 || (bin_of(after)..=bin_of(by)).contains(&bin));
            }
        }
    }
}
