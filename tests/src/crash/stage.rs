//! What all processes of a run have in common: the emulator and the journal.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use runware::transport::{Clock as _, TokioClock};
use runware_emulator::{Action, Emulator, Ledger, RequestKind, Rule};

use crate::program;

/// No result takes longer: most processes live long enough to see theirs.
const LONGEST: Duration = Duration::from_millis(60);

/// The emulator, the program, and the journal.
pub(super) struct Stage {
    pub(super) clock: TokioClock,
    pub(super) program: PathBuf,
    pub(super) journal: PathBuf,
    emulator: Emulator,
    asked: Arc<Mutex<Option<Duration>>>,
}

impl Stage {
    /// For so many rounds, in this folder.
    pub(super) async fn set(rounds: u64, seed: u64, folder: &Path) -> Result<Self> {
        let clock = TokioClock::new();
        let asked = Arc::<Mutex<Option<Duration>>>::default();
        let witness = Arc::clone(&asked);
        let witness = Rule::new(Action::EmptyErrors).when(move |request| {
            if request.kind != RequestKind::Authenticate
                && let Ok(mut first) = witness.lock()
            {
                first.get_or_insert(clock.now());
            }
            false
        });
        let rounds = usize::try_from(rounds)?;
        let scripted = runware_emulator::Options::new()
            .seed(seed)
            .durations(Duration::ZERO..=LONGEST)
            .failure_rate(0.05)
            .max_tasks(rounds.saturating_mul(10))
            .fault(witness);
        let emulator = Emulator::start(scripted).await.context("the emulator does not start")?;
        let journal = folder.join("state").join("journal.db");
        Ok(Self { clock, program: program::runware()?, journal, emulator, asked })
    }

    pub(super) fn urls(&self) -> (String, String) {
        (self.emulator.http_url(), self.emulator.ws_url())
    }

    /// What really happened until now.
    pub(super) fn ledger(&self) -> Ledger {
        self.emulator.ledger()
    }

    /// From now on, the next request is the first.
    pub(super) fn forget_requests(&self) {
        if let Ok(mut first) = self.asked.lock() {
            *first = None;
        }
    }

    /// When the first request came since they were forgotten.
    pub(super) fn first_request(&self) -> Option<Duration> {
        self.asked.lock().ok().and_then(|first| *first)
    }
}
