//! What the emulator says of a load: the truth.

use runware::types::TaskType;
use runware_emulator::{Ledger, ResultAccount};
use serde::{Deserialize, Serialize};

use super::lag::Lag;
use super::options::Work;
use super::process::Usage;

/// Where the emulator is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Urls {
    pub(super) http: String,
    pub(super) ws: String,
}

/// What really happened, by the emulator's ledger. But for the requests, it is about the tasks of the load alone.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Truth {
    /// Requests, or frames with tasks in them.
    pub(super) requests: u64,
    /// All frames, with those that authenticate and keep alive.
    pub(super) frames: u64,
    pub(super) busiest_second: u64,
    pub(super) submissions: u64,
    /// Questions to the archive, of all tasks.
    pub(super) details: u64,
    pub(super) checks: u64,
    pub(super) accepted: u64,
    pub(super) billed: u64,
    /// Tasks that were accepted, billed and delivered, and not more than once accepted and billed.
    pub(super) perfect: u64,
    pub(super) lag_s: Lag,
    pub(super) cpu_s: f64,
    pub(super) peak_mib: f64,
}

impl Truth {
    pub(super) fn of(ledger: &Ledger, work: &Work, usage: &Usage) -> Self {
        let accounts: Vec<_> = work.ids().filter_map(|id| ledger.task(&id)).collect();
        let lag = |result: &ResultAccount| Some(result.first_delivered_at?.saturating_sub(result.ready_at?));
        let lags = accounts.iter().flat_map(|account| &account.results).filter_map(lag);
        let perfect = accounts.iter().filter(|account| {
            let is_delivered = account.results.iter().all(|result| result.first_delivered_at.is_some());
            is_delivered && (account.accepted, account.billed, account.results.len()) == (1, 1, 1)
        });
        Self {
            requests: ledger.requests(),
            frames: ledger.frames(),
            busiest_second: ledger.requests_in_busiest_second(),
            submissions: accounts.iter().map(|account| account.submitted).sum(),
            details: ledger.tasks_of(&TaskType::GetTaskDetails),
            checks: accounts.iter().map(|account| account.checks).sum(),
            accepted: accounts.iter().map(|account| account.accepted).sum(),
            billed: accounts.iter().map(|account| account.billed).sum(),
            perfect: perfect.count() as u64,
            lag_s: Lag::of(lags.collect()),
            cpu_s: usage.cpu_s,
            peak_mib: usage.peak_mib,
        }
    }
}
