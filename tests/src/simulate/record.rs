//! [`Record`]: what happened in a run, and the [`Figures`] of it.

use super::goals::round;
use serde::Serialize;

/// What happened in a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// What came of each task.
    pub tasks: Vec<Noticed>,
    /// When each request for states went out, in seconds.
    pub requests: Vec<f64>,
}

/// What came of one task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Noticed {
    /// How often its state was asked.
    pub checks: u32,
    /// How long each of its results went unnoticed, in seconds.
    pub lags: Vec<f64>,
}

/// What a run cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// How often the state of a task was asked.
    pub checks: f64,
    /// How many requests that made for each task.
    pub requests: f64,
    /// How long a result went unnoticed, in seconds.
    pub lag: f64,
    /// Half of the results went unnoticed for less.
    pub lag_p50: f64,
    /// All but one in a hundred went unnoticed for less.
    pub lag_p99: f64,
    /// The most requests in a second.
    pub peak: usize,
}

impl Record {
    /// The figures of all tasks.
    pub fn figures(&self) -> Figures {
        self.figures_from(0)
    }

    /// The figures of the tasks from this one on; the requests are those of all.
    pub fn figures_from(&self, first: usize) -> Figures {
        let tasks = self.tasks.get(first..).unwrap_or_default();
        let mut lags: Vec<f64> = tasks.iter().flat_map(|task| task.lags.iter().copied()).collect();
        lags.sort_by(f64::total_cmp);
        let share = |share: f64| {
            let at = (lags.len() as f64 * share) as usize;
            lags.get(at.min(lags.len().saturating_sub(1))).copied().unwrap_or_default()
        };
        let checks: u32 = tasks.iter().map(|task| task.checks).sum();
        Figures {
            checks: round(f64::from(checks) / tasks.len() as f64),
            requests: round(self.requests.len() as f64 / self.tasks.len() as f64),
            lag: round(lags.iter().sum::<f64>() / lags.len() as f64),
            lag_p50: round(share(0.5)),
            lag_p99: round(share(0.99)),
            peak: self.peak(),
        }
    }

    /// The most requests in a second that begins with one.
    fn peak(&self) -> usize {
        let mut times = self.requests.clone();
        times.sort_by(f64::total_cmp);
        let within = |(at, time): (usize, &f64)| times[at..].partition_point(|later| *later < time + 1.0);
        times.iter().enumerate().map(within).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_those_of_the_tasks() {
        let noticed = |checks, lag| Noticed { checks, lags: vec![lag] };
        let record = Record {
            tasks: vec![noticed(2, 1.0), noticed(4, 3.0), noticed(6, 5.0), noticed(8, 7.0)],
            requests: vec![0.5, 1.4, 1.5, 9.0],
        };
        let figures = Figures { checks: 5.0, requests: 1.0, lag: 4.0, lag_p50: 5.0, lag_p99: 7.0, peak: 2 };
        assert_eq!(record.figures(), figures);
        assert_eq!(record.figures_from(2).checks, 7.0);
    }
}
