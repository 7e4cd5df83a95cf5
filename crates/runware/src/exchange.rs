//! One request and everything that comes back for it.

use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use runware_transport::{Attempt, Call, Delivery, ErrorKind, Replies, Reply, Transport, TransportError};
use runware_types::{GetResponse, GetTaskDetails, TaskUuid};

/// All that one request brought: its replies, and the fault that ended it early, if one did.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) replies: Vec<Reply>,
    pub(crate) fault: Option<TransportError>,
}

impl Exchange {
    /// How many replies one request may bring. It asks for far fewer; a server that sends more is not listened to.
    pub(crate) const MOST_REPLIES: usize = 1_024;

    /// How many bytes of replies are kept of one request. Each may keep the whole message in memory that it came in,
    /// which is 64 MiB at most. What is over it is asked for like any other result that did not come.
    pub(crate) const MOST_BYTES: usize = 256 << 20;

    /// Sends the calls as one request and gathers the replies.
    pub(crate) async fn run(transport: &dyn Transport, calls: Vec<Call>, timeout: Duration) -> Self {
        Self::run_in_parts(transport, calls, timeout, &NobodyListens).await
    }

    /// Sends the calls to be priced, and gathers the replies; nothing is carried out.
    pub(crate) async fn dry_run(transport: &dyn Transport, calls: Vec<Call>, timeout: Duration) -> Self {
        let replies = transport.dry_run(Attempt::new(calls, timeout)).await;
        Self::gather(replies, &NobodyListens).await
    }

    /// Sends the calls as one request and gathers the replies; the listener hears what is there whenever more may
    /// come.
    pub(crate) async fn run_in_parts(
        transport: &dyn Transport,
        calls: Vec<Call>,
        timeout: Duration,
        listener: &impl Listener,
    ) -> Self {
        let replies = transport.send(Attempt::new(calls, timeout)).await;
        Self::gather(replies, listener).await
    }

    async fn gather(replies: Result<Replies, TransportError>, listener: &impl Listener) -> Self {
        let mut exchange = Self { replies: Vec::new(), fault: None };
        let mut bytes = 0_usize;
        match replies {
            Ok(mut replies) => {
                while let Some(reply) = replies.next().await {
                    if let Ok(reply) = &reply {
                        bytes = bytes.saturating_add(reply.envelope.raw().len());
                    }
                    match reply {
                        Ok(_) if exchange.replies.len() >= Self::MOST_REPLIES || bytes > Self::MOST_BYTES => {
                            exchange.fault = Some(too_many_replies());
                            break;
                        }
                        Ok(reply) => exchange.replies.push(reply),
                        Err(fault) => exchange.fault = Some(fault),
                    }
                    if exchange.fault.is_none() && replies.size_hint().1 != Some(0) {
                        listener.hear(&exchange.replies).await;
                    }
                }
            }
            Err(fault) => exchange.fault = Some(fault),
        }
        exchange
    }

    /// True if it is certain that no byte of the request was sent.
    pub(crate) fn was_not_sent(&self) -> bool {
        self.fault.as_ref().is_some_and(|fault| fault.delivery() == Delivery::NotSent)
    }
}

/// Hears what has come of an answer before it is complete.
pub(crate) trait Listener: Send + Sync {
    /// All replies so far.
    fn hear(&self, so_far: &[Reply]) -> impl Future<Output = ()> + Send;
}

struct NobodyListens;

impl Listener for NobodyListens {
    async fn hear(&self, _: &[Reply]) {}
}

fn too_many_replies() -> TransportError {
    TransportError::new(
        ErrorKind::TooLarge,
        Delivery::Answered,
        "there are more replies than one request can have",
    )
}

/// The call that asks how a task stands.
pub(crate) fn status_call(task_uuid: TaskUuid) -> Call {
    call(task_uuid, GetResponse::new(task_uuid).encode())
}

/// The call that asks for a task's archived request and response.
pub(crate) fn details_call(task_uuid: TaskUuid) -> Call {
    call(task_uuid, GetTaskDetails::new(task_uuid).encode())
}

/// One element of a request.
pub(crate) fn call(task_uuid: TaskUuid, bytes: Bytes) -> Call {
    Call::new(Some(task_uuid), bytes)
}
