//! [`Writer`]: the one connection that writes, and what it does when it cannot.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use runware::journal::{JournalError, JournalErrorKind};
use rusqlite::{Connection, OpenFlags};

use crate::call::Call;
use crate::files::{Files, PAGE_SIZE, Watch};
use crate::mark::{Mark, Position};
use crate::moment::{Moment, nanoseconds};
use crate::owners::{OwnerLock, Owners};
use crate::schema;
use crate::trouble::{Trouble, is_grave};
use crate::verify::{check_position, verify};
use crate::work::Work;
use crate::{BootClock, Options};

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to let a journal rest that could not be written, before all of it is read again.
const REST: Duration = Duration::from_secs(10);

/// About how many pages are written to the log before it is copied into the database.
const PAGES_BETWEEN_CHECKPOINTS: u64 = 1000;

/// Writes to a journal, one transaction after the other.
#[derive(Debug)]
pub(crate) struct Writer {
    files: Files,
    clock: Arc<dyn BootClock>,
    owners: Owners,
    lease: i64,
    redacts: bool,
    open: Option<Open>,
    standing: Standing,
    lock: Option<OwnerLock>,
    /// When this owner has said last that it is alive.
    renewed: Option<(Option<String>, i64)>,
    /// When all of it was last read again after something had gone wrong.
    reread: Option<(Option<String>, i64)>,
    /// About how many pages were written since the log was last copied into the database.
    pages: u64,
}

/// What is open while nothing has gone wrong.
#[derive(Debug)]
struct Open {
    connection: Connection,
    mark: Mark,
    watch: Watch,
}

/// How a writer stands. Whoever only reads asks here, and does not wait for what is being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    known: Arc<Mutex<Known>>,
}

/// What is known of a writer; see [`Standing`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// The number of this owner.
    pub(crate) owner: i64,
    /// How far the journal was written at least, by anybody.
    pub(crate) position: Position,
    /// What went wrong so gravely that everything has to be read again before anything is written.
    pub(crate) refusal: Option<JournalError>,
}

