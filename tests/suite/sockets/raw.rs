//! A server that says what the test tells it to say.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runware::transport::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::haste::Haste;

/// Answers the n-th connection with the n-th text, whatever it is asked, and ends the connection.
pub(super) struct Raw {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Received>>>,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) at: Duration,
    pub(super) text: String,
}

impl Raw {
    pub(super) async fn start(replies: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<Received>>> = Arc::default();
        let noted = Arc::clone(&requests);
        tokio::spawn(async move {
            let clock = Haste::new(super::TIMES);
            for reply in replies {
                let (mut stream, _) = listener.accept().await.unwrap();
                let text = receive(&mut stream).await;
                noted.lock().unwrap().push(Received { at: Clock::now(&clock), text });
                stream.write_all(reply.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self { address, requests }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub(super) fn requests(&self) -> Vec<Received> {
        self.requests.lock().unwrap().clone()
    }
}

/// A whole reply: the head without its end, and the body.
pub(super) fn reply(head: &str, body: &str) -> String {
    format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// The head and the body of one request.
async fn receive(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    while !is_whole(&received) {
        assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0, "the client closed the connection");
    }
    String::from_utf8(received).unwrap()
}

fn is_whole(received: &[u8]) -> bool {
    let text = String::from_utf8_lossy(received);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
