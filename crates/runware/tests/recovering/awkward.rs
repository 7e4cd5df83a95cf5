//! Journals that keep what they are given, and are late or wrong about it.

use std::sync::{Arc, Mutex};

use runware::journal::{
    Begun, Claim, Claimed, Intent, Journal, JournalError, JournalErrorKind, Note, Ticket,
};
use runware::poll::Durations;
use runware::transport::async_trait;
use tokio::sync::oneshot;

use crate::journal::{Disk, MemoryJournal};

/// A journal on a disk; whoever changes nothing about it has an ordinary one.
#[derive(Debug)]
pub(crate) struct Awkward {
    inner: Arc<MemoryJournal>,
    begun: Gate,
    claimed: Gate,
    is_unsure: bool,
}

impl Awkward {
    pub(crate) fn new(disk: &Disk) -> Self {
        Self { inner: disk.open(), begun: Gate::default(), claimed: Gate::default(), is_unsure: false }
    }

    /// Its intents fail after they were written, as when the sync of a disk fails that has written them.
    pub(crate) fn unsure(disk: &Disk) -> Self {
        Self { is_unsure: true, ..Self::new(disk) }
    }

    /// The next intents are durable at once, and told when something is sent.
    pub(crate) fn hold_begun(&self) -> oneshot::Sender<()> {
        self.begun.close()
    }

    /// The next tasks are taken over at once, and told when something is sent.
    pub(crate) fn hold_claimed(&self) -> oneshot::Sender<()> {
        self.claimed.close()
    }
}

/// Holds up the next one that comes, if it is closed.
#[derive(Debug, Default)]
struct Gate(Mutex<Option<oneshot::Receiver<()>>>);

impl Gate {
    fn close(&self) -> oneshot::Sender<()> {
        let (open, opened) = oneshot::channel();
        *self.0.lock().unwrap() = Some(opened);
        open
    }

    async fn pass(&self) {
        let opened = self.0.lock().unwrap().take();
        if let Some(opened) = opened {
            opened.await.unwrap();
        }
    }
}

#[async_trait]
impl Journal for Awkward {
    async fn begin(&self, intents: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
        let begun = self.inner.begin(intents).await;
        self.begun.pass().await;
        match self.is_unsure {
            true => Err(JournalError::new(JournalErrorKind::Io, "the disk could not be synced")),
            false => begun,
        }
    }

    async fn record(&self, notes: Vec<Note>) -> Result<Vec<Ticket>, JournalError> {
        self.inner.record(notes).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, JournalError> {
        let claimed = self.inner.claim(claim).await;
        self.claimed.pass().await;
        claimed
    }

    async fn renew(&self) -> Result<(), JournalError> {
        Ok(())
    }

    async fn durations(&self) -> Result<Option<Durations>, JournalError> {
        Ok(None)
    }

    async fn keep_durations(&self, _: Durations) -> Result<(), JournalError> {
        Ok(())
    }
}