impl Standing {
    pub(crate) fn now(&self) -> Known {
        self.lock().clone()
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.lock());
    }

    /// It is held for as long as it takes to copy what is in it, and never while anything is written.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Opens a journal, or makes it, reads all of it, and registers a new owner.
    pub(crate) fn open(files: Files, options: &Options) -> Result<Self, JournalError> {
        let mut writer = Self {
            clock: Arc::clone(&options.clock),
            owners: Owners::new(files.owners.clone()),
            lease: nanoseconds(options.lease),
            redacts: options.redacts,
            open: None,
            standing: Standing::default(),
            lock: None,
            renewed: None,
            reread: None,
            pages: 0,
            files,
        };
        match writer.reopen() {
            Ok(()) => Ok(writer),
            Err(trouble) => Err(trouble.at(&writer.files.database)),
        }
    }

    /// How it stands, at any time from now on.
    pub(crate) fn standing(&self) -> Standing {
        self.standing.clone()
    }

    /// Makes all of these calls in one transaction, and tells them once it is durable.
    pub(crate) fn run(&mut self, mut calls: Vec<Box<dyn Call>>) {
        match self.transact(&mut calls) {
            Ok(failed) => {
                for (call, failure) in calls.into_iter().zip(failed) {
                    call.answer(failure.map_or(Ok(()), Err));
                }
                self.tidy();
            }
            // There may be room for some of them.
            Err(error) if calls.len() > 1 && error.kind() == JournalErrorKind::Full => {
                calls.into_iter().for_each(|call| self.run(vec![call]));
            }
            Err(error) => calls.into_iter().for_each(|call| call.answer(Err(error.clone()))),
        }
    }

    /// Which of the calls failed, if the transaction did not.
    fn transact(&mut self, calls: &mut [Box<dyn Call>]) -> Result<Vec<Option<JournalError>>, JournalError> {
        if let Some(error) = self.standing.now().refusal {
            // Reading all of it may take long, and every caller would do so as long as the disk does not recover.
            let moment = Moment::now(&*self.clock);
            let rest = self.reread.as_ref().and_then(|(boot, at)| moment.since(boot.as_deref(), *at));
            if rest.is_some_and(|rest| rest < REST) {
                return Err(error);
            }
            let reopened = self.reopen();
            // It is counted from its end, which may be long after its beginning.
            let Moment { boot, since_boot, .. } = Moment::now(&*self.clock);
            self.reread = Some((boot, since_boot));
            reopened.map_err(|trouble| self.refuse(trouble))?;
        }
        self.commit(calls).map_err(|trouble| self.refuse(trouble))
    }

    /// After what is grave, nothing is written until all was read again. What a disk has not taken is not offered to it
    /// a second time by the same way: the system may have dropped it, and say that all is well.
    fn refuse(&mut self, trouble: Trouble) -> JournalError {
        let error = trouble.at(&self.files.database);
        if is_grave(error.kind()) {
            self.open = None;
            self.standing.change(|known| known.refusal = Some(error.clone()));
        }
        error
    }

    fn commit(&mut self, calls: &mut [Box<dyn Call>]) -> Result<Vec<Option<JournalError>>, Trouble> {
        let Some(open) = &mut self.open else { return Err(Trouble::damaged("it is closed")) };
        let Known { owner, position: least, .. } = self.standing.now();
        let connection = &open.connection;
        let transaction = Immediate::begin(connection)?;
        open.watch.check()?;
        let moment = Moment::now(&*self.clock);
        let mut work = Work::new(connection, moment, owner, &self.owners, self.redacts)?;
        check_position(&work.meta, least)?;
        let found = work.meta.clone();
        if is_due(self.renewed.as_ref(), &work.moment, self.lease) {
            work.renew()?;
        }
        let mut failed = Vec::with_capacity(calls.len());
        for call in &mut *calls {
            failed.push(run_one(&mut work, &mut **call, &self.files)?);
        }
        if work.meta == found {
            return Ok(failed);
        }
        work.meta.sequence += 1;
        work.meta.update(connection)?;
        let Work { meta, moment, pages, is_renewed, .. } = work;
        transaction.commit()?;
        let position = meta.position();
        self.standing.change(|known| known.position = position);
        self.pages += pages + 4;
        if is_renewed {
            self.renewed = Some((moment.boot, moment.since_boot));
        }
        // It is durable: what goes wrong from here on does not make it undone.
        if let Err(error) = open.mark.advance(position) {
            let error = Trouble::from(error).at(&self.files.mark);
            self.standing.change(|known| known.refusal = Some(error));
        }
        Ok(failed)
    }

    /// Copies the log into the database when there is much in it.
    fn tidy(&mut self) {
        let Some(open) = &self.open else { return };
        if self.pages < PAGES_BETWEEN_CHECKPOINTS {
            return;
        }
        self.pages = 0;
        let copied = open
            .connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
            .map_err(Trouble::from)
            .and_then(|()| Ok(open.mark.sync()?));
        if let Err(trouble) = copied {
            // Everything is in the log still. Without room or while others are at it, there is a next time.
            self.refuse(trouble);
        }
    }

    /// Opens everything, and reads it from end to end.
    fn reopen(&mut self) -> Result<(), Trouble> {
        self.open = None;
        let is_there = self.files.is_there()?;
        let mark = Mark::open(&self.files.mark, is_there)?;
        let written = self.standing.now().position;
        let marked = mark.position()?;
        if !self.files.is_there()? {
            if marked.sequence > 0 || written.sequence > 0 {
                return Err(Trouble::damaged("it is gone"));
            }
            self.create(&mark)?;
        }
        self.clean(&mark)?;
        let mut connection = connect(&self.files, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::update(&mut connection)?;
        prepare_to_write(&connection)?;
        verify(&connection, later(marked, written))?;
        let is_registered = self.lock.as_ref().is_some_and(|lock| lock.path().exists());
        if !is_registered {
            self.register(&connection, &mark)?;
        }
        let lock = self.lock.as_ref().map(OwnerLock::path);
        let files = &self.files;
        let mut watched = vec![&*files.database, &*files.log, &*files.mark];
        watched.extend(lock);
        let watch = Watch::over(&watched)?;
        self.open = Some(Open { connection, mark, watch });
        self.standing.change(|known| known.refusal = None);
        Ok(())
    }

    /// Makes a journal aside, and gives it its name when it is complete: either there is all of it or nothing.
    fn create(&self, mark: &Mark) -> Result<(), Trouble> {
        let unique: String =
            Connection::open_in_memory()?.query_row("SELECT hex(randomblob(8))", [], |row| row.get(0))?;
        let draft = self.files.draft(&unique);
        // Before it is there: who finds it need not ask whether it can stay.
        self.files.sync_ancestors()?;
        // One at a time, so that what lies aside otherwise is nobody's.
        let held = mark.hold()?;
        let made = if self.files.is_there()? { Ok(()) } else { build(&self.files, &draft) };
        let _ = std::fs::remove_file(&draft);
        drop(held);
        made?;
        Ok(self.files.sync_directory()?)
    }

    /// Removes what those have left who were ended while they made it.
    fn clean(&self, mark: &Mark) -> Result<(), Trouble> {
        let drafts = self.files.drafts();
        if !drafts.is_empty() {
            // Whoever is making it holds the mark, and is done with all that was there before.
            drop(mark.hold()?);
            // If it stays, it only takes up room.
            drafts.iter().for_each(|draft| drop(std::fs::remove_file(draft)));
        }
        Ok(())
    }

    fn register(&mut self, connection: &Connection, mark: &Mark) -> Result<(), Trouble> {
        let transaction = Immediate::begin(connection)?;
        let moment = Moment::now(&*self.clock);
        let mut work = Work::new(connection, moment, 0, &self.owners, self.redacts)?;
        let (owner, lock) = work.register(self.lease)?;
        work.meta.sequence += 1;
        work.meta.update(connection)?;
        let Work { meta, moment, .. } = work;
        transaction.commit()?;
        let position = meta.position();
        self.standing.change(|known| (known.owner, known.position) = (owner, position));
        self.lock = Some(lock);
        self.renewed = Some((moment.boot, moment.since_boot));
        Ok(mark.advance(position)?)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(Open { connection, mark, .. }) = self.open.take() {
            // If this is the last one that is open, the log is copied into the database.
            drop(connection);
            let _ = mark.sync();
        }
    }
}

