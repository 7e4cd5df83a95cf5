//! The server over real sockets: routes, guards, and every fault that touches a connection.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a failing test stops at the line that failed; the settings for tests do not cover their helpers"
)]

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use runware_emulator::{Action, Answer, Emulator, Options, RequestKind, Rule};
use runware_types::{TaskType, TaskUuid};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::yield_now;

const U: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

fn video() -> String {
    format!(r#"[{{"taskType":"videoInference","taskUUID":"{U}","model":"m","positivePrompt":"waves"}}]"#)
}

fn check() -> String {
    format!(r#"[{{"taskType":"getResponse","taskUUID":"{U}"}}]"#)
}

/// One connection, spoken to in plain HTTP.
struct Peer {
    stream: TcpStream,
    address: SocketAddr,
}

struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Peer {
    async fn connect(emulator: &Emulator) -> Self {
        let address = emulator.address();
        Self { stream: TcpStream::connect(address).await.unwrap(), address }
    }

    async fn send(&mut self, method: &str, path: &str, headers: &str, body: &str) {
        let Self { address, .. } = self;
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
    }

    async fn post(&mut self, body: &str) {
        self.send("POST", "/v1", "authorization: Bearer key\r\n", body).await;
    }

    /// Reads a reply up to the end of its head.
    async fn head(&mut self) -> Reply {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        Reply { status: head[9..12].parse().unwrap(), head, body: Vec::new() }
    }

    async fn reply(&mut self) -> Reply {
        let mut reply = self.head().await;
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        reply.body = vec![0; length];
        self.stream.read_exact(&mut reply.body).await.unwrap();
        reply
    }

    async fn call(&mut self, body: &str) -> Reply {
        self.post(body).await;
        self.reply().await
    }

    /// What comes until the connection ends.
    async fn rest(&mut self) -> std::io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await.map(|_| rest)
    }

    /// Whether nothing has come, although another connection was answered meanwhile.
    async fn is_silent(&self, emulator: &Emulator) -> bool {
        Self::connect(emulator).await.call(r#"[{"taskType":"ping"}]"#).await;
        matches!(self.stream.try_read(&mut [0; 1]), Err(error) if error.kind() == ErrorKind::WouldBlock)
    }
}

async fn start(options: Options) -> (Emulator, Peer) {
    let emulator = Emulator::start(options).await.unwrap();
    let peer = Peer::connect(&emulator).await;
    (emulator, peer)
}

/// An emulator whose request number one is struck.
async fn struck(action: Action) -> (Emulator, Peer) {
    start(Options::new().fault(Rule::new(action).nth(1))).await
}

#[tokio::test]
async fn tasks_are_posted_and_answered_on_a_connection_that_stays() {
    let (emulator, mut peer) = start(Options::new().duration(Duration::ZERO)).await;
    let reply = peer.call(&video()).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    assert_eq!(reply.header("x-emulator"), Some("1"));
    assert_eq!(reply.text(), format!(r#"{{"data":[{{"taskType":"videoInference","taskUUID":"{U}"}}]}}"#));
    let reply = peer.call(&check()).await;
    assert!(
        reply.text().contains(&format!("http://{}/files/video/", emulator.address())),
        "{}",
        reply.text()
    );
    assert_eq!(peer.call(&video()).await.status, 400);
    let ledger = emulator.ledger();
    assert_eq!((ledger.requests(), ledger.tasks_of(&TaskType::GetResponse), ledger.billed()), (3, 1, 1));
    assert_eq!(ledger.task(&U.parse::<TaskUuid>().unwrap()).unwrap().results[0].delivered, 1);
    emulator.shutdown().await;
}

#[tokio::test]
async fn headers_and_query_are_read_as_documented() {
    let (emulator, mut peer) = start(Options::new().api_keys(["good"])).await;
    for (path, headers, status) in [
        ("/v1?sdk=js&version=1", "authorization: Bearer good\r\n", 200),
        ("/v1", "Authorization: bearer good\r\n", 200),
        ("/v1", "authorization: Bearer bad\r\n", 401),
        ("/v1", "authorization: Bearer \u{e9}\r\n", 401),
        ("/v1", "", 401),
    ] {
        peer.send("POST", path, headers, r#"[{"taskType":"ping","ping":true}]"#).await;
        assert_eq!(peer.reply().await.status, status, "{headers}");
    }
    peer.send("POST", "/v1", "authorization: Bearer good\r\nX-Runware-Dry-Run: 1\r\n", &video()).await;
    assert!(peer.reply().await.text().contains(r#""cost":0.18"#));
    assert_eq!(emulator.ledger().accepted(), 0);
    emulator.shutdown().await;
}

#[tokio::test]
async fn other_methods_and_paths_are_refused_in_json() {
    let (emulator, mut peer) = start(Options::new()).await;
    let image = format!("/files/image/{U}.png");
    for (method, path, status, allow) in [
        ("GET", "/v1", 405, Some("POST")),
        ("PUT", "/v1", 405, Some("POST")),
        ("POST", image.as_str(), 405, Some("GET, HEAD")),
        ("POST", "/", 404, None),
        ("POST", "/v2", 404, None),
        ("GET", "/files/image/..%2f..%2fsecret.png", 404, None),
        ("GET", "/files/image/not-an-id.png", 404, None),
    ] {
        peer.send(method, path, "", "").await;
        let reply = peer.reply().await;
        assert_eq!((reply.status, reply.header("allow")), (status, allow), "{method} {path}");
        assert!(reply.text().starts_with(r#"{"errors":[{"code":""#), "{}", reply.text());
        assert_eq!(reply.header("x-emulator"), Some("1"));
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn files_are_served() {
    let (emulator, mut peer) = start(Options::new()).await;
    for (path, media_type, start) in [
        ("image", "png image/png", &b"\x89PNG"[..]),
        ("video", "mp4 video/mp4", b"\0\0\0"),
        ("audio", "mp3 audio/mpeg", b"\xff\xf3"),
        ("model", "glb model/gltf-binary", b"glTF"),
    ] {
        let (extension, media_type) = media_type.split_once(' ').unwrap();
        let path = format!("/files/{path}/{U}.{extension}");
        peer.send("GET", &path, "", "").await;
        let reply = peer.reply().await;
        assert_eq!((reply.status, reply.header("content-type")), (200, Some(media_type)), "{path}");
        assert!(reply.body.starts_with(start), "{path}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn web_pages_are_kept_out() {
    let (emulator, _) = start(Options::new()).await;
    let port = emulator.address().port();
    let ping = r#"[{"taskType":"ping"}]"#;
    for (headers, status) in [
        (format!("host: localhost:{port}\r\n"), 200),
        (format!("host: evil.example:{port}\r\n"), 403),
        (format!("host: 127.0.0.1:{port}\r\norigin: https://evil.example\r\n"), 403),
        (String::new(), 403),
    ] {
        let mut peer = Peer::connect(&emulator).await;
        let length = ping.len();
        let request = format!(
            "POST /v1 HTTP/1.1\r\n{headers}authorization: Bearer k\r\ncontent-length: {length}\r\n\r\n{ping}"
        );
        peer.stream.write_all(request.as_bytes()).await.unwrap();
        assert_eq!(peer.reply().await.status, status, "{headers}");
    }
    assert_eq!(emulator.ledger().requests(), 1);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let (emulator, mut peer) = start(Options::new().max_body_bytes(100)).await;
    peer.post(&" ".repeat(101)).await;
    let reply = peer.reply().await;
    assert_eq!(reply.status, 413);
    assert!(reply.text().contains("requestTooLarge"));
    emulator.shutdown().await;
}

#[tokio::test]
async fn other_machines_can_reach_the_server_only_where_that_is_allowed() {
    let error = Emulator::builder().bind(([0, 0, 0, 0], 0).into()).start().await.unwrap_err();
    assert!(error.is_remote_address());
    assert!(error.to_string().contains("0.0.0.0:0"), "{error}");

    let (emulator, _) = start(Options::new()).await;
    let error = Emulator::builder().bind(emulator.address()).start().await.unwrap_err();
    assert!(!error.is_remote_address());
    assert!(std::error::Error::source(&error).is_some());
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_synchronous_reply_waits_for_the_clock() {
    let hand = Arc::new(AtomicU64::new(0));
    let time = Arc::clone(&hand);
    let builder = Emulator::builder()
        .options(Options::new().duration(Duration::from_secs(10)))
        .clock(move || Duration::from_secs(time.load(Ordering::Relaxed)));
    let emulator = builder.start().await.unwrap();
    let mut peer = Peer::connect(&emulator).await;
    peer.post(&video().replace("\"model\"", "\"deliveryMethod\":\"sync\",\"model\"")).await;
    while emulator.ledger().accepted() == 0 {
        yield_now().await;
    }
    hand.store(9, Ordering::Relaxed);
    assert!(peer.is_silent(&emulator).await);
    hand.store(10, Ordering::Relaxed);
    assert!(peer.reply().await.text().contains("videoURL"));
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_lost_reply_is_the_end_of_the_connection() {
    let (emulator, mut peer) = struck(Action::LoseReply).await;
    peer.post(&video()).await;
    assert_eq!(peer.rest().await.unwrap(), b"");
    assert_eq!(emulator.ledger().accepted(), 1);
    assert_eq!(Peer::connect(&emulator).await.call(&video()).await.status, 400, "it is a conflict now");
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let (emulator, mut peer) = struck(Action::Reset).await;
    peer.post(&video()).await;
    assert_eq!(peer.rest().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(emulator.ledger().accepted(), 0);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_truncated_reply_promises_more_than_it_holds() {
    let (emulator, mut peer) = struck(Action::Truncate(11)).await;
    peer.post(&video()).await;
    let reply = peer.head().await;
    assert_eq!((reply.status, reply.header("content-length")), (200, Some("90")));
    assert_eq!(peer.rest().await.unwrap(), br#"{"data":[{""#[..11]);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_reply_may_break_off_before_its_body() {
    let (emulator, mut peer) = struck(Action::Truncate(0)).await;
    peer.post(&video()).await;
    assert_eq!(peer.head().await.status, 200);
    assert_eq!(peer.rest().await.unwrap(), b"");
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_stalled_reply_stops_in_the_middle() {
    let (emulator, mut peer) = struck(Action::Stall(4)).await;
    peer.post(&video()).await;
    assert_eq!(peer.head().await.header("content-length"), Some("90"));
    let mut part = [0; 4];
    peer.stream.read_exact(&mut part).await.unwrap();
    assert_eq!(&part, br#"{"da"#);
    assert_eq!(
        Peer::connect(&emulator).await.call(&check()).await.status,
        200,
        "others are served meanwhile"
    );
    assert!(peer.is_silent(&emulator).await);
    emulator.shutdown().await;
    assert_eq!(peer.rest().await.unwrap(), b"");
}

#[tokio::test]
async fn a_hanging_request_gets_no_answer() {
    for (action, accepted) in [(Action::Hang, 0), (Action::HandleThenHang, 1)] {
        let (emulator, mut peer) = struck(action).await;
        peer.post(&video()).await;
        while emulator.ledger().requests() == 0 {
            yield_now().await;
        }
        assert_eq!(emulator.ledger().accepted(), accepted);
        assert!(peer.is_silent(&emulator).await);
        emulator.shutdown().await;
        assert_eq!(peer.rest().await.unwrap(), b"");
    }
}

#[tokio::test]
async fn answers_carry_status_and_retry_after() {
    let throttled = Action::Answer(Answer::empty(429).retry_after("7"));
    let (emulator, mut peer) =
        start(Options::new().fault(Rule::new(throttled).kind(RequestKind::Status).nth(1))).await;
    assert_eq!(peer.call(&video()).await.status, 200);
    let reply = peer.call(&check()).await;
    assert_eq!((reply.status, reply.header("retry-after"), reply.body.len()), (429, Some("7"), 0));
    assert_eq!(peer.call(&check()).await.status, 200);
    emulator.inject(Rule::new(Action::Answer(Answer::html(502))).nth(1));
    let reply = peer.call(&check()).await;
    assert_eq!((reply.status, reply.header("content-type")), (502, Some("text/html")));
    emulator.shutdown().await;
}

#[tokio::test]
async fn shutting_down_leaves_nothing_behind() {
    let options = Options::new()
        .duration(Duration::from_secs(60))
        .fault(Rule::new(Action::Hang).kind(RequestKind::Details).nth(1))
        .fault(Rule::new(Action::Stall(1)).kind(RequestKind::Status).nth(1));
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let (emulator, mut idle) = start(options).await;
    assert_eq!(idle.call(r#"[{"taskType":"ping"}]"#).await.status, 200);
    let mut others = Vec::new();
    for body in [
        video().replace("\"model\"", "\"deliveryMethod\":\"sync\",\"model\""),
        check(),
        check().replace("getResponse", "getTaskDetails"),
    ] {
        let mut peer = Peer::connect(&emulator).await;
        peer.post(&body).await;
        others.push(peer);
    }
    let mut half = Peer::connect(&emulator).await;
    half.stream.write_all(b"POST /v1 HT").await.unwrap();
    while emulator.ledger().requests() < 4 {
        yield_now().await;
    }
    let address = emulator.address();
    emulator.shutdown().await;
    assert_eq!(tasks(), before);
    assert!(TcpStream::connect(address).await.is_err());
    assert_eq!(idle.rest().await.unwrap(), b"");
    for mut peer in others {
        let rest = peer.rest().await.unwrap();
        assert!(
            rest.is_empty() || rest.starts_with(b"HTTP/1.1 200"),
            "nothing, or the beginning of the stalled reply"
        );
    }
}

#[tokio::test]
async fn dropping_ends_everything_too() {
    let (emulator, mut peer) = start(Options::new()).await;
    assert_eq!(peer.call(r#"[{"taskType":"ping"}]"#).await.status, 200);
    drop(emulator);
    assert_eq!(peer.rest().await.unwrap(), b"");
}

#[tokio::test]
async fn a_thousand_tasks_over_fifty_connections() {
    let (emulator, _) = start(Options::new().duration(Duration::ZERO)).await;
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..50 {
        let mut peer = Peer::connect(&emulator).await;
        callers.spawn(async move {
            for number in 0..20 {
                let id = TaskUuid::from_key("thousand", &format!("{caller}/{number}")).to_string();
                assert_eq!(peer.call(&video().replace(U, &id)).await.status, 200);
                assert!(peer.call(&check().replace(U, &id)).await.text().contains("success"));
            }
        });
    }
    callers.join_all().await;
    let ledger = emulator.ledger();
    assert_eq!((ledger.accepted(), ledger.billed(), ledger.requests()), (1_000, 1_000, 2_000));
    emulator.shutdown().await;
}
