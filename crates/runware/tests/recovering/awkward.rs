//! What a journal may be late or wrong about, though it keeps what it is given.

use std::sync::Mutex;

use runware::journal::{JournalError, JournalErrorKind};
use tokio::sync::oneshot;

/// How a journal behaves; by default as it should.
#[derive(Debug, Default)]
pub(crate) struct Awkward {
    /// The next intents are durable at once, and told when this is opened.
    pub(crate) begun: Gate,
    /// The next tasks are taken over at once, and told when this is opened.
    pub(crate) claimed: Gate,
    /// Its intents fail after they were written, as when the sync of a disk fails that has written them.
    pub(crate) is_unsure: bool,
}

impl Awkward {
    /// What is told of intents that have come to this.
    pub(crate) fn told<T>(&self, begun: T) -> Result<T, JournalError> {
        match self.is_unsure {
            true => Err(JournalError::new(JournalErrorKind::Io, "the disk could not be synced")),
            false => Ok(begun),
        }
    }
}

/// Holds up the next one that comes, if it is closed.
#[derive(Debug, Default)]
pub(crate) struct Gate(Mutex<Option<oneshot::Receiver<()>>>);

impl Gate {
    /// Closes it until something is sent.
    pub(crate) fn close(&self) -> oneshot::Sender<()> {
        let (open, opened) = oneshot::channel();
        *self.0.lock().unwrap() = Some(opened);
        open
    }

    pub(crate) async fn pass(&self) {
        let opened = self.0.lock().unwrap().take();
        if let Some(opened) = opened {
            opened.await.unwrap();
        }
    }
}
