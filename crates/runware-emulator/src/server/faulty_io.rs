//! Connections that go wrong below HTTP.

mod line;
#[cfg(test)]
mod tests;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use self::line::{Leave, Way};
pub(super) use self::line::{Line, Lines};
use super::Shared;
use super::clock::Sleep;
use crate::fault::IoFault;

/// A stream of bytes that does what the rules for its connection say.
pub(super) struct FaultyIo<T> {
    stream: T,
    line: Arc<Line>,
    shared: Arc<Shared>,
    /// Makes `stream` end with a reset when it is dropped.
    reset: Arc<AtomicBool>,
    /// Until when nothing is written.
    pause: Option<Sleep>,
    /// The end of the server, as reading and writing wait for it.
    stopped: [Option<Sleep>; 2],
    is_shut: bool,
}

impl<T> FaultyIo<T> {
    /// Does to `stream` what befalls `line`. `reset` is set where it is to end with a reset.
    pub(super) fn new(stream: T, line: Arc<Line>, reset: Arc<AtomicBool>, shared: Arc<Shared>) -> Self {
        Self { stream, line, shared, reset, pause: None, stopped: [None, None], is_shut: false }
    }

    fn reset(&self) -> io::Error {
        self.reset.store(true, Ordering::Relaxed);
        io::Error::new(io::ErrorKind::ConnectionReset, "the connection is reset, as a fault demands")
    }

    /// Waits for the end of the server, which ends every wait.
    fn poll_stopped(&mut self, way: Way, cx: &mut Context<'_>) -> Poll<()> {
        let [reading, writing] = &mut self.stopped;
        let slot = if way == Way::Read { reading } else { writing };
        let shared = &self.shared;
        let stopped = slot.get_or_insert_with(|| {
            let shared = Arc::clone(shared);
            Box::pin(async move { shared.stopped().await })
        });
        ready!(stopped.as_mut().poll(cx));
        *slot = None;
        Poll::Ready(())
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> FaultyIo<T> {
    /// Ends the server's side in good order.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_shut {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.is_shut = true;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads on for nobody, up to the end of either side.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut space = [0; 1_024];
        loop {
            let mut buf = ReadBuf::new(&mut space);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => {}
                Poll::Ready(end) => return Poll::Ready(end),
                Poll::Pending => return self.poll_stopped(Way::Read, cx).map(Ok),
            }
        }
    }

    fn poll_write_some(&mut self, cx: &mut Context<'_>, buf: &[u8], at_most: u64) -> Poll<io::Result<usize>> {
        let length = buf.len().min(usize::try_from(at_most).unwrap_or(usize::MAX));
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf.get(..length).unwrap_or(buf)))?;
        self.line.wrote(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_struck(
        &mut self,
        cx: &mut Context<'_>,
        buf: &[u8],
        fault: IoFault,
    ) -> Poll<io::Result<usize>> {
        match fault {
            IoFault::Reset => Poll::Ready(Err(self.reset())),
            IoFault::Truncate => {
                ready!(self.poll_end(cx))?;
                Poll::Ready(Ok(buf.len()))
            }
            IoFault::Stall | IoFault::HalfOpen => {
                ready!(self.poll_stopped(Way::Write, cx));
                Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
            }
            IoFault::Drip { bytes, every } => {
                if let Some(pause) = &mut self.pause
                    && pause.as_mut().poll(cx).is_pending()
                {
                    ready!(self.poll_stopped(Way::Write, cx));
                    return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
                }
                self.pause = None;
                let at_most = u64::try_from(bytes.max(1)).unwrap_or(u64::MAX);
                let written = ready!(self.poll_write_some(cx, buf, at_most))?;
                let clock = &self.shared.clock;
                // Even a sleep of no length takes the timer's millisecond.
                self.pause = (!every.is_zero()).then(|| clock.sleep_until(clock.now().saturating_add(every)));
                Poll::Ready(Ok(written))
            }
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncRead for FaultyIo<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match this.line.ask(Way::Read, cx) {
            Leave::Struck(IoFault::Reset) => Poll::Ready(Err(this.reset())),
            Leave::Struck(IoFault::Truncate) => {
                ready!(this.poll_end(cx))?;
                this.poll_drain(cx)
            }
            Leave::Struck(IoFault::HalfOpen) => this.poll_stopped(Way::Read, cx).map(Ok),
            Leave::Struck(IoFault::Stall | IoFault::Drip { .. }) | Leave::Free | Leave::Write(_) => {
                Pin::new(&mut this.stream).poll_read(cx, buf)
            }
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for FaultyIo<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match this.line.ask(Way::Write, cx) {
            Leave::Free => Pin::new(&mut this.stream).poll_write(cx, buf),
            Leave::Write(at_most) => this.poll_write_some(cx, buf, at_most),
            Leave::Struck(fault) => this.poll_write_struck(cx, buf, fault),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let first = || bufs.iter().find(|buf| !buf.is_empty()).map_or(&[][..], |buf| buf);
        match this.line.ask(Way::Write, cx) {
            Leave::Free => Pin::new(&mut this.stream).poll_write_vectored(cx, bufs),
            Leave::Write(at_most) => this.poll_write_some(cx, first(), at_most),
            Leave::Struck(fault) => this.poll_write_struck(cx, first(), fault),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // What a fault keeps back was never taken, so there is nothing of it to flush.
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match this.line.struck() {
            Some(IoFault::Reset) => Poll::Ready(Err(this.reset())),
            Some(IoFault::Stall | IoFault::HalfOpen) => this.poll_stopped(Way::Write, cx).map(Ok),
            _ => this.poll_end(cx),
        }
    }
}
