//! How a journal's database is opened, and written in transactions.

use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::files::Files;
use crate::trouble::Trouble;

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that only reads.
pub(crate) fn connect_to_read(files: &Files) -> Result<Connection, Trouble> {
    let connection = connect(files, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A connection with what is the same for everybody.
pub(super) fn connect(files: &Files, flags: OpenFlags) -> Result<Connection, Trouble> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(&files.database, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    Ok(connection)
}

/// Sets what holds for a connection that writes.
pub(super) fn prepare_to_write(connection: &Connection) -> Result<(), Trouble> {
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

/// A transaction that nobody else can write beside. It is undone when it is dropped.
pub(super) struct Immediate<'c> {
    connection: &'c Connection,
}

impl<'c> Immediate<'c> {
    pub(super) fn begin(connection: &'c Connection) -> Result<Self, Trouble> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Self { connection })
    }

    pub(super) fn commit(self) -> Result<(), Trouble> {
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
