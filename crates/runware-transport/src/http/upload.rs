//! The body of a request, which knows whether any of it was taken to be sent.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::Delivery;

const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const RECALLED: u8 = 2;

/// A request body in one piece, and the means to call it back.
pub(super) fn upload(bytes: Bytes) -> (Upload, Recall) {
    let state = Arc::new(AtomicU8::new(WAITING));
    (Upload { bytes: Some(bytes), state: Arc::clone(&state) }, Recall(state))
}

/// A request body. The connection takes it when it is ready to write it, and only then.
pub(super) struct Upload {
    bytes: Option<Bytes>,
    state: Arc<AtomicU8>,
}

/// The sender's hold on an [`Upload`].
pub(super) struct Recall(Arc<AtomicU8>);

impl Recall {
    /// Gives the upload up and says whether it had left.
    ///
    /// The answer is exact, even against a connection that is about to take the body on another thread: whoever
    /// comes first wins, and a body that was called back is not handed out any more. A server that has the
    /// head of a request but none of its body cannot act on it.
    pub(super) fn recall(&self) -> Delivery {
        match self.0.compare_exchange(WAITING, RECALLED, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) | Err(RECALLED) => Delivery::NotSent,
            Err(_) => Delivery::MaybeSent,
        }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Recalled;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Recalled>>> {
        let Some(bytes) = self.bytes.take() else { return Poll::Ready(None) };
        match self.state.compare_exchange(WAITING, TAKEN, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Err(_) => Poll::Ready(Some(Err(Recalled))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

/// The reason for which a connection gets no body.
#[derive(Debug)]
pub(super) struct Recalled;

impl fmt::Display for Recalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the attempt was given up before its body was sent")
    }
}

impl std::error::Error for Recalled {}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(upload: &mut Upload) -> Poll<Option<Result<Frame<Bytes>, Recalled>>> {
        Pin::new(upload).poll_frame(&mut Context::from_waker(std::task::Waker::noop()))
    }

    #[test]
    fn a_body_that_was_never_taken_was_not_sent() {
        let (mut upload, recall) = upload(Bytes::from_static(b"[]"));
        assert_eq!(recall.recall(), Delivery::NotSent);
        assert!(matches!(poll(&mut upload), Poll::Ready(Some(Err(Recalled)))));
        assert_eq!(recall.recall(), Delivery::NotSent);
    }

    #[test]
    fn a_body_that_was_taken_may_have_been_sent() {
        let (mut upload, recall) = upload(Bytes::from_static(b"[]"));
        assert_eq!(upload.size_hint().exact(), Some(2));
        assert!(!upload.is_end_stream());
        let Poll::Ready(Some(Ok(frame))) = poll(&mut upload) else { panic!("the body is there at once") };
        assert_eq!(frame.into_data().unwrap(), "[]");
        assert!(upload.is_end_stream());
        assert!(matches!(poll(&mut upload), Poll::Ready(None)));
        assert_eq!(recall.recall(), Delivery::MaybeSent);
    }
}
