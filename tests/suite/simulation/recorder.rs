//! The wire of a simulation, with a witness beside it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use runware::transport::{
    Attempt, Connection, Delivery, ErrorKind, Replies, Transport, TransportError, Unclaimed, async_trait,
};
use runware::types::{RequestHash, TaskUuid};
use runware_emulator::RequestKind;
use serde_json::Value;

use super::fault::{Fault, Kind};
use crate::harness::{Way, Wire};

/// Passes everything on, and notes what was sent and when the server asked to be left alone.
pub(super) struct Recorder {
    wire: Arc<Wire>,
    transport: Arc<dyn Transport>,
    refuses: Vec<Refusal>,
    log: Arc<Mutex<Log>>,
}

type Refusal = Box<dyn Fn(Duration, RequestKind) -> bool + Send + Sync>;

#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    pub(super) sent: Vec<Sent>,
    pub(super) silences: Vec<Silence>,
}

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) at: Duration,
    pub(super) kind: RequestKind,
    pub(super) timeout: Duration,
    /// True if there was no connection: not a byte of it left.
    pub(super) refused: bool,
    /// True if it was lost with its socket.
    pub(super) disconnected: bool,
    pub(super) calls: Vec<(TaskUuid, RequestHash)>,
}

/// The server asked not to be sent requests of a kind for a while.
#[derive(Clone, Debug)]
pub(super) struct Silence {
    pub(super) kind: RequestKind,
    pub(super) from: Duration,
    pub(super) until: Duration,
}

impl Recorder {
    pub(super) fn new(wire: &Arc<Wire>, faults: &[Fault]) -> Self {
        // Elsewhere the server turns connections away.
        let refuses = faults.iter().filter(|fault| Way::chosen() == Way::Http && fault.kind == Kind::Refused);
        let refuses = refuses.map(|fault| Box::new(fault.strikes()) as Refusal).collect();
        Self { wire: Arc::clone(wire), transport: wire.transport(), refuses, log: Arc::default() }
    }

    pub(super) fn log(&self) -> Log {
        self.log.lock().unwrap().clone()
    }

    /// Notes an attempt; returns its place in the log.
    fn note(&self, attempt: &Attempt, kind: RequestKind, refused: bool) -> usize {
        let calls = attempt.calls.iter();
        let calls = calls.map(|call| (call.task_uuid.unwrap(), RequestHash::of(&call.bytes)));
        let (at, timeout) = (self.wire.now(), attempt.timeout);
        let sent = Sent { at, kind, timeout, refused, disconnected: false, calls: calls.collect() };
        let sent_so_far = &mut self.log.lock().unwrap().sent;
        sent_so_far.push(sent);
        sent_so_far.len() - 1
    }
}

#[async_trait]
impl Transport for Recorder {
    async fn send(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        let kind = kind_of(&attempt);
        let refused = self.refuses.iter().any(|refuses| refuses(self.wire.now(), kind));
        let number = self.note(&attempt, kind, refused);
        if refused {
            return Err(TransportError::new(ErrorKind::Connect, Delivery::NotSent, "connection refused"));
        }
        if Way::chosen() == Way::WebSocket {
            return self.send_over_socket(attempt, number).await;
        }
        let result = self.transport.send(attempt).await;
        let (replies, wish) = match result {
            Ok(mut replies) => {
                let reply = replies.next().await.unwrap()?;
                let wish = reply.retry_after;
                (Ok(Replies::one(reply)), wish)
            }
            Err(error) => {
                let wish = error.retry_after();
                (Err(error), wish)
            }
        };
        if let Some(wish) = wish {
            let from = self.wire.now();
            self.log.lock().unwrap().silences.push(Silence { kind, from, until: from + wish });
        }
        replies
    }

    async fn dry_run(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        self.transport.dry_run(attempt).await
    }

    fn take_unclaimed(&self) -> Option<Unclaimed> {
        self.transport.take_unclaimed()
    }

    fn connection(&self) -> Connection {
        self.transport.connection()
    }

    async fn close(&self) {
        self.transport.close().await;
    }
}

impl Recorder {
    /// Sends an attempt, and notes when it turns out that it never left, or was lost.
    async fn send_over_socket(&self, attempt: Attempt, number: usize) -> Result<Replies, TransportError> {
        let log = Arc::clone(&self.log);
        let note = move |error: &TransportError| {
            let sent = &mut log.lock().unwrap().sent[number];
            sent.refused |= error.delivery() == Delivery::NotSent;
            sent.disconnected |= error.is_disconnected();
        };
        let replies = self.transport.send(attempt).await.inspect_err(&note)?;
        Ok(Replies::new(replies.inspect_err(move |error| note(error))))
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorder")
    }
}

fn kind_of(attempt: &Attempt) -> RequestKind {
    let first: Value = serde_json::from_slice(&attempt.calls[0].bytes).unwrap();
    match first["taskType"].as_str().unwrap() {
        "getResponse" => RequestKind::Status,
        "getTaskDetails" => RequestKind::Details,
        _ => RequestKind::Submit,
    }
}
