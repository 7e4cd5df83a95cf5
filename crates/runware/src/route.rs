//! Two ways to the server as one: the socket where it works, HTTP where it does not.

mod answer;
mod large;

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use runware_transport::{
    Attempt, Clock, Connection, Delivery, Replies, StreamingReply, Transport, TransportError, Unclaimed,
    async_trait,
};

use answer::Answer;
use large::{LargeTasks, is_question};

use crate::causes::causes;

/// Larger bodies go over HTTP: while one of them is being written, a socket carries nothing else.
const LARGEST_FRAME: usize = 4 << 20;

/// Sends everything over a socket, except over HTTP
///
/// * what the socket did not take: not a byte of it was sent, so that it is one attempt still;
/// * what is too large for the socket, in either direction;
/// * what is read while it is being written;
/// * what is only to be priced.
///
/// An attempt that may have been sent is never sent again here. A question is, if its answer was too large: asking
/// changes nothing.
#[derive(Debug)]
pub(crate) struct Routed {
    socket: Arc<dyn Transport>,
    http: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    large: Arc<LargeTasks>,
}

impl Routed {
    pub(crate) fn new(socket: Arc<dyn Transport>, http: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { socket, http, clock, large: Arc::default() }
    }

    /// True of what is better not sent over the socket at all.
    fn is_large(&self, attempt: &Attempt) -> bool {
        let body: usize = attempt.calls.iter().map(|call| call.bytes.len() + 1).sum();
        body > LARGEST_FRAME || self.large.has_any_of(attempt)
    }

    /// Sends over HTTP what the socket brought this fault for, if that is allowed and there is time left.
    async fn make_good(
        &self,
        attempt: Attempt,
        ends_at: Duration,
        fault: TransportError,
    ) -> Result<Replies, TransportError> {
        let is_unsent = fault.delivery() == Delivery::NotSent && !fault.is_closed();
        let is_too_large = fault.is_too_large() && fault.delivery() == Delivery::Answered;
        if is_too_large {
            self.large.remember(&attempt);
        }
        let left = ends_at.saturating_sub(self.clock.now());
        if left.is_zero() || !(is_unsent || is_too_large && is_question(&attempt)) {
            return Err(fault);
        }
        tracing::debug!(target: "runware", calls = attempt.calls.len(), socket = ?fault.kind(), "over HTTP");
        let sent = self.http.send(Attempt::new(attempt.calls, left)).await;
        sent.map_err(|over_http| if is_unsent { after(&fault, over_http) } else { over_http })
    }
}

/// The fault of HTTP, which says as well why the socket was no way.
fn after(socket: &TransportError, http: TransportError) -> TransportError {
    let socket = iter::once(socket.to_string()).chain(causes(socket)).collect::<Vec<_>>().join(": ");
    let mut all = causes(&http);
    all.push(format!("before that, the WebSocket was no way: {socket}"));
    http.with_causes(all)
}

#[async_trait]
impl Transport for Routed {
    async fn send(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        if self.is_large(&attempt) {
            return self.http.send(attempt).await;
        }
        let ends_at = self.clock.now().saturating_add(attempt.timeout);
        let mut replies = match self.socket.send(attempt.clone()).await {
            Ok(replies) => replies,
            Err(fault) => return self.make_good(attempt, ends_at, fault).await,
        };
        // A question is answered as a whole by one way or the other: half an answer twice could count double.
        let is_question = is_question(&attempt);
        let mut head = Vec::new();
        while head.is_empty() || is_question {
            match replies.next().await {
                None => break,
                Some(Err(fault)) => match self.make_good(attempt.clone(), ends_at, fault).await {
                    Ok(replies) => return Ok(replies),
                    Err(fault) => {
                        head.push(Err(fault));
                        break;
                    }
                },
                Some(reply) => head.push(reply),
            }
        }
        Ok(Replies::new(Answer::new(head, replies, attempt, Arc::clone(&self.large))))
    }

    async fn open_stream(&self, attempt: Attempt, idle: Duration) -> Result<StreamingReply, TransportError> {
        self.http.open_stream(attempt, idle).await
    }

    async fn dry_run(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        self.http.dry_run(attempt).await
    }

    fn take_unclaimed(&self) -> Option<Unclaimed> {
        self.socket.take_unclaimed()
    }

    fn connection(&self) -> Connection {
        self.socket.connection()
    }

    async fn close(&self) {
        tokio::join!(self.socket.close(), self.http.close());
    }
}

#[cfg(test)]
mod tests;
