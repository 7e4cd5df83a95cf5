//! The other end of a socket, played by the test.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use async_trait::async_trait;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use super::{AUTHENTICATED, Arc, Connector, Io, KEY};

/// A listener on loopback.
pub(super) struct Server {
    listener: TcpListener,
}

impl Server {
    pub(super) async fn bind() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub(super) fn url(&self) -> String {
        format!("ws://{}/v1", self.listener.local_addr().unwrap())
    }

    pub(super) async fn accept(&self) -> Wire {
        Wire::new(self.listener.accept().await.unwrap().0)
    }
}

/// Connections in memory, whose other ends the test takes.
#[derive(Debug)]
pub(super) struct Pipe {
    capacity: usize,
    made: AtomicUsize,
    refuses_writes: Arc<AtomicBool>,
    ends: mpsc::UnboundedSender<DuplexStream>,
    peers: Mutex<mpsc::UnboundedReceiver<DuplexStream>>,
}

impl Pipe {
    pub(super) fn new() -> Arc<Self> {
        Self::with_capacity(64 << 10)
    }

    /// Connections that hold so many bytes on their way.
    pub(super) fn with_capacity(capacity: usize) -> Arc<Self> {
        let (ends, peers) = mpsc::unbounded_channel();
        Arc::new(Self {
            capacity,
            made: AtomicUsize::new(0),
            refuses_writes: Arc::default(),
            ends,
            peers: Mutex::new(peers),
        })
    }

    /// How many connections were asked for.
    pub(super) fn made(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }

    /// From now on the client cannot write, and still read.
    pub(super) fn refuse_writes(&self) {
        self.refuses_writes.store(true, Ordering::Relaxed);
    }

    pub(super) async fn accept(&self) -> Wire {
        Wire::new(self.peers.lock().await.recv().await.unwrap())
    }

    /// The next connection, upgraded and authenticated.
    pub(super) async fn authenticated(&self) -> Peer {
        let mut peer = self.accept().await.upgrade().await;
        peer.authenticate().await;
        peer
    }
}

#[async_trait]
impl Connector for Pipe {
    async fn connect(&self) -> io::Result<Box<dyn Io>> {
        let (client, server) = tokio::io::duplex(self.capacity);
        self.made.fetch_add(1, Ordering::Relaxed);
        self.ends.send(server).unwrap();
        Ok(Box::new(End { stream: client, refuses_writes: Arc::clone(&self.refuses_writes) }))
    }
}

/// The client's end of a connection in memory.
struct End {
    stream: DuplexStream,
    refuses_writes: Arc<AtomicBool>,
}

impl AsyncRead for End {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for End {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.refuses_writes.load(Ordering::Relaxed) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A connection before the upgrade.
pub(super) struct Wire {
    stream: Box<dyn Io>,
}

impl Wire {
    fn new(stream: impl Io + 'static) -> Self {
        Self { stream: Box::new(stream) }
    }

    /// Reads the request for the upgrade.
    pub(super) async fn request(&mut self) -> String {
        let mut received = Vec::new();
        while !received.ends_with(b"\r\n\r\n") {
            assert_ne!(self.stream.read_buf(&mut received).await.unwrap(), 0, "the client hung up");
        }
        String::from_utf8(received).unwrap()
    }

    pub(super) async fn some_bytes(&mut self) -> Vec<u8> {
        let mut received = Vec::with_capacity(16 << 10);
        self.stream.read_buf(&mut received).await.unwrap();
        received
    }

    pub(super) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Answers the request with this instead of an upgrade, and hangs up.
    pub(super) async fn refuse(mut self, response: &str) {
        self.request().await;
        self.write(response).await;
        self.stream.shutdown().await.unwrap();
    }

    pub(super) async fn upgrade(mut self) -> Peer {
        let request = self.request().await;
        let key = request.lines().find_map(|line| {
            line.strip_prefix("sec-websocket-key: ").or(line.strip_prefix("Sec-WebSocket-Key: "))
        });
        let accept = derive_accept_key(key.unwrap().as_bytes());
        self.write(format!("HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n")).await;
        Peer { socket: WebSocketStream::from_raw_socket(self.stream, Role::Server, None).await, request }
    }

    /// Waits until the client hangs up.
    pub(super) async fn closed(&mut self) {
        while !matches!(self.stream.read_buf(&mut Vec::new()).await, Ok(0) | Err(_)) {}
    }
}

/// An upgraded connection.
pub(super) struct Peer {
    socket: WebSocketStream<Box<dyn Io>>,
    pub(super) request: String,
}

impl Peer {
    /// Takes the first message, which must be the authentication, and answers it.
    pub(super) async fn authenticate(&mut self) -> String {
        let text = self.text().await;
        assert!(text.starts_with(r#"[{"taskType":"authentication","#) && text.contains(KEY), "{text}");
        self.say(AUTHENTICATED).await;
        text
    }

    /// The next text message.
    pub(super) async fn text(&mut self) -> String {
        match self.socket.next().await {
            Some(Ok(Message::Text(text))) => text.as_str().to_owned(),
            other => panic!("a text message was expected, not {other:?}"),
        }
    }

    pub(super) async fn say(&mut self, text: impl AsRef<str>) {
        self.send(Message::text(text.as_ref())).await;
    }

    pub(super) async fn send(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    pub(super) async fn close(&mut self, code: u16) {
        self.send(Message::Close(Some(CloseFrame { code: code.into(), reason: "hunter2".into() }))).await;
    }

    /// Writes bytes below the layer of frames; whether they arrived.
    pub(super) async fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.socket.get_mut().write_all(bytes.as_ref()).await.is_ok()
    }

    /// Reads bytes below the layer of frames, and says how many came.
    pub(super) async fn read_some(&mut self, most: usize) -> usize {
        let mut room = vec![0; most];
        self.socket.get_mut().read(&mut room).await.unwrap()
    }

    /// Takes the answer to a ping.
    pub(super) async fn answer_to_ping(&mut self) {
        let message = self.socket.next().await;
        assert!(matches!(message, Some(Ok(Message::Pong(_)))), "{message:?}");
    }

    /// The next message: text, or the answer to a ping.
    pub(super) async fn text_or_pong(&mut self) -> Option<String> {
        match self.socket.next().await {
            Some(Ok(Message::Text(text))) => Some(text.as_str().to_owned()),
            Some(Ok(Message::Pong(payload))) if payload.iter().all(|byte| *byte == b'p') => None,
            other => panic!("a text message or a pong was expected, not {other:?}"),
        }
    }

    /// Takes messages until the client says farewell; its code.
    pub(super) async fn farewell(&mut self) -> Option<u16> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Waits until the client hangs up, whatever it says before.
    pub(super) async fn closed(&mut self) {
        while let Some(Ok(_)) = self.socket.next().await {}
        while !matches!(self.socket.get_mut().read_buf(&mut Vec::new()).await, Ok(0) | Err(_)) {}
    }
}
