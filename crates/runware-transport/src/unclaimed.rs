//! Replies that nobody waits for.

use tokio::sync::mpsc;

use crate::Reply;

/// Replies that came over a lasting connection while no attempt waited for them: results that were replayed after a
/// reconnection, answers that came too late.
///
/// They may hold what was paid for. At most 4,096 are kept, and at most as many bytes as one reply may have; further
/// ones are dropped, and counted in the log.
#[derive(Debug)]
pub struct Unclaimed(mpsc::Receiver<Reply>);

impl Unclaimed {
    /// The replies that are sent into a channel.
    pub fn new(replies: mpsc::Receiver<Reply>) -> Self {
        Self(replies)
    }

    /// The next one; `None` once the transport is closed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no reply.
    pub async fn next(&mut self) -> Option<Reply> {
        self.0.recv().await
    }
}
