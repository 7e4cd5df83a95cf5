//! One end of a socket, played by the test.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(super) struct Server {
    listener: TcpListener,
}

impl Server {
    pub(super) async fn bind() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/v1", self.address())
    }

    pub(super) async fn accept(&self) -> Connection {
        Connection { stream: self.listener.accept().await.unwrap().0 }
    }
}

pub(super) struct Connection {
    stream: TcpStream,
}

/// A request as it came over the wire.
pub(super) struct Request {
    pub(super) line: String,
    /// `name: value`, sorted.
    pub(super) headers: Vec<String>,
    pub(super) body: String,
}

impl Connection {
    /// Reads one whole request.
    pub(super) async fn request(&mut self) -> Request {
        let mut received = Vec::new();
        let head_end = loop {
            if let Some(at) = received.windows(4).position(|window| window == b"\r\n\r\n") {
                break at;
            }
            self.read_some(&mut received).await;
        };
        let head = String::from_utf8(received[..head_end].to_vec()).unwrap();
        let (line, headers) = head.split_once("\r\n").unwrap();
        let mut headers: Vec<String> = headers.split("\r\n").map(str::to_owned).collect();
        headers.sort();
        let length = headers.iter().find_map(|header| header.strip_prefix("content-length: ")).unwrap();
        let end = head_end + 4 + length.parse::<usize>().unwrap();
        while received.len() < end {
            self.read_some(&mut received).await;
        }
        assert_eq!(received.len(), end, "one request and nothing after it");
        let body = String::from_utf8(received[head_end + 4..].to_vec()).unwrap();
        Request { line: line.to_owned(), headers, body }
    }

    async fn read_some(&mut self, received: &mut Vec<u8>) {
        assert_ne!(self.stream.read_buf(received).await.unwrap(), 0, "the client closed the connection");
    }

    /// Waits until the client has sent something, and leaves it unread.
    pub(super) async fn readable(&self) {
        assert_ne!(self.stream.peek(&mut [0]).await.unwrap(), 0, "the client closed the connection");
    }

    pub(super) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Writes one byte at a time, each in a packet of its own.
    pub(super) async fn write_in_slices(&mut self, bytes: &[u8]) {
        self.stream.set_nodelay(true).unwrap();
        for byte in bytes {
            self.stream.write_all(&[*byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
    }

    /// Ends this side of the connection in good order.
    pub(super) async fn finish(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    /// Ends the connection with a reset.
    pub(super) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// Waits until the client ends the connection.
    pub(super) async fn closed(&mut self) {
        let mut rest = Vec::new();
        while !matches!(self.stream.read_buf(&mut rest).await, Ok(0) | Err(_)) {}
        assert!(rest.is_empty(), "the client sent something more");
    }
}
