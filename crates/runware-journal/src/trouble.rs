//! What goes wrong inside, and how it is told.

use std::io;
use std::path::Path;

use runware::journal::{JournalError, JournalErrorKind};
use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_READONLY_DBMOVED};

/// Something that went wrong, before it is known to which file.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// SQLite says so.
    Sqlite(rusqlite::Error),
    /// What was read is not what was written.
    Damaged(String),
    /// A file beside the database could not be read or written.
    File(io::Error),
    /// It was written by a newer version; that of its schema is given.
    Newer(i64),
    /// It was told before.
    Told(JournalError),
}

impl Trouble {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }

    /// The error that callers see: what happened, to which file, and what can be done.
    pub(crate) fn at(self, path: &Path) -> JournalError {
        match self {
            Self::Sqlite(error) => {
                let kind = kind_of(&error);
                let what = match kind {
                    JournalErrorKind::Damaged => error.to_string(),
                    _ => String::new(),
                };
                describe(kind, path, &what).with_source(error)
            }
            Self::Damaged(what) => describe(JournalErrorKind::Damaged, path, &what),
            Self::File(error) => describe(kind_of_file(&error), path, "").with_source(error),
            Self::Newer(version) => JournalError::new(
                JournalErrorKind::Newer,
                format!(
                    "{} was written by a newer version of this library (its schema is {version}, and {} is the \
                     latest that is known here); upgrade, or choose another journal",
                    path.display(),
                    crate::schema::LATEST
                ),
            ),
            Self::Told(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<JournalError> for Trouble {
    fn from(error: JournalError) -> Self {
        Self::Told(error)
    }
}

/// Whether nothing may be written after this until everything was read again: it is not known what is on the disk.
pub(crate) fn is_grave(kind: JournalErrorKind) -> bool {
    matches!(kind, JournalErrorKind::Io | JournalErrorKind::Damaged)
}

fn describe(kind: JournalErrorKind, path: &Path, what: &str) -> JournalError {
    let path = path.display();
    let message = match kind {
        JournalErrorKind::Full => {
            format!("there is no room to write to the journal {path}; make room on its disk, then try again")
        }
        JournalErrorKind::ReadOnly => format!(
            "the journal {path} cannot be written; give this user the right to write to the file and its directory, \
             or choose another journal"
        ),
        JournalErrorKind::Busy => format!(
            "another process has kept the journal {path} locked for too long; let it go on or end it, then try again"
        ),
        JournalErrorKind::Damaged => format!(
            "the journal {path} is damaged ({what}), and is not written to; restore all of its files from a backup, \
             or move them away to begin a new one"
        ),
        _ => format!(
            "the disk did not read or write the journal {path} as it should; see whether the disk is well, then try \
             again: all of the journal is read before anything else is written to it"
        ),
    };
    JournalError::new(kind, message)
}

fn kind_of(error: &rusqlite::Error) -> JournalErrorKind {
    match error.sqlite_error().map(|error| error.extended_code) {
        // The memory that connections share is a file, and there was no room to lengthen it.
        Some(SQLITE_IOERR_SHMSIZE) => return JournalErrorKind::Full,
        Some(SQLITE_READONLY_DBMOVED) => return JournalErrorKind::Damaged,
        _ => {}
    }
    match error.sqlite_error_code() {
        // Too large for SQLite altogether: nothing is wrong with the file.
        Some(ErrorCode::DiskFull | ErrorCode::TooBig) => JournalErrorKind::Full,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => JournalErrorKind::ReadOnly,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            JournalErrorKind::Busy
        }
        // A constraint that fails, a type that is not the column's, a table that is not there: these tables are
        // written by nobody else, and only with what fits.
        Some(
            ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::ConstraintViolation
            | ErrorCode::TypeMismatch
            | ErrorCode::Unknown,
        )
        | None => JournalErrorKind::Damaged,
        Some(_) => JournalErrorKind::Io,
    }
}

fn kind_of_file(error: &io::Error) -> JournalErrorKind {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            JournalErrorKind::Full
        }
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => JournalErrorKind::ReadOnly,
        // A lock that somebody else has.
        io::ErrorKind::WouldBlock => JournalErrorKind::Busy,
        _ => JournalErrorKind::Io,
    }
}