/// A connection that only reads.
pub(crate) fn connect_to_read(files: &Files) -> Result<Connection, Trouble> {
    let connection = connect(files, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn connect(files: &Files, flags: OpenFlags) -> Result<Connection, Trouble> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(&files.database, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    Ok(connection)
}

fn prepare_to_write(connection: &Connection) -> Result<(), Trouble> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        return Err(Trouble::damaged("its mode is not the one that it was made with"));
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    // What was pruned is overwritten.
    connection.pragma_update(None, "secure_delete", true)?;
    // The log is copied into the database after those who wait were told.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(())
}

fn build(files: &Files, draft: &std::path::Path) -> Result<(), Trouble> {
    crate::files::create(draft)?;
    let mut connection = Connection::open_with_flags(draft, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "page_size", PAGE_SIZE)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    schema::create(&mut connection)?;
    // The change is durable only once its statement has come to its end, behind the row with the new mode; and a disk that
    // fails may leave the mode as it was.
    let mut change = connection.prepare("PRAGMA journal_mode = WAL")?;
    let mut rows = change.query([])?;
    while rows.next()?.is_some() {}
    drop(rows);
    drop(change);
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        return Err(std::io::Error::other("its mode cannot be changed").into());
    }
    // Closing copies the log as well, and does not say if that fails; and the log has another name later.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| error)?;
    std::fs::File::open(draft)?.sync_all()?;
    match std::fs::hard_link(draft, &files.database) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        linked => Ok(linked?),
    }
}

fn later(one: Position, other: Position) -> Position {
    if other.sequence > one.sequence { other } else { one }
}

/// Whether it is time to say again that this owner is alive.
fn is_due(renewed: Option<&(Option<String>, i64)>, moment: &Moment, lease: i64) -> bool {
    let silence = renewed.and_then(|(boot, at)| moment.since(boot.as_deref(), *at));
    silence.is_none_or(|silence| nanoseconds(silence) >= lease / 4)
}

/// Makes one call. If it fails alone, what it has done is undone, and the others go on.
fn run_one(work: &mut Work<'_>, call: &mut dyn Call, files: &Files) -> Result<Option<JournalError>, Trouble> {
    let connection = work.connection;
    let meta = work.meta.clone();
    connection.prepare_cached("SAVEPOINT call")?.execute([])?;
    let Err(trouble) = call.run(work) else {
        connection.prepare_cached("RELEASE call")?.execute([])?;
        return Ok(None);
    };
    let error = trouble.at(&files.database);
    // SQLite may have undone the transaction by itself.
    if is_grave(error.kind()) || connection.is_autocommit() {
        return Err(Trouble::Told(error));
    }
    connection.execute_batch("ROLLBACK TO call; RELEASE call")?;
    work.meta = meta;
    Ok(Some(error))
}

/// A transaction that nobody else can write beside. It is undone when it is dropped.
struct Immediate<'c> {
    connection: &'c Connection,
}

impl<'c> Immediate<'c> {
    fn begin(connection: &'c Connection) -> Result<Self, Trouble> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Self { connection })
    }

    fn commit(self) -> Result<(), Trouble> {
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }
}

impl Drop for Immediate<'_> {
    fn drop(&mut self) {
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}
