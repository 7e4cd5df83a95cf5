//! One socket: messages in, messages out, and how it ends.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::select;
use futures_util::{SinkExt, StreamExt};
use rustls::crypto::SecureRandom;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use super::meter::{Flood, Metered};
use crate::excerpt::excerpt;
use crate::session::Loss;
use crate::{ApiKey, Clock, tls};

/// How many bytes of messages are taken at once.
const BATCH: usize = 128 << 10;
/// How long a write may stand still, without a byte that gets through.
const STALL: Duration = Duration::from_secs(20);
/// How long the end of a connection may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// An open socket.
pub(super) struct Socket {
    stream: WebSocketStream<Metered>,
    /// For the masks of frames, which a peer must not foresee (RFC 6455, 10.3).
    random: &'static dyn SecureRandom,
    /// Whether messages were handed to the stream that have not left it.
    unflushed: bool,
    /// Why nothing can be written any more. What the peer sent before is still read: it may say why, or hold results.
    unwritable: Option<Loss>,
    standstill: Option<Standstill>,
}

/// Since when writes do not get through, and what had got through by then.
struct Standstill {
    since: Duration,
    written: u64,
}

/// What a socket has to say.
pub(super) enum Incoming {
    /// A message with content, text or binary.
    Message(Bytes),
    /// A control frame: the peer lives.
    Control,
    /// The end, and what is to be said about it.
    Lost(Loss, Farewell),
}

/// What is said at the end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Farewell {
    /// Nothing: nobody would hear it.
    Unsaid,
    /// The answer to the peer's own farewell.
    Answer,
    /// A close frame with this code.
    Code(u16),
}

impl Socket {
    pub(super) fn new(stream: WebSocketStream<Metered>) -> Self {
        Self { stream, random: tls::random(), unflushed: false, unwritable: None, standstill: None }
    }

    /// Writes the messages that `next` yields, as far as they get through, and wakes the task when more do.
    ///
    /// No message is taken while an earlier one is stuck: what was not taken is known not to have been sent.
    pub(super) fn write(
        &mut self,
        cx: &mut Context<'_>,
        now: Duration,
        mut next: impl FnMut() -> Option<Bytes>,
    ) {
        if self.unwritable.is_none()
            && let Err(error) = self.try_write(cx, &mut next)
        {
            self.unwritable = Some(loss(error).0);
        }
        self.watch(now);
    }

    fn try_write(
        &mut self,
        cx: &mut Context<'_>,
        next: &mut impl FnMut() -> Option<Bytes>,
    ) -> Result<(), Error> {
        loop {
            if self.unflushed || !self.stream.get_ref().is_at_boundary() {
                let Poll::Ready(result) = self.stream.poll_flush_unpin(cx) else { return Ok(()) };
                result?;
                self.unflushed = false;
            }
            while self.stream.get_mut().outgoing().len() < BATCH {
                let Some(bytes) = next() else { break };
                self.unflushed = true;
                self.put_in_frame(bytes)?;
            }
            if !self.unflushed {
                return Ok(());
            }
        }
    }

    /// The API speaks in text messages. What is no UTF-8 was refused before it came here.
    fn put_in_frame(&mut self, bytes: Bytes) -> Result<(), Error> {
        let mut mask = [0; 4];
        self.random.fill(&mut mask).map_err(|_| std::io::Error::other("no random bytes for a mask"))?;
        let mut frame = Frame::message(bytes, OpCode::Data(Data::Text), true);
        frame.header_mut().mask = Some(mask);
        frame.format(self.stream.get_mut().outgoing())
    }

