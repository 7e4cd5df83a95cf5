//! [`SqliteJournal`]: what can be done with a journal.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use runware::journal::{
    Begun, Claim, Claimed, Intent, Journal, JournalError, JournalErrorKind, Note, Ticket,
};
use runware::poll::Durations;
use runware::transport::async_trait;
use runware::types::TaskUuid;

use crate::{Decided, Decision, Filter, Health, Kept, Listed, Options, Pruned, Retention, Spent};

/// A journal in a file, which several processes can share.
///
/// A journal that was opened is one *owner*: the tasks that are begun or claimed with it, or with a clone of it, belong
/// to it until it is dropped, its process ends, or it says nothing for longer than its [lease](Options::lease). Clones
/// are cheap. The last one that is dropped closes the file, which may take as long as the disk needs.
///
/// The methods that are not `async` block for as long as the disk needs.
#[derive(Clone, Debug)]
pub struct SqliteJournal {
    path: Arc<PathBuf>,
}

impl SqliteJournal {
    /// Opens the journal at this path with the default [`Options`], and makes it if there is none.
    ///
    /// # Errors
    ///
    /// As [`Options::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        Options::new().open(path)
    }

    pub(crate) fn with_options(path: &Path, _options: Options) -> Result<Self, JournalError> {
        Ok(Self { path: Arc::new(path.to_owned()) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The tasks that pass a filter, those that were begun last first.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or is damaged.
    pub fn list(&self, _filter: &Filter) -> Result<Vec<Listed>, JournalError> {
        Err(unfinished())
    }

    /// What is kept of a task: its request and its results, for one service or for all.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or is damaged.
    pub fn kept(&self, _scope: Option<&str>, _task_uuid: TaskUuid) -> Result<Vec<Kept>, JournalError> {
        Err(unfinished())
    }

    /// Decides about a task of which nothing can be found. Whoever had it no longer has it.
    ///
    /// # Errors
    ///
    /// The journal cannot be read or written, or is damaged. That there is nothing to decide is no error.
    pub fn decide(
        &self,
        _scope: &str,
        _task_uuid: TaskUuid,
        _decision: Decision,
    ) -> Result<Decided, JournalError> {
        Err(unfinished())
    }

    /// Lets go what was kept long enough.
    ///
    /// # Errors
    ///
    /// The journal cannot be read or written, or is damaged; nothing is gone then.
    pub fn prune(&self, _retention: Retention) -> Result<Pruned, JournalError> {
        Err(unfinished())
    }

    /// Reads all of the journal, and says how it is.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is damaged.
    pub fn check(&self) -> Result<Health, JournalError> {
        Err(unfinished())
    }

    /// What was spent of a budget; `None` if nothing was ever set aside in it.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or is damaged.
    pub fn budget(&self, _name: &str) -> Result<Option<Spent>, JournalError> {
        Err(unfinished())
    }
}

fn unfinished() -> JournalError {
    JournalError::new(JournalErrorKind::Io, "the journal is not built yet")
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn begin(&self, _intents: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
        Err(unfinished())
    }

    async fn record(&self, _notes: Vec<Note>) -> Result<Vec<Ticket>, JournalError> {
        Err(unfinished())
    }

    async fn claim(&self, _claim: Claim) -> Result<Claimed, JournalError> {
        Err(unfinished())
    }

    async fn renew(&self) -> Result<(), JournalError> {
        Err(unfinished())
    }

    async fn durations(&self) -> Result<Option<Durations>, JournalError> {
        Err(unfinished())
    }

    async fn keep_durations(&self, _durations: Durations) -> Result<(), JournalError> {
        Err(unfinished())
    }
}
