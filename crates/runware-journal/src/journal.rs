//! [`SqliteJournal`]: what can be done with a journal.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use runware::journal::{Begun, Claim, Claimed, Intent, Journal, JournalError, Note, Ticket};
use runware::poll::Durations;
use runware::transport::async_trait;
use runware::types::TaskUuid;
use rusqlite::Connection;

use crate::call::Calls;
use crate::checksum::Sum;
use crate::files::Files;
use crate::moment::Moment;
use crate::owners::Owners;
use crate::trouble::Trouble;
use crate::verify::verify;
use crate::work::{BudgetRow, DurationsRow, OwnerRow, Work, is_alive};
use crate::writer::{Known, Writer, connect_to_read};
use crate::{
    BootClock, Decided, Decision, Filter, Health, Kept, Listed, Options, Pruned, Retention, Spent, reading,
    schema,
};

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
    files: Arc<Files>,
    clock: Arc<dyn BootClock>,
    calls: Calls,
    /// The checksum of the durations that this owner has last read or kept.
    durations: Arc<Mutex<Option<Sum>>>,
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

    pub(crate) fn with_options(path: &Path, options: &Options) -> Result<Self, JournalError> {
        let files = Files::prepare(path, options.allows_any_file_system)?;
        let writer = Writer::open(files.clone(), options)?;
        Ok(Self {
            path: Arc::new(files.database.clone()),
            files: Arc::new(files),
            clock: Arc::clone(&options.clock),
            calls: Calls::new(writer),
            durations: Arc::default(),
        })
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
    pub fn list(&self, filter: &Filter) -> Result<Vec<Listed>, JournalError> {
        let own = self.calls.known().owner;
        let owners = Owners::new(self.files.owners.clone());
        let moment = Moment::now(&*self.clock);
        self.read(|connection| reading::list(connection, filter, &moment, &owners, own))
    }

    /// What is kept of a task: its request and its results, for one service or for all.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or is damaged.
    pub fn kept(&self, scope: Option<&str>, task_uuid: TaskUuid) -> Result<Vec<Kept>, JournalError> {
        self.read(|connection| reading::kept(connection, scope, task_uuid))
    }

    /// Decides about a task of which nothing can be found, and which no other process looks after that is
    /// alive. Whoever had it no longer has it.
    ///
    /// # Errors
    ///
    /// The journal cannot be read or written, or is damaged. That there is nothing to decide is no error.
    pub fn decide(
        &self,
        scope: &str,
        task_uuid: TaskUuid,
        decision: Decision,
    ) -> Result<Decided, JournalError> {
        let scope = scope.to_owned();
        self.calls.make_here(move |work| work.decide(&scope, task_uuid, decision))
    }

    /// Lets go what was kept long enough: some at a time, so that others who write do not wait for the end.
    ///
    /// # Errors
    ///
    /// The journal cannot be read or written, or is damaged; what had gone before that is gone.
    pub fn prune(&self, retention: Retention) -> Result<Pruned, JournalError> {
        let latest = retention.latest(&Moment::now(&*self.clock));
        let mut pruned = Pruned::default();
        let mut after = 0;
        // What goes next is looked for while others can write.
        while let Some(last) = self.read(|connection| reading::ended_by(connection, latest, after))? {
            pruned += self.calls.make_here(move |work| work.prune(retention, latest, after, last))?;
            after = last;
        }
        Ok(pruned)
    }

    /// What [`prune`](Self::prune) would let go now. Nothing goes.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or is damaged.
    pub fn prunable(&self, retention: Retention) -> Result<Pruned, JournalError> {
        let latest = retention.latest(&Moment::now(&*self.clock));
        self.read(|connection| reading::prunable(connection, latest, retention.forgets_ids))
    }

    /// Reads all of the journal, and says how it is.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is damaged.
    pub fn check(&self) -> Result<Health, JournalError> {
        let Known { owner: own, position: least, refusal } = self.calls.known();
        let owners = Owners::new(self.files.owners.clone());
        let moment = Moment::now(&*self.clock);
        self.read(|connection| {
            let verified = verify(connection, least)?;
            let mut alive = 0;
            for owner in verified.owners.iter().map(OwnerRow::id) {
                alive += usize::from(owner == own || is_alive(connection, &owners, &moment, owner)?);
            }
            Ok(Health {
                schema: schema::LATEST,
                sequence: verified.meta.sequence.unsigned_abs(),
                bytes: self.files.size()?,
                counts: verified.meta.counts,
                parts: verified.parts,
                owners: alive,
                budgets: verified.budgets.into_iter().map(BudgetRow::spent).collect(),
                refuses: refusal.map(|error| error.to_string()),
            })
        })
    }

    /// What was spent of a budget; `None` if nothing was ever set aside in it.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or is damaged.
    pub fn budget(&self, name: &str) -> Result<Option<Spent>, JournalError> {
        self.read(|connection| Ok(BudgetRow::of_name(connection, name)?.map(BudgetRow::spent)))
    }

    /// Reads by a connection of its own, so that nothing waits for what is being written.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Trouble>) -> Result<T, JournalError> {
        let connection = connect_to_read(&self.files);
        connection.and_then(|connection| read(&connection)).map_err(|trouble| trouble.at(&self.path))
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn begin(&self, intents: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
        self.calls.make(intents.len(), false, move |work| work.begin(&intents)).await
    }

    async fn record(&self, notes: Vec<Note>) -> Result<Vec<Ticket>, JournalError> {
        // What is known is worth keeping, whether or not anybody still waits for that.
        self.calls.make(notes.len(), true, move |work| work.record(&notes)).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, JournalError> {
        self.calls.make(1, false, move |work| work.claim(&claim)).await
    }

    async fn renew(&self) -> Result<(), JournalError> {
        self.calls.make(1, true, |work| work.renew()).await
    }

    fn identity(&self) -> usize {
        self.calls.identity()
    }

    async fn durations(&self) -> Result<Option<Durations>, JournalError> {
        let seen = Arc::clone(&self.durations);
        let read = move |work: &mut Work<'_>| {
            let Some(row) = DurationsRow::read(work.connection)? else { return Ok(None) };
            *lock(&seen) = Some(row.sum());
            row.durations().map(Some)
        };
        self.calls.make(1, false, read).await
    }

    async fn keep_durations(&self, durations: Durations) -> Result<(), JournalError> {
        let seen = Arc::clone(&self.durations);
        let keep = move |work: &mut Work<'_>| {
            let before = *lock(&seen);
            work.keep_durations(&durations, before)
        };
        let kept = self.calls.make(1, true, keep).await?;
        *lock(&self.durations) = kept;
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
