//! Why a journal could not do what it was asked.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why a journal could not do what it was asked.
#[derive(Clone)]
pub struct JournalError {
    kind: JournalErrorKind,
    message: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What sort of trouble a journal has.
///
/// What it was to write is certain not to be in it, but after [`Damaged`](Self::Damaged) and [`Io`](Self::Io): then
/// nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JournalErrorKind {
    /// There is no room for it.
    Full,
    /// It cannot be written: a read-only file or file system, or missing rights.
    ReadOnly,
    /// Another process holds it for too long.
    Busy,
    /// What is in it is not what was written.
    Damaged,
    /// A newer version of this library has written it.
    Newer,
    /// It is on a file system that does not keep the promises that it needs, such as one on the network.
    Unsupported,
    /// It was to be opened in a way that is not allowed.
    InvalidOptions,
    /// Reading or writing failed in another way.
    Io,
}

impl JournalError {
    /// An error of this kind. The message says what happened, to which file, and what can be done.
    pub fn new(kind: JournalErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(Arc::from(source.into())), ..self }
    }

    /// What sort of trouble it is.
    pub fn kind(&self) -> JournalErrorKind {
        self.kind
    }

    /// True if it is certain that nothing was written. A disk that fails while it syncs may have written all of it.
    pub(crate) fn is_unwritten(&self) -> bool {
        !matches!(self.kind, JournalErrorKind::Damaged | JournalErrorKind::Io)
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, message, source } = self;
        f.debug_struct("JournalError")
            .field("kind", kind)
            .field("message", message)
            .field("source", source)
            .finish()
    }
}

impl Error for JournalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
