//! The trait that all ways to the server share.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::{Attempt, Connection, Replies, StreamingReply, TransportError, Unclaimed};

/// The way to the server: one attempt in, its replies out.
///
/// # What an implementation promises
///
/// * **One attempt.** It sends the calls at most once. It never tries again, polls, follows a redirect or
///   splits a batch: those cost money or time, and are decided above.
/// * **The bytes as they are.** Each [`Call`](crate::Call) reaches the wire byte for byte, in the order given.
/// * **Bounded.** The attempt ends by its [`timeout`](Attempt::timeout), whatever the server does, and no reply
///   takes more memory than the implementation's limits.
/// * **Honest about delivery.** An error is [`NotSent`](crate::Delivery::NotSent) only if that can be proven.
/// * **Every answer handed over.** A reply that decodes is a [`Reply`](crate::Reply) at any HTTP status: the
///   status alone proves nothing, and one body may hold results next to errors.
/// * **No secrets in errors**, nor in `Debug` output or logs.
///
/// # What it does not promise
///
/// * That the replies speak of every call, or only of calls of this attempt. Match what is in them by
///   `taskUUID`; what a reply does not mention is still unknown.
/// * Any order of the replies, or of what is in them.
/// * That an attempt which failed had no effect: see [`Delivery`](crate::Delivery).
///
/// # Example
///
/// A transport in front of another one, which counts what passes. It hands on all six methods, as every such
/// transport has to: five of them have a default, and that of [`take_unclaimed`](Self::take_unclaimed) would lose results that
/// were replayed and are paid for.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use std::time::Duration;
/// use runware_transport::{
///     Attempt, Connection, Replies, StreamingReply, Transport, TransportError, Unclaimed, async_trait,
/// };
///
/// #[derive(Debug)]
/// struct Counting {
///     inner: Arc<dyn Transport>,
///     attempts: AtomicUsize,
/// }
///
/// #[async_trait]
/// impl Transport for Counting {
///     async fn send(&self, attempt: Attempt) -> Result<Replies, TransportError> {
///         self.attempts.fetch_add(1, Ordering::Relaxed);
///         self.inner.send(attempt).await
///     }
///
///     async fn open_stream(&self, attempt: Attempt, idle: Duration) -> Result<StreamingReply, TransportError> {
///         self.attempts.fetch_add(1, Ordering::Relaxed);
///         self.inner.open_stream(attempt, idle).await
///     }
///
///     async fn dry_run(&self, attempt: Attempt) -> Result<Replies, TransportError> {
///         self.attempts.fetch_add(1, Ordering::Relaxed);
///         self.inner.dry_run(attempt).await
///     }
///
///     fn take_unclaimed(&self) -> Option<Unclaimed> {
///         self.inner.take_unclaimed()
///     }
///
///     fn connection(&self) -> Connection {
///         self.inner.connection()
///     }
///
///     async fn close(&self) {
///         self.inner.close().await;
///     }
/// }
/// ```
#[async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends the calls of one attempt.
    ///
    /// Over HTTP there is one reply, complete when this returns. Over a connection that stays open there may
    /// be several, and [`Replies`] yields them as they come.
    ///
    /// # Errors
    ///
    /// When no reply could be had. Replies that report failed tasks, with any HTTP status, are not errors.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the attempt up. Unless it had not been polled, the calls may have reached the
    /// server: treat them like [`Delivery::MaybeSent`](crate::Delivery::MaybeSent).
    async fn send(&self, attempt: Attempt) -> Result<Replies, TransportError>;

    /// Sends the one call of an attempt and hands its reply over while it is being written.
    ///
    /// `idle` is the longest that the reply may stand still, before its first byte and between any two.
    ///
    /// # Errors
    ///
    /// When no reply could be had. A transport that cannot do it says so with a
    /// [configuration error](TransportError::is_configuration), which is what this does unless overridden.
    ///
    /// # Cancel safety
    ///
    /// As for [`send`](Self::send). Dropping the reply ends the stream; the task goes on at the server.
    async fn open_stream(&self, attempt: Attempt, idle: Duration) -> Result<StreamingReply, TransportError> {
        let _ = (attempt, idle);
        let message = "this transport does not stream; text is streamed over HTTP";
        Err(TransportError::configuration(message))
    }

    /// Sends the calls of one attempt for their price: the server is told to check them, and to carry none of them out.
    ///
    /// This is no flag of an [`Attempt`], so that a transport that knows nothing of it cannot buy what was only to be
    /// priced. A transport in front of another one must never make a [`send`](Self::send) of it.
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send). A transport that cannot do it says so with a
    /// [configuration error](TransportError::is_configuration), which is what this does unless overridden; nothing is
    /// sent then.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the attempt up. Nothing was to be bought by it.
    async fn dry_run(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        let _ = attempt;
        let message = "this transport makes no dry runs; prices are asked for over HTTP";
        Err(TransportError::configuration(message))
    }

    /// The replies that nobody waits for, for the one caller that asks first; `None` for all others, and from a
    /// transport that has none.
    fn take_unclaimed(&self) -> Option<Unclaimed> {
        None
    }

    /// A view of the connection, if the transport has one that lasts.
    fn connection(&self) -> Connection {
        Connection::none()
    }

    /// Lets go of connections and takes no further attempts.
    ///
    /// An attempt under way that has a connection of its own ends as it would have. Where attempts share one that
    /// lasts, it goes at once, and they end with an error that says whether they were sent, such as
    /// [disconnected](TransportError::is_disconnected). A transport that holds nothing has nothing to do here.
    /// Calling it again changes nothing.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future may leave connections to end by themselves later.
    async fn close(&self) {}
}
