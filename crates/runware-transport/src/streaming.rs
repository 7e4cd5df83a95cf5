//! A reply whose body is read while it is being written.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt;

use crate::TransportError;

/// A reply whose body is read while it is being written, such as a stream of events.
pub struct StreamingReply {
    /// The HTTP status.
    pub status: u16,
    /// How long the server asked to be left alone.
    pub retry_after: Option<Duration>,
    body: Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>,
}

impl StreamingReply {
    /// A reply with this status, whose body is what `body` yields.
    pub fn new(
        status: u16,
        retry_after: Option<Duration>,
        body: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    ) -> Self {
        Self { status, retry_after, body: Box::pin(body) }
    }

    /// The next bytes of the body, however the network cut them; `None` after the last ones.
    ///
    /// # Errors
    ///
    /// When the rest of the body could not be had: it broke off, stood still, or took too long.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no bytes.
    pub async fn next_chunk(&mut self) -> Option<Result<Bytes, TransportError>> {
        self.body.next().await
    }
}

impl Stream for StreamingReply {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.body.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for StreamingReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamingReply")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}
