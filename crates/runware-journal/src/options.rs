//! How a journal is opened.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use runware::journal::{JournalError, JournalErrorKind, RENEW_EVERY};

use crate::{BootClock, SqliteJournal, SystemBootClock};

/// How a journal is opened; what is not said has its default.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) redacts: bool,
    pub(crate) lease: Duration,
    pub(crate) clock: Arc<dyn BootClock>,
    pub(crate) allows_any_file_system: bool,
}

impl Options {
    /// How long a process keeps its tasks without saying that it is alive, by default.
    pub const DEFAULT_LEASE: Duration = Duration::from_secs(60);

    /// The shortest [lease](Self::lease): three times [`RENEW_EVERY`], which is 45 s.
    ///
    /// A client sends a task as long as it has not been silent for more than twice `RENEW_EVERY`, and a sign of life is
    /// written down once a quarter of the lease has gone by since the last one. With less than this, another process
    /// could have taken the task over by then.
    pub const LEAST_LEASE: Duration = RENEW_EVERY.saturating_mul(3);

    /// The defaults.
    pub fn new() -> Self {
        Self {
            redacts: false,
            lease: Self::DEFAULT_LEASE,
            clock: Arc::new(SystemBootClock::new()),
            allows_any_file_system: false,
        }
    }

    /// Keeps only the hash of each request, so that prompts are not written down. Not by default.
    ///
    /// A task whose request is not kept can be looked for after a crash, but not be sent again by anybody who does not
    /// have the request. What is not redacted: results and failures as the server sent them, which may repeat a prompt;
    /// ids, kinds, models, and the caller's keys and tags. An API key is never part of a journal.
    #[must_use]
    pub fn redact(self, redacts: bool) -> Self {
        Self { redacts, ..self }
    }

    /// How long this process keeps its tasks without saying that it is alive; 60 s by default. A process that has ended
    /// loses them at once, whatever this says.
    ///
    /// It must be [`LEAST_LEASE`](Self::LEAST_LEASE) or more, by as much as a process may be late; what is shorter does not
    /// open.
    #[must_use]
    pub fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Another clock.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn BootClock>) -> Self {
        Self { clock, ..self }
    }

    /// Opens the journal on a file system as well that may not keep what it promises, such as one on the network. Two
    /// processes may own one task then, and a crash of another machine may damage the journal. Not by default.
    #[must_use]
    pub fn any_file_system(self, allowed: bool) -> Self {
        Self { allows_any_file_system: allowed, ..self }
    }

    /// Opens the journal at this path, and makes it if there is none: a file with mode 0600, in directories with mode
    /// 0700 if they have to be made.
    ///
    /// It is read from end to end first. This call blocks for as long as that takes.
    ///
    /// # Errors
    ///
    /// It cannot be read, written or made; something in it is not what was written, or is missing; a newer version of
    /// this library has written it; it is on a file system that does not keep its promises; or the lease is too short.
    pub fn open(self, path: impl AsRef<Path>) -> Result<SqliteJournal, JournalError> {
        if self.lease < Self::LEAST_LEASE {
            let (lease, least) = (self.lease, Self::LEAST_LEASE);
            let message = format!(
                "`Options::lease` is {lease:?}, and has to be a duration of {least:?} or more: with less, a task could be \
                 sent after another process has taken it over"
            );
            return Err(JournalError::new(JournalErrorKind::InvalidOptions, message));
        }
        SqliteJournal::with_options(path.as_ref(), &self)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
