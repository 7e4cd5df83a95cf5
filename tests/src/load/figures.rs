//! What one run has shown.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::lag::Lag;
use super::options::Way;

/// So many tasks at once, and no more.
const CROWD: u64 = 100_000;
/// How much may be resident at most for as many, above what was before, in MiB.
const MOST_MIB: f64 = 150.0;

/// One line of JSON. What does not begin with `client`, `wall` or `outcomes` is the emulator's word.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Figures {
    pub(super) transport: Way,
    pub(super) tasks: u64,
    pub(super) median_s: f64,
    pub(super) sigma: f64,
    pub(super) seed: u64,
    /// The client's limit for the requests in a second, if it has one.
    pub(super) rate: Option<f64>,
    /// Whether it looked on the fixed schedule.
    pub(super) exponential: bool,
    pub(super) requests: u64,
    pub(super) requests_per_task: f64,
    /// The most requests in one second, those of the one task before the load included.
    pub(super) busiest_second: u64,
    pub(super) submissions: u64,
    pub(super) details: u64,
    pub(super) checks: u64,
    pub(super) checks_per_task: f64,
    pub(super) accepted: u64,
    pub(super) billed: u64,
    /// Tasks that were accepted once, billed once, and delivered.
    pub(super) perfect: u64,
    /// Outcomes that the client had, and those of them that succeeded.
    pub(super) outcomes: u64,
    pub(super) outcomes_succeeded: u64,
    pub(super) lag_s: Lag,
    /// From the first submission to the last outcome; and until all tasks had been handed to the client.
    pub(super) wall_s: f64,
    pub(super) wall_submit_s: f64,
    pub(super) client_cpu_s: f64,
    /// What was resident before the load, with one task done.
    pub(super) client_idle_mib: f64,
    /// What was resident at most, above that.
    pub(super) client_peak_mib: f64,
    /// What is still resident after the last outcome, above that.
    pub(super) client_left_mib: f64,
    pub(super) emulator_cpu_s: f64,
    pub(super) emulator_peak_mib: f64,
}

impl Figures {
    /// Fails where a task was lost, failed, or billed other than once, a second had more requests than it may, or
    /// the memory was more than a hundred thousand tasks may take up.
    pub(super) fn check(&self) -> Result<()> {
        let Self { tasks, accepted, billed, perfect, outcomes, outcomes_succeeded, .. } = self;
        let all = [accepted, billed, perfect, outcomes, outcomes_succeeded];
        ensure!(
            all.iter().all(|count| *count == tasks),
            "of {tasks} tasks, {accepted} were accepted, {billed} billed, and {perfect} delivered and both of that \
             once; there were {outcomes} outcomes, {outcomes_succeeded} of them successes"
        );
        if let Some(rate) = self.rate {
            let most = rate + rate.max(1.0);
            let busiest = self.busiest_second;
            ensure!(busiest as f64 <= most, "a second had {busiest} requests, and may have {most}");
        }
        let mib = self.client_peak_mib;
        ensure!(*tasks > CROWD || mib <= MOST_MIB, "the client took up {mib} MiB, and may {MOST_MIB}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(tasks: u64, client_peak_mib: f64) -> Figures {
        let mut figures = serde_json::json!({
            "transport": "ws", "median_s": 5.0, "sigma": 0.5, "seed": 1, "rate": null, "exponential": false,
            "requests": 10, "requests_per_task": 0.1, "busiest_second": 5, "submissions": 5, "details": 0,
            "checks": 5, "checks_per_task": 1.0, "lag_s": { "mean": 1.0, "p50": 1.0, "p99": 1.0, "max": 1.0 },
            "wall_s": 1.0, "wall_submit_s": 0.1, "client_cpu_s": 1.0, "client_idle_mib": 9.0,
            "client_peak_mib": client_peak_mib, "client_left_mib": 1.0, "emulator_cpu_s": 1.0,
            "emulator_peak_mib": 1.0,
        });
        for name in ["tasks", "accepted", "billed", "perfect", "outcomes", "outcomes_succeeded"] {
            figures[name] = tasks.into();
        }
        serde_json::from_value(figures).unwrap()
    }

    #[test]
    fn a_hundred_thousand_tasks_may_take_up_150_mib() {
        figures(100_000, 150.0).check().unwrap();
        let error = figures(100_000, 150.1).check().unwrap_err().to_string();
        assert_eq!(error, "the client took up 150.1 MiB, and may 150");
        figures(100_001, 150.1).check().unwrap();
    }

    #[test]
    fn a_task_that_was_lost_is_an_error() {
        let lost = Figures { outcomes: 99, ..figures(100, 1.0) };
        assert!(lost.check().is_err());
    }
}
