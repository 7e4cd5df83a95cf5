//! [`Standing`]: what whoever reads knows of the writer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use runware::journal::JournalError;

use crate::mark::Position;

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

    pub(super) fn change(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.lock());
    }

    /// It is held for as long as it takes to copy what is in it, and never while anything is written.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
