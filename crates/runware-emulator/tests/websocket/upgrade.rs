//! The request that opens a socket, byte by byte.

use std::time::Duration;

use runware_emulator::{Action, Answer, Emulator, Options, RequestKind, Rule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::harness::{Io, Peer, bounded, within};

const UPGRADE: &str = "connection: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n";
const KEY: &str = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const VERSION: &str = "sec-websocket-version: 13\r\n";

/// Asks for a socket; the head of the response, or nothing where the connection ends before there is one.
pub(crate) async fn request(mut connection: impl Io, headers: &str) -> String {
    let request = format!("GET /v1 HTTP/1.1\r\n{UPGRADE}{KEY}{VERSION}{headers}\r\n");
    send(&mut connection, &request).await
}

async fn send(connection: &mut impl Io, request: &str) -> String {
    // Where nobody listens, reading says so.
    let _ = connection.write_all(request.as_bytes()).await;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match connection.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

fn status(head: &str) -> u16 {
    head[9..12].parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_agreed_on_but_the_protocol() {
    let emulator = Emulator::start(Options::new()).await.unwrap();
    let offers =
        "host: localhost\r\nsec-websocket-extensions: permessage-deflate\r\nsec-websocket-protocol: chat\r\n";
    let head = bounded(request(emulator.connect(), offers)).await;
    assert_eq!(status(&head), 101, "{head}");
    for line in ["sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "upgrade: websocket", "x-emulator: 1"]
    {
        assert!(head.contains(line), "{head}");
    }
    assert!(!head.contains("extensions") && !head.contains("protocol"), "{head}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_not_right_is_refused() {
    let emulator = Emulator::start(Options::new()).await.unwrap();
    let host = "host: localhost\r\n";
    for (headers, expected) in [
        (format!("{UPGRADE}{KEY}{VERSION}host: evil.example\r\n"), 403),
        (format!("{UPGRADE}{KEY}{VERSION}{host}origin: http://localhost\r\n"), 403),
        (format!("{UPGRADE}{KEY}{host}sec-websocket-version: 8\r\n"), 426),
        (format!("{UPGRADE}{VERSION}{host}"), 400),
        (format!("{KEY}{VERSION}{host}"), 405),
    ] {
        let request = format!("GET /v1 HTTP/1.1\r\n{headers}\r\n");
        let head = bounded(send(&mut emulator.connect(), &request)).await;
        assert_eq!(status(&head), expected, "{headers}");
    }
    let ledger = emulator.ledger();
    assert_eq!((ledger.upgrades(), ledger.sockets_opened()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_connection_may_serve_requests_before_it_is_a_socket() {
    let emulator = Emulator::start(Options::new()).await.unwrap();
    let mut connection = emulator.connect();
    let get = "GET /nothing HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let head = bounded(send(&mut connection, get)).await;
    assert_eq!(status(&head), 404);
    let length: usize =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    connection.read_exact(&mut vec![0; length]).await.unwrap();
    assert_eq!(status(&bounded(request(&mut connection, "host: localhost\r\n")).await), 101);
}

#[tokio::test(start_paused = true)]
async fn faults_may_keep_the_socket_from_opening() {
    let rule = |action| Rule::new(action).kind(RequestKind::Upgrade);
    let busy = Answer::error(503, "serviceUnavailable").retry_after("7");
    let options = Options::new()
        .fault(rule(Action::Answer(busy)).nth(1))
        .fault(rule(Action::LoseReply).nth(2))
        .fault(rule(Action::Hang).nth(3));
    let emulator = Emulator::start(options).await.unwrap();
    let open = || request(emulator.connect(), "host: localhost\r\n");
    let head = bounded(open()).await;
    assert_eq!(status(&head), 503);
    assert!(head.contains("retry-after: 7"), "{head}");
    assert_eq!(bounded(open()).await, "");
    assert!(within(Duration::from_secs(60), open()).await.is_none());
    Peer::inside(&emulator).await.authenticated().await;
    let ledger = emulator.ledger();
    assert_eq!((ledger.upgrades(), ledger.sockets_opened(), ledger.requests()), (4, 1, 0));
}
