//! The trait that all ways to the server share.

use std::fmt;

use async_trait::async_trait;

use crate::{Attempt, Replies, TransportError};

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
/// A transport in front of another one, which counts what passes:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use runware_transport::{Attempt, Replies, Transport, TransportError, async_trait};
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

    /// Lets go of idle connections and takes no further attempts.
    ///
    /// Attempts under way end as they would have. A transport that holds nothing has nothing to do here. Calling
    /// it again changes nothing.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future may leave connections to end by themselves later.
    async fn close(&self) {}
}