    /// Reads. It can be called again and again; nothing is lost between two calls.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Incoming> {
        let incoming = match self.stream.poll_next_unpin(cx) {
            Poll::Pending => match self.unwritable.take() {
                Some(loss) => Incoming::Lost(loss, Farewell::Unsaid),
                None => return Poll::Pending,
            },
            Poll::Ready(None) => Incoming::Lost(Loss::Closed { code: None }, Farewell::Unsaid),
            Poll::Ready(Some(Ok(message))) => self.incoming(message),
            Poll::Ready(Some(Err(error))) => {
                let (loss, farewell) = loss(error);
                Incoming::Lost(loss, farewell)
            }
        };
        Poll::Ready(incoming)
    }

    fn incoming(&mut self, message: Message) -> Incoming {
        let meter = self.stream.get_mut();
        match message {
            Message::Text(text) => {
                meter.message();
                Incoming::Message(text.into())
            }
            Message::Binary(bytes) => {
                meter.message();
                Incoming::Message(bytes)
            }
            Message::Ping(payload) | Message::Pong(payload) => {
                meter.control(payload.len());
                Incoming::Control
            }
            Message::Close(frame) => {
                let code = frame.map(|frame| frame.code.into());
                Incoming::Lost(Loss::Closed { code }, Farewell::Answer)
            }
            // Never read, only written.
            Message::Frame(_) => Incoming::Control,
        }
    }

    /// When a write that does not get through makes the connection useless.
    pub(super) fn stalls_at(&self) -> Option<Duration> {
        self.standstill.as_ref().map(|standstill| standstill.since.saturating_add(STALL))
    }

    fn watch(&mut self, now: Duration) {
        let meter = self.stream.get_ref();
        if !meter.is_blocked() {
            self.standstill = None;
        } else if self.standstill.as_ref().is_none_or(|before| before.written != meter.written()) {
            self.standstill = Some(Standstill { since: now, written: meter.written() });
        }
    }

    /// Ends the connection in good order, within a second: says farewell, waits for the answer and hangs up.
    pub(super) async fn part(mut self, farewell: Farewell, clock: Arc<dyn Clock>) {
        let until = clock.now().saturating_add(FAREWELL);
        let parting = async {
            self.say(farewell).await;
            poll_fn(|cx| Pin::new(self.stream.get_mut()).poll_shutdown(cx)).await
        };
        select(pin!(parting), clock.sleep_until(until)).await;
    }

    async fn say(&mut self, farewell: Farewell) {
        let code = match farewell {
            Farewell::Unsaid => return,
            Farewell::Answer => {
                // It is waiting in the stream.
                _ = self.stream.flush().await;
                return;
            }
            Farewell::Code(code) => code,
        };
        let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::default() };
        if self.stream.send(Message::Close(Some(frame))).await.is_err() {
            return;
        }
        while let Some(Ok(message)) = self.stream.next().await {
            if message.is_close() {
                return;
            }
        }
        drain(self.stream.get_mut()).await;
    }
}

/// Reads to the end of the stream and keeps nothing. A connection dropped with bytes unread is reset, and the
/// farewell might never be seen.
async fn drain(stream: &mut Metered) {
    let mut room = [0; 4096];
    poll_fn(|cx| {
        let mut buffer = ReadBuf::new(&mut room);
        match Pin::new(&mut *stream).poll_read(cx, &mut buffer) {
            Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Ready(_) => Poll::Ready(()),
            Poll::Pending => Poll::Pending,
        }
    })
    .await;
}

/// What an error of the stream means, and what the peer is to learn about it (RFC 6455, 7.4.1).
fn loss(error: Error) -> (Loss, Farewell) {
    match error {
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing) => {
            (Loss::Closed { code: None }, Farewell::Unsaid)
        }
        Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<Flood>()) => {
            (Loss::Violation(error.to_string()), Farewell::Code(1008))
        }
        Error::Capacity(_) => (Loss::TooLarge, Farewell::Code(1009)),
        Error::Protocol(error) => (Loss::Violation(shown(&error)), Farewell::Code(1002)),
        // The error quotes the bytes.
        Error::Utf8(_) => (Loss::Violation("a text message is not UTF-8".to_owned()), Farewell::Code(1007)),
        Error::WriteBufferFull(_) => (Loss::Stalled, Farewell::Unsaid),
        error => (Loss::Broken(shown(&error)), Farewell::Unsaid),
    }
}

fn shown(error: &dyn std::error::Error) -> String {
    excerpt(error.to_string().as_bytes(), None::<&ApiKey>)
}
