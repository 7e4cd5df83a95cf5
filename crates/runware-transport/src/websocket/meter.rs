//! A stream that keeps count of what passes, and takes whole frames to write.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Io;

/// The header of a control frame that a server sends: it has no mask.
const CONTROL_HEADER: u64 = 2;
/// What is kept of the room for outgoing frames once they are written.
const KEPT_ROOM: usize = 256 << 10;

/// A stream that knows how much came since the last whole message, and whether what is written gets through.
///
/// The library below bounds the content of a message, not the frames it is cut into: a message of endless empty
/// frames would keep it busy for as long as they come. So the bytes of a message are bounded here.
///
/// It also writes every message to the `log` crate, and the first one holds the key. So messages are put in frames
/// above this stream and written by it, and only answers to control frames come from the library.
pub(super) struct Metered {
    io: Box<dyn Io>,
    received: u64,
    allowance: u64,
    /// Whole frames, of which so many bytes are written.
    outgoing: Vec<u8>,
    sent: usize,
    /// Whether the library's last frame was written to its end.
    is_at_boundary: bool,
    written: u64,
    blocked: bool,
}

impl Metered {
    /// A stream for messages whose content has at most `max_message_bytes`.
    pub(super) fn new(io: Box<dyn Io>, max_message_bytes: usize) -> Self {
        let content = u64::try_from(max_message_bytes).unwrap_or(u64::MAX);
        // A quarter for the headers of fragments, and what is read ahead.
        let allowance = content.saturating_add(content / 4).saturating_add(256 << 10);
        Self {
            io,
            received: 0,
            allowance,
            outgoing: Vec::new(),
            sent: 0,
            is_at_boundary: true,
            written: 0,
            blocked: false,
        }
    }

    /// A whole message with content has come.
    pub(super) fn message(&mut self) {
        self.received = 0;
    }

    /// A control frame with so many bytes has come, which may have been within a message.
    pub(super) fn control(&mut self, payload: usize) {
        self.received = self.received.saturating_sub(CONTROL_HEADER + payload as u64);
    }

    /// Where outgoing frames are put, whole ones only, and only at a [boundary](Self::is_at_boundary).
    pub(super) fn outgoing(&mut self) -> &mut Vec<u8> {
        &mut self.outgoing
    }

    /// Whether a frame may follow: the library is not in the middle of one of its own. Flushing it leads there.
    pub(super) fn is_at_boundary(&self) -> bool {
        self.is_at_boundary
    }

    /// How many bytes the peer's side has taken in all.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Whether the last write could not be done at once, and has not been done since.
    pub(super) fn is_blocked(&self) -> bool {
        self.blocked
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.received > self.allowance {
            return Poll::Ready(Err(io::Error::other(Flood)));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buffer))?;
        self.received = self.received.saturating_add((buffer.filled().len() - before) as u64);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_outgoing(cx))?;
        let result = self.poll_io(cx, bytes);
        self.is_at_boundary = matches!(&result, Poll::Ready(Ok(count)) if *count == bytes.len());
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_outgoing(cx))?;
        let result = Pin::new(&mut self.io).poll_flush(cx);
        self.blocked = result.is_pending();
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

impl Metered {
    /// Writes the frames that are waiting, before anything that comes after them.
    fn poll_outgoing(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.outgoing.is_empty() {
            return Poll::Ready(Ok(()));
        }
        let outgoing = std::mem::take(&mut self.outgoing);
        let result = self.poll_all(cx, &outgoing);
        self.outgoing = outgoing;
        ready!(result)?;
        self.sent = 0;
        self.outgoing.clear();
        self.outgoing.shrink_to(KEPT_ROOM);
        Poll::Ready(Ok(()))
    }

    fn poll_all(&mut self, cx: &mut Context<'_>, outgoing: &[u8]) -> Poll<io::Result<()>> {
        while let Some(rest) = outgoing.get(self.sent..).filter(|rest| !rest.is_empty()) {
            let count = ready!(self.poll_io(cx, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += count;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_io(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.blocked = result.is_pending();
        if let Poll::Ready(Ok(count)) = &result {
            self.written = self.written.wrapping_add(*count as u64);
        }
        result
    }
}

/// More bytes than any message within the limit needs.
#[derive(Debug)]
pub(super) struct Flood;

impl fmt::Display for Flood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message was cut into frames with next to nothing in them")
    }
}

impl std::error::Error for Flood {}
