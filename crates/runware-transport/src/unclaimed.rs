//! Replies that nobody waits for.

use std::fmt;
use std::pin::Pin;

use futures_core::Stream;
use futures_util::StreamExt;

use crate::Reply;

/// Replies that came over a lasting connection while no attempt waited for them: results that were replayed after a
/// reconnection, answers that came too late.
///
/// They may hold what was paid for. At most 4,096 are kept, and at most as many bytes as one reply may have; further
/// ones are dropped, and counted in the log.
pub struct Unclaimed(Pin<Box<dyn Stream<Item = Reply> + Send>>);

impl Unclaimed {
    /// The replies that `stream` yields, which ends once the transport is closed.
    ///
    /// ```
    /// use futures_util::stream;
    /// use runware_transport::{Reply, Unclaimed};
    ///
    /// # fn example(replayed: Reply) {
    /// let unclaimed = Unclaimed::new(stream::iter([replayed]));
    /// # }
    /// ```
    pub fn new(stream: impl Stream<Item = Reply> + Send + 'static) -> Self {
        Self(Box::pin(stream))
    }

    /// The replies that are sent into a channel.
    #[cfg(any(test, feature = "testing", feature = "websocket"))]
    pub(crate) fn received(mut replies: tokio::sync::mpsc::Receiver<Reply>) -> Self {
        Self::new(futures_util::stream::poll_fn(move |context| replies.poll_recv(context)))
    }

    /// The next one; `None` once the transport is closed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no reply.
    pub async fn next(&mut self) -> Option<Reply> {
        self.0.next().await
    }
}

impl fmt::Debug for Unclaimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unclaimed(..)")
    }
}
