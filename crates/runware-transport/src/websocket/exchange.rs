//! One attempt under way: the caller's end of it, and the connection's.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::queue::{Inlet, Refused, queue};
use crate::{Delivery, ErrorKind, Reply, TransportError};

/// How many replies may wait for a caller that does not take them.
const MOST_REPLIES: usize = 256;

/// By what the caller calls an attempt that the connection may not have heard of yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ticket(pub(super) u64);

/// How an attempt ended.
type Verdict = Result<(), TransportError>;

/// Makes the two ends of an attempt.
///
/// Replies that nobody takes weigh at most `most_bytes`. The `permit` is given back when the connection is done with
/// the attempt, and `abandoned` is told when the caller is before.
pub(super) fn exchange(
    ticket: Ticket,
    permit: OwnedSemaphorePermit,
    abandoned: mpsc::UnboundedSender<Ticket>,
    most_bytes: usize,
) -> (Intake, Exchange) {
    let (replies, receiver) = queue(MOST_REPLIES, most_bytes);
    let verdict = Arc::new(OnceLock::new());
    let intake = Intake { ticket, replies, verdict: Arc::clone(&verdict), _permit: permit };
    (intake, Exchange { replies: receiver, verdict, ticket, abandoned, has_ended: false })
}

/// The connection's end: what comes for the attempt goes in here.
pub(super) struct Intake {
    ticket: Ticket,
    replies: Inlet<Reply>,
    verdict: Arc<OnceLock<Verdict>>,
    _permit: OwnedSemaphorePermit,
}

impl Intake {
    pub(super) fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// Whether the caller has left.
    pub(super) fn is_abandoned(&self) -> bool {
        self.replies.is_closed()
    }

    /// Passes on a reply that came in a frame of this weight.
    pub(super) fn reply(&mut self, reply: Reply, weight: usize) -> Result<(), Refused> {
        self.replies.offer(reply, weight)
    }

    pub(super) fn end(self, verdict: Verdict) {
        // It is set once: this takes the only one who sets it.
        _ = self.verdict.set(verdict);
    }
}

/// The caller's end: the replies to the attempt, as they come.
pub(super) struct Exchange {
    replies: mpsc::Receiver<Reply>,
    verdict: Arc<OnceLock<Verdict>>,
    ticket: Ticket,
    abandoned: mpsc::UnboundedSender<Ticket>,
    has_ended: bool,
}

impl Stream for Exchange {
    type Item = Result<Reply, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        if let Some(reply) = ready!(self.replies.poll_recv(cx)) {
            return Poll::Ready(Some(Ok(reply)));
        }
        self.has_ended = true;
        Poll::Ready(match self.verdict.get() {
            Some(Ok(())) => None,
            Some(Err(error)) => Some(Err(error.clone())),
            // The connection's end was dropped without a word.
            None => Some(Err(TransportError::new(
                ErrorKind::Disconnected,
                Delivery::MaybeSent,
                "the task that owned the connection is gone, as when its runtime ends",
            ))),
        })
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.has_ended {
            // First, so that a connection that has not heard of the attempt yet sees that nobody wants it.
            self.replies.close();
            // Nobody hears this when the connection's task is gone, and the attempt with it.
            _ = self.abandoned.send(self.ticket);
        }
    }
}
