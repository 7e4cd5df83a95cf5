//! One end of a WebSocket, with means to break its rules.

use std::future::poll_fn;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

/// The server's end of a WebSocket.
pub(super) struct Link<S>(WebSocketStream<S>);

/// What came.
pub(super) enum Received {
    Message(Bytes),
    /// A sign of life.
    Control,
    /// What the protocol or the limits do not allow; the code says which.
    Refused(u16),
    End,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Link<S> {
    pub(super) fn new(stream: WebSocketStream<S>) -> Self {
        Self(stream)
    }

    /// Waits for what comes next. Nothing is lost where the future is dropped.
    pub(super) async fn receive(&mut self) -> Received {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Received::Message(text.into()),
            Some(Ok(Message::Binary(bytes))) => Received::Message(bytes),
            Some(Ok(Message::Close(_))) => {
                // The answer to it goes out with this.
                let _ = self.0.flush().await;
                Received::End
            }
            Some(Ok(_)) => Received::Control,
            Some(Err(Error::Capacity(_))) => Received::Refused(1009),
            Some(Err(Error::Utf8(_))) => Received::Refused(1007),
            Some(Err(Error::Protocol(_))) => Received::Refused(1002),
            Some(Err(error)) => {
                tracing::debug!(%error, "a WebSocket ended early");
                Received::End
            }
            None => Received::End,
        }
    }

    /// Sends a message. A text that is not UTF-8 is sent as it is.
    pub(super) async fn send(&mut self, body: Bytes, binary: bool) -> Result<(), Error> {
        let message = match Utf8Bytes::try_from(body.clone()) {
            Ok(text) if !binary => Message::Text(text),
            Ok(text) => Message::Binary(text.into()),
            Err(_) => {
                let kind = if binary { Data::Binary } else { Data::Text };
                Message::Frame(Frame::message(body, OpCode::Data(kind), true))
            }
        };
        self.0.send(message).await
    }

    /// Sends the head of a text message and so many bytes of it.
    pub(super) async fn send_part(&mut self, body: &[u8], bytes: usize) -> Result<(), Error> {
        let mut part = head(body.len());
        part.extend(body.iter().take(bytes));
        self.send_raw(&part).await
    }

    /// Writes bytes to the connection, after the messages that were sent.
    pub(super) async fn send_raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.flush().await?;
        let connection = self.0.get_mut();
        connection.write_all(bytes).await?;
        connection.flush().await?;
        Ok(())
    }

    /// Sends a close frame and waits for the peer's, dropping what comes before it.
    pub(super) async fn close(&mut self, code: u16) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: Utf8Bytes::default() };
        if self.0.close(Some(frame)).await.is_ok() {
            while let Some(Ok(_)) = self.0.next().await {}
        }
        let _ = poll_fn(|cx| Pin::new(self.0.get_mut()).poll_shutdown(cx)).await;
    }
}

/// The head of a text message of this length that a server sends.
fn head(length: usize) -> Vec<u8> {
    let mut head = vec![0x81];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..=125), _) => head.push(short),
        (_, Ok(medium)) => {
            head.push(126);
            head.extend(medium.to_be_bytes());
        }
        _ => {
            head.push(127);
            head.extend((length as u64).to_be_bytes());
        }
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_in_the_shortest_form() {
        assert_eq!(head(125), [0x81, 125]);
        assert_eq!(head(126), [0x81, 126, 0, 126]);
        assert_eq!(head(65_535), [0x81, 126, 0xff, 0xff]);
        assert_eq!(head(65_536), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }
}
