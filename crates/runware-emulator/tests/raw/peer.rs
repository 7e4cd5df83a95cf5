//! A client that sees every byte, and a clock that is moved by hand.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use runware_emulator::{Emulator, Options};
use runware_types::TaskUuid;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const U: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";
pub(crate) const PING: &str = r#"[{"taskType":"ping"}]"#;

pub(crate) fn uuid() -> TaskUuid {
    U.parse().unwrap()
}

/// The time of an emulator, in milliseconds.
#[derive(Clone, Default)]
pub(crate) struct Hand(Arc<AtomicU64>);

impl Hand {
    pub(crate) fn set(&self, millis: u64) {
        self.0.store(millis, Ordering::Relaxed);
    }

    pub(crate) async fn start(&self, options: Options) -> Emulator {
        let time = Arc::clone(&self.0);
        let clock = move || Duration::from_millis(time.load(Ordering::Relaxed));
        Emulator::builder().options(options).clock(clock).start().await.unwrap()
    }
}

/// One connection.
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
}

impl Peer {
    pub(crate) async fn connect(emulator: &Emulator) -> Self {
        Self { stream: TcpStream::connect(emulator.address()).await.unwrap() }
    }

    pub(crate) async fn post(&mut self, body: &str) {
        self.try_post(body).await.unwrap();
    }

    /// Sends a request, which may fail where the connection is gone.
    pub(crate) async fn try_post(&mut self, body: &str) -> io::Result<()> {
        let address = self.stream.peer_addr().unwrap();
        let length = body.len();
        let request = format!(
            "POST /v1 HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer key\r\ncontent-length: {length}\r\n\r\n\
             {body}"
        );
        self.stream.write_all(request.as_bytes()).await
    }

    /// The head of a reply.
    pub(crate) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.unwrap());
        }
        String::from_utf8(head).unwrap()
    }

    /// The next chunk of a body; an empty one is the last.
    pub(crate) async fn chunk(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.push(self.stream.read_u8().await?);
        }
        let line = String::from_utf8(line).unwrap();
        let mut chunk = vec![0; usize::from_str_radix(line.trim_end(), 16).unwrap() + 2];
        self.stream.read_exact(&mut chunk).await?;
        chunk.truncate(chunk.len() - 2);
        Ok(chunk)
    }

    /// The chunks of a body up to its end.
    pub(crate) async fn chunks(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let mut chunks = Vec::new();
        loop {
            match self.chunk().await? {
                chunk if chunk.is_empty() => return Ok(chunks),
                chunk => chunks.push(chunk),
            }
        }
    }

    /// Exactly so many bytes.
    pub(crate) async fn bytes(&mut self, count: usize) -> String {
        let mut bytes = vec![0; count];
        self.stream.read_exact(&mut bytes).await.unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// What comes until the connection ends.
    pub(crate) async fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await.map(|_| rest)
    }

    /// Sends a request and reads the head and the body, which has to have a length.
    pub(crate) async fn call(&mut self, body: &str) -> (String, String) {
        self.post(body).await;
        let head = self.head().await;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        self.stream.read_exact(&mut body).await.unwrap();
        (head, String::from_utf8(body).unwrap())
    }

    /// Whether nothing has come, although another connection was answered meanwhile.
    pub(crate) async fn is_silent(&self, emulator: &Emulator) -> bool {
        Self::connect(emulator).await.call(PING).await;
        matches!(self.stream.try_read(&mut [0; 1]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}
