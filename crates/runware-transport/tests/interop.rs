//! The WebSocket transport against a peer that shares none of its code.

#![cfg(feature = "websocket")]
#![expect(clippy::unwrap_used, reason = "a failing test stops at the line that failed, in its helpers too")]
#![expect(clippy::panic, reason = "a failing test stops at the line that failed, in its helpers too")]

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, join, select};
use futures_util::{SinkExt, StreamExt};
use runware_transport::{
    ApiKey, Attempt, Call, Clock, Delivery, Reply, TokioClock, Transport, TransportError, WebSocketTransport,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_websockets::{CloseCode, Config, Limits, Message, ServerBuilder, WebSocketStream};

const KEY: &str = "Sekret-0123456789abcdef";
const TASK: &str = "a0000000-0000-4000-8000-00000000000a";
const LARGE: usize = 3 << 20;

#[tokio::test]
async fn a_task_is_sent_and_answered_and_the_connection_closed_in_good_order() {
    let server = Server::bind(Config::default()).await;
    let transport = server.transport();
    let peer = async {
        let mut peer = server.authenticated().await;
        assert_eq!(text(&mut peer).await, format!("[{}]", task("")));
        peer.send(Message::ping("are you there")).await.unwrap();
        let pong = peer.next().await.unwrap().unwrap();
        assert_eq!((pong.is_pong(), &pong.as_payload()[..]), (true, &b"are you there"[..]));
        peer.send(Message::text(result(""))).await.unwrap();
        let farewell = peer.next().await.unwrap().unwrap();
        assert_eq!(farewell.as_close(), Some((CloseCode::NORMAL_CLOSURE, "")));
        peer.close().await.unwrap();
        assert!(peer.next().await.is_none());
    };
    let sent = async {
        let reply = send(&transport, "").await.unwrap();
        assert_eq!(reply.envelope.items.len(), 1);
        transport.close().await;
    };
    bounded(join(sent, peer)).await;
}

#[tokio::test]
async fn large_messages_pass_in_both_directions_however_they_are_cut() {
    for frame_size in [usize::MAX, 64 << 10, 1000] {
        let server = Server::bind(Config::default().frame_size(frame_size)).await;
        let transport = server.transport();
        let padding = "ä".repeat(LARGE / 2);
        let peer = async {
            let mut peer = server.authenticated().await;
            assert_eq!(text(&mut peer).await, format!("[{}]", task(&padding)));
            peer.send(Message::text(result(&padding))).await.unwrap();
            peer
        };
        let (reply, _peer) = bounded(join(send(&transport, &padding), peer)).await;
        assert!(reply.unwrap().envelope.raw().len() > LARGE);
    }
}

#[tokio::test]
async fn a_close_by_the_peer_is_answered_and_another_connection_goes_on() {
    let server = Server::bind(Config::default()).await;
    let transport = server.transport();
    let peer = async {
        let mut peer = server.authenticated().await;
        text(&mut peer).await;
        peer.send(Message::close(Some(CloseCode::GOING_AWAY), "restart")).await.unwrap();
        let answer = peer.next().await.unwrap().unwrap();
        assert_eq!(answer.as_close().unwrap().0, CloseCode::GOING_AWAY);
        drop(peer);
        let mut peer = server.authenticated().await;
        text(&mut peer).await;
        peer.send(Message::text(result(""))).await.unwrap();
        peer
    };
    let sent = async {
        let error = send(&transport, "").await.unwrap_err();
        assert!(error.is_disconnected(), "{error:?}");
        assert_eq!(error.delivery(), Delivery::MaybeSent);
        send(&transport, "").await.unwrap();
    };
    bounded(join(sent, peer)).await;
}

#[tokio::test]
async fn many_attempts_share_the_connection_and_each_gets_its_own_answer() {
    let server = Server::bind(Config::default()).await;
    let transport = server.transport();
    let ids: Vec<String> = (0..200).map(|n| format!("a0000000-0000-4000-8000-{n:012x}")).collect();
    let peer = async {
        let mut peer = server.authenticated().await;
        let mut answers = Vec::new();
        for _ in &ids {
            let task = text(&mut peer).await;
            let id = task.split('"').find(|part| part.len() == TASK.len()).unwrap().to_owned();
            answers.push(result("").replace(TASK, &id));
        }
        // The last one first.
        while let Some(answer) = answers.pop() {
            peer.send(Message::text(answer)).await.unwrap();
        }
        peer
    };
    let sent = futures_util::future::join_all(ids.iter().map(|id| async {
        let task = task("").replace(TASK, id);
        let attempt = Attempt::new([Call::new(Some(id.parse().unwrap()), task)], Duration::from_secs(5));
        let reply = transport.send(attempt).await.unwrap().next().await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(reply.envelope.raw()).contains(id.as_str()));
    }));
    bounded(join(sent, peer)).await;
}

struct Server {
    listener: TcpListener,
    config: Config,
}

impl Server {
    async fn bind(config: Config) -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap(), config }
    }

    fn transport(&self) -> WebSocketTransport {
        WebSocketTransport::builder(Some(ApiKey::new(KEY).unwrap()))
            .base_url(format!("ws://{}/v1", self.listener.local_addr().unwrap()))
            .reconnect(|| std::iter::repeat(Duration::from_millis(10)))
            .build()
            .unwrap()
    }

    async fn authenticated(&self) -> WebSocketStream<TcpStream> {
        let (stream, _) = self.listener.accept().await.unwrap();
        let builder = ServerBuilder::new().config(self.config).limits(Limits::unlimited());
        let (request, mut peer) = builder.accept(stream).await.unwrap();
        assert!(request.headers().get("sec-websocket-extensions").is_none());
        assert!(text(&mut peer).await.contains(KEY));
        let session = r#"{"data":[{"taskType":"authentication","connectionSessionUUID":"f40c2aeb-f8a7-4af7-a1ab-7594c9bf778f"}]}"#;
        peer.send(Message::text(session)).await.unwrap();
        peer
    }
}

async fn text(peer: &mut WebSocketStream<TcpStream>) -> String {
    let message = peer.next().await.unwrap().unwrap();
    message.as_text().unwrap().to_owned()
}

fn task(padding: &str) -> String {
    format!(r#"{{"taskType":"getResponse","taskUUID":"{TASK}","padding":"{padding}"}}"#)
}

fn result(padding: &str) -> String {
    format!(
        r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{TASK}","status":"success","imageBase64Data":"{padding}"}}]}}"#
    )
}

async fn send(transport: &WebSocketTransport, padding: &str) -> Result<Reply, TransportError> {
    let call = Call::new(Some(TASK.parse().unwrap()), task(padding));
    let mut replies = transport.send(Attempt::new([call], Duration::from_secs(5))).await?;
    let reply = replies.next().await.unwrap();
    assert!(replies.next().await.is_none());
    reply
}

/// Bounds a test: nothing here takes longer than an instant, unless it hangs.
async fn bounded<F: Future>(future: F) -> F::Output {
    match select(pin!(future), TokioClock::new().sleep_until(Duration::from_secs(20))).await {
        Either::Left((output, _)) => output,
        Either::Right(_) => panic!("the test hangs"),
    }
}
