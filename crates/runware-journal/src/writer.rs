//! [`Writer`]: the one connection that writes, and what it does when it cannot.

mod connection;
mod making;
mod standing;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use runware::journal::{JournalError, JournalErrorKind};
use rusqlite::{Connection, OpenFlags};

use crate::call::Call;
use crate::files::{Files, Watch};
use crate::mark::{Mark, Position};
use crate::moment::{Moment, nanoseconds};
use crate::owners::{OwnerLock, Owners};
use crate::schema;
use crate::trouble::{Trouble, is_grave};
use crate::verify::{check_position, verify};
use crate::work::Work;
use crate::{BootClock, Options};
use connection::{Immediate, connect, prepare_to_write};
use making::{clean, create};

pub(crate) use connection::connect_to_read;
pub(crate) use standing::{Known, Standing};

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
            create(&self.files, &mark)?;
        }
        clean(&self.files, &mark);
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
            // Somebody may have kept it locked after the last transaction.
            let _ = mark.advance(self.standing.now().position);
            let _ = mark.sync();
        }
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
