//! Bodies that do not come whole.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame};

use super::clock::Sleep;

/// A part of a body, and then the end of the connection.
pub(super) struct PartialBody {
    part: Option<Bytes>,
    until: Sleep,
}

impl PartialBody {
    /// Sends `part`, waits for `until`, breaks off.
    ///
    /// `until` has to keep waiting at least once, or the part is not sent.
    pub(super) fn new(part: Bytes, until: Sleep) -> Self {
        Self { part: Some(part).filter(|part| !part.is_empty()), until }
    }
}

impl Body for PartialBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(part) = self.part.take() {
            return Poll::Ready(Some(Ok(Frame::data(part))));
        }
        ready!(self.until.as_mut().poll(cx));
        Poll::Ready(Some(Err(io::Error::other("the body breaks off here, as a fault demands"))))
    }
}
