//! The journal and the transport of a process, whose effects are numbered.

use std::collections::HashMap;
use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use runware::journal::{Begun, Claim, Claimed, Intent, Journal, JournalError, Note, Ticket};
use runware::poll::Durations;
use runware::transport::testing::PausedClock;
use runware::transport::{
    Attempt, Clock as _, Connection, Replies, StreamingReply, Transport, TransportError, Unclaimed,
    async_trait,
};
use runware::types::{RequestHash, TaskUuid};
use runware_journal::{Filter, SqliteJournal, Stage};
use serde_json::Value;

use super::effects::{Effect, Fuse};
use super::scenario::HOUR;

/// A journal whose writes are numbered.
#[derive(Clone, Debug)]
pub(super) struct NumberedJournal {
    pub(super) journal: SqliteJournal,
    pub(super) fuse: Arc<Fuse>,
    pub(super) witness: Arc<Witness>,
}

#[async_trait]
impl Journal for NumberedJournal {
    async fn begin(&self, intents: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
        let begin = async {
            self.witness.intended(&self.journal, &intents);
            self.journal.begin(intents).await
        };
        self.fuse.write(begin).await
    }

    async fn record(&self, notes: Vec<Note>) -> Result<Vec<Ticket>, JournalError> {
        self.fuse.write(self.journal.record(notes)).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, JournalError> {
        self.fuse.write(self.journal.claim(claim)).await
    }

    async fn renew(&self) -> Result<(), JournalError> {
        self.fuse.write(self.journal.renew()).await
    }

    async fn durations(&self) -> Result<Option<Durations>, JournalError> {
        self.fuse.write(self.journal.durations()).await
    }

    async fn keep_durations(&self, durations: Durations) -> Result<(), JournalError> {
        self.fuse.write(self.journal.keep_durations(durations)).await
    }
}

/// A way to the server whose requests are numbered, and a witness of what is durable when tasks are sent.
pub(super) struct NumberedTransport {
    pub(super) inner: Arc<dyn Transport>,
    pub(super) journal: SqliteJournal,
    pub(super) fuse: Arc<Fuse>,
    pub(super) witness: Arc<Witness>,
}

/// What was seen on the way to the server, by all processes.
#[derive(Debug)]
pub(super) struct Witness {
    clock: PausedClock,
    /// When each task was begun, the last time that nothing was known of it but that it was refused.
    begun: Mutex<HashMap<TaskUuid, Duration>>,
    /// With which bytes each task was sent first, or was about to be.
    bytes: Mutex<HashMap<TaskUuid, RequestHash>>,
    complaints: Mutex<Vec<String>>,
}

impl Witness {
    pub(super) fn new(clock: PausedClock) -> Self {
        Self { clock, begun: Mutex::default(), bytes: Mutex::default(), complaints: Mutex::default() }
    }

    /// Notes which of these tasks are about to be begun, and not just joined.
    fn intended(&self, journal: &SqliteJournal, intents: &[Intent]) {
        let listed = journal.list(&Filter::new()).unwrap();
        let known = |intent: &Intent| {
            listed.iter().any(|task| task.task_uuid == intent.task_uuid && task.stage != Stage::Refused)
        };
        let now = self.clock.now();
        let anew = intents.iter().filter(|intent| !known(intent)).map(|intent| (intent.task_uuid, now));
        self.begun.lock().unwrap().extend(anew);
    }

    /// True if a task is sent so late that the server may have forgotten an attempt before.
    fn is_late(&self, task: TaskUuid) -> bool {
        let begun = self.begun.lock().unwrap().get(&task).copied();
        begun.is_none_or(|begun| self.clock.now() - begun > HOUR)
    }

    /// True if these are the bytes that a task is always sent with.
    fn are_the_same(&self, task: TaskUuid, bytes: &[u8]) -> bool {
        let hash = RequestHash::of(bytes);
        *self.bytes.lock().unwrap().entry(task).or_insert(hash) == hash
    }

    pub(super) fn complain(&self, what: String) {
        self.complaints.lock().unwrap().push(what);
    }

    pub(super) fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap().clone()
    }
}

impl NumberedTransport {
    /// What arrives piece by piece, each of them numbered.
    fn heard<T: Send + 'static>(
        &self,
        pieces: impl Stream<Item = T> + Send + 'static,
    ) -> impl Stream<Item = T> + Send + 'static {
        let fuse = Arc::clone(&self.fuse);
        pieces.then(move |piece| {
            let fuse = Arc::clone(&fuse);
            async move { fuse.effect(Effect::Receive, ready(piece)).await }
        })
    }

    /// A task is in the journal, and open, before a byte of it leaves; its bytes are always the same, and nothing leaves
    /// that is too old.
    fn check(&self, attempt: &Attempt) {
        let open: Vec<TaskUuid> = match self.journal.list(&Filter::new().stages([Stage::Open])) {
            Ok(listed) => listed.into_iter().map(|task| task.task_uuid).collect(),
            Err(error) => return self.witness.complain(format!("the journal cannot be read: {error}")),
        };
        for call in attempt.calls.iter().filter(|call| makes_something(&call.bytes)) {
            let id = call.task_uuid.unwrap();
            if !open.contains(&id) {
                self.witness.complain(format!("{id} was sent without a durable intent"));
            }
            if !self.witness.are_the_same(id, &call.bytes) {
                self.witness.complain(format!("{id} was sent with other bytes than before"));
            }
            if self.witness.is_late(id) {
                self.witness.complain(format!("{id} was sent later than an hour after its intent"));
            }
        }
    }
}

#[async_trait]
impl Transport for NumberedTransport {
    async fn send(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        self.check(&attempt);
        match self.fuse.effect(Effect::Send, self.inner.send(attempt)).await {
            Ok(replies) => Ok(Replies::new(self.heard(replies))),
            Err(error) => self.fuse.effect(Effect::Receive, ready(Err(error))).await,
        }
    }

    async fn open_stream(&self, attempt: Attempt, idle: Duration) -> Result<StreamingReply, TransportError> {
        self.check(&attempt);
        let opened = self.fuse.effect(Effect::Send, self.inner.open_stream(attempt, idle)).await;
        let reply = self.fuse.effect(Effect::Receive, ready(opened)).await?;
        Ok(StreamingReply::new(reply.status, reply.retry_after, self.heard(reply)))
    }

    fn take_unclaimed(&self) -> Option<Unclaimed> {
        self.inner.take_unclaimed()
    }

    fn connection(&self) -> Connection {
        self.inner.connection()
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

impl std::fmt::Debug for NumberedTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NumberedTransport")
    }
}

fn makes_something(task: &[u8]) -> bool {
    let task: Value = serde_json::from_slice(task).unwrap();
    !matches!(task["taskType"].as_str(), Some("getResponse" | "getTaskDetails"))
}
