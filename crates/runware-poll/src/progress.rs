//! [`Progress`]: when a task will be done, by its own reports.

use std::time::Duration;

use crate::backoff::scale;
use crate::tick::Tick;

/// How much later each look comes that finds the progress where it was.
const PATIENCE: f64 = 1.5;

/// So many reports without progress are as good as any more.
const LONGEST_STALL: i32 = 32;

/// What a task has reported of its progress.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Progress {
    /// The first report of work that has begun.
    first: Report,
    /// The latest report.
    last: Report,
    /// How many reports before it said the same.
    stalled: i32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Report {
    at: Tick,
    percent: u8,
}

impl Progress {
    /// A first report. None if nothing is done yet: the time before the work begins says nothing of how long it takes.
    pub(crate) fn begun(at: Tick, percent: u8) -> Option<Self> {
        let report = Report { at, percent };
        (1..=100).contains(&percent).then_some(Self { first: report, last: report, stalled: 0 })
    }

    /// A further report. One of less progress than before is not believed.
    pub(crate) fn report(&mut self, at: Tick, percent: u8) {
        if (self.last.percent + 1..=100).contains(&percent) {
            self.last = Report { at, percent };
            self.stalled = 0;
        } else {
            self.stalled = (self.stalled + 1).min(LONGEST_STALL);
        }
    }

    /// Whether its latest report shows no progress.
    pub(crate) const fn stands_still(&self) -> bool {
        self.stalled > 0
    }

    /// How long after its latest report the task will be done, if it goes on as it did since `origin`, when its work
    /// began at the soonest. Longer with each report that shows no progress.
    pub(crate) fn left(&self, origin: Tick) -> Option<Duration> {
        let (since, from) = match self.last.percent - self.first.percent {
            0 => (origin, 0),
            _ => (self.first.at, self.first.percent),
        };
        let done = f64::from(self.last.percent - from);
        let to_do = f64::from(100 - self.last.percent);
        let left = scale(self.last.at.duration_since(since), to_do / done)?;
        let patience = PATIENCE.powi(self.stalled) - 1.0;
        Some(left + scale(left.max(Duration::from_secs(1)), patience)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Tick {
        Tick::from_millis(secs * 1_000)
    }

    fn left(progress: &Progress) -> u64 {
        progress.left(at(100)).unwrap().as_secs()
    }

    #[test]
    fn one_report_counts_from_the_beginning_and_more_from_the_first_of_them() {
        let mut progress = Progress::begun(at(140), 40).unwrap();
        assert_eq!(left(&progress), 60, "40 % in 40 s");
        progress.report(at(150), 60);
        assert_eq!(left(&progress), 20, "20 % in 10 s, whatever it waited for before");
        progress.report(at(169), 99);
        assert_eq!(left(&progress), 0);
    }

    #[test]
    fn reports_without_progress_are_waited_out() {
        let mut progress = Progress::begun(at(150), 50).unwrap();
        progress.report(at(198), 98);
        let waits = (0..8).map(|number| {
            progress.report(at(200 + number), 98);
            left(&progress)
        });
        assert_eq!(waits.collect::<Vec<_>>(), [3, 4, 6, 10, 15, 22, 34, 51]);
        progress.report(at(300), 97);
        assert_eq!(left(&progress), 76, "what falls back is no progress");
    }

    #[test]
    fn nothing_done_and_nonsense_say_nothing() {
        assert_eq!(Progress::begun(at(120), 0), None);
        assert_eq!(Progress::begun(at(120), 101), None);
        let mut progress = Progress::begun(at(120), 20).unwrap();
        progress.report(at(121), 255);
        assert_eq!(progress.last.percent, 20);
        assert_eq!(Progress::begun(at(120), 100).unwrap().left(at(100)), Some(Duration::ZERO));
    }
}
