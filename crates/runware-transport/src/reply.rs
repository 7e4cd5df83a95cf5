//! What comes back for an attempt.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_util::StreamExt;
use runware_types::Envelope;

use crate::TransportError;

/// One answer of the server that could be read.
///
/// It is an answer and not yet a success: look into the envelope for what it says about each task, and at the
/// status only for errors whose code is unknown.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status, or 200 where there is none.
    pub status: u16,
    /// How long the server asked to be left alone, counted from the moment the reply was received.
    ///
    /// It may be as long as [`Duration::MAX`]: the server's number is not judged here.
    pub retry_after: Option<Duration>,
    /// What the server says.
    pub envelope: Envelope,
}

impl Reply {
    /// A reply without a wish to be left alone.
    pub fn new(status: u16, envelope: Envelope) -> Self {
        Self { status, retry_after: None, envelope }
    }

    /// Adds how long the server asked to be left alone.
    #[must_use]
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }
}

/// The replies to one attempt, as they come.
///
/// The stream ends after the last reply, or after an error. It is bounded by the attempt's
/// [`timeout`](crate::Attempt::timeout).
pub struct Replies(Source);

enum Source {
    One(Option<Box<Reply>>),
    Many(Pin<Box<dyn Stream<Item = Result<Reply, TransportError>> + Send>>),
}

impl Replies {
    /// The only reply to an attempt.
    pub fn one(reply: Reply) -> Self {
        Self(Source::One(Some(Box::new(reply))))
    }

    /// The replies that `stream` yields.
    pub fn new(stream: impl Stream<Item = Result<Reply, TransportError>> + Send + 'static) -> Self {
        Self(Source::Many(Box::pin(stream)))
    }

    /// The next reply; `None` after the last one.
    ///
    /// # Errors
    ///
    /// When the rest of the replies could not be had. Those already received stay true.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no reply.
    pub async fn next(&mut self) -> Option<Result<Reply, TransportError>> {
        StreamExt::next(self).await
    }
}

impl Stream for Replies {
    type Item = Result<Reply, TransportError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.get_mut().0 {
            Source::One(reply) => Poll::Ready(reply.take().map(|reply| Ok(*reply))),
            Source::Many(stream) => stream.as_mut().poll_next(cx),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Source::One(reply) => (reply.iter().len(), Some(reply.iter().len())),
            Source::Many(stream) => stream.size_hint(),
        }
    }
}

impl fmt::Debug for Replies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::One(reply) => f.debug_tuple("Replies").field(reply).finish(),
            Source::Many(_) => f.write_str("Replies(..)"),
        }
    }
}

#[cfg(test)]
mod tests;
