//! The replies of the socket, some of which have been looked at.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;
use runware_transport::{Attempt, Replies, Reply, TransportError};

use super::large::LargeTasks;

/// The replies to an attempt over the socket. What turns out to be too large on the way is remembered.
pub(super) struct Answer {
    head: vec::IntoIter<Result<Reply, TransportError>>,
    tail: Replies,
    attempt: Attempt,
    large: Arc<LargeTasks>,
}

impl Answer {
    pub(super) fn new(
        head: Vec<Result<Reply, TransportError>>,
        tail: Replies,
        attempt: Attempt,
        large: Arc<LargeTasks>,
    ) -> Self {
        Self { head: head.into_iter(), tail, attempt, large }
    }
}

impl Stream for Answer {
    type Item = Result<Reply, TransportError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(reply) = this.head.next() {
            return Poll::Ready(Some(reply));
        }
        let next = Pin::new(&mut this.tail).poll_next(context);
        if let Poll::Ready(Some(Err(fault))) = &next
            && fault.is_too_large()
        {
            this.large.remember(&this.attempt);
        }
        next
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (least, most) = self.tail.size_hint();
        let ahead = self.head.len();
        (least.saturating_add(ahead), most.and_then(|most| most.checked_add(ahead)))
    }
}
