//! What one run has shown.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::lag::Lag;
use super::options::Way;

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
    /// Fails where a task was lost, failed, or billed other than once, or a second had more requests than it may.
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
        Ok(())
    }
}
