//! What a proxy of the environment gets to see of a WebSocket.
//!
//! The environment belongs to the whole process, so the transport runs in a child that has one of its own.

#![cfg(feature = "websocket")]
#![expect(clippy::unwrap_used, reason = "a failing test stops at the line that failed, in its helpers too")]

use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::future::{Either, join, select};
use futures_util::{SinkExt, StreamExt};
use runware_transport::{ApiKey, Attempt, Call, Clock, Delivery, TokioClock, Transport, WebSocketTransport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_websockets::{Message, ServerBuilder};

const KEY: &str = "Sekret-0123456789abcdef";
const TASK: &str = "a0000000-0000-4000-8000-00000000000a";
const IN_CHILD: &str = "RUNWARE_TEST_IN_CHILD";

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the environment is what this test is about")]
async fn a_proxy_sees_a_host_name_and_passes_the_rest_through() {
    if std::env::var_os(IN_CHILD).is_some() {
        return bounded(in_child()).await;
    }
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let child = spawn_child(&format!("http://user:pass@{}", proxy.local_addr().unwrap()));

    let (mut refused, _) = bounded(proxy.accept()).await.unwrap();
    let first = bounded(read_head(&mut refused)).await;
    refused.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await.unwrap();
    drop(refused);

    let (mut passed, _) = bounded(proxy.accept()).await.unwrap();
    let second = bounded(read_head(&mut passed)).await;
    passed.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
    bounded(serve(passed)).await;

    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(first.starts_with("CONNECT host.invalid:443 HTTP/1.1\r\n"), "{first}");
    assert!(second.starts_with("CONNECT host.invalid:8080 HTTP/1.1\r\n"), "{second}");
    for received in [first, second] {
        assert!(received.contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"), "{received}");
        assert!(
            !received.contains(KEY) && !received.to_lowercase().contains("\r\nauthorization"),
            "{received}"
        );
    }
}

fn spawn_child(proxy: &str) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.env(IN_CHILD, "1").stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["NO_PROXY", "no_proxy", "REQUEST_METHOD"] {
        child.env_remove(name);
    }
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, proxy);
    }
    child.spawn().unwrap()
}

/// First to loopback, which the proxy must not see; then elsewhere, which it must: it refuses the first time and
/// passes the second one through.
async fn in_child() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let local = transport(&format!("ws://localhost:{}/v1", listener.local_addr().unwrap().port()));
    let (direct, ()) =
        join(local.send(attempt()), async { serve(listener.accept().await.unwrap().0).await }).await;
    direct.unwrap();

    let error = transport("wss://host.invalid/v1").send(attempt()).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert!(error.is_configuration(), "{error:?}");
    assert!(
        format!("{error:?}").contains("the proxy on the way to wss://host.invalid asks for credentials"),
        "{error:?}"
    );
    assert!(!format!("{error:?}").contains("pass"), "{error:?}");

    let far = WebSocketTransport::builder(Some(ApiKey::new(KEY).unwrap()));
    let far = far.base_url("ws://host.invalid:8080/v1").insecure_http(true).build().unwrap();
    far.send(attempt()).await.unwrap();
}

/// Upgrades, authenticates, and answers one question.
async fn serve(stream: TcpStream) {
    let (_, mut peer) = ServerBuilder::new().accept(stream).await.unwrap();
    peer.next().await.unwrap().unwrap();
    peer.send(Message::text(r#"{"data":[{"taskType":"authentication"}]}"#)).await.unwrap();
    peer.next().await.unwrap().unwrap();
    let result =
        format!(r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{TASK}","status":"success"}}]}}"#);
    peer.send(Message::text(result)).await.unwrap();
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    while !received.windows(4).any(|window| window == b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0);
    }
    String::from_utf8(received).unwrap()
}

fn transport(url: &str) -> WebSocketTransport {
    WebSocketTransport::builder(Some(ApiKey::new(KEY).unwrap())).base_url(url).build().unwrap()
}

fn attempt() -> Attempt {
    let task = format!(r#"{{"taskType":"getResponse","taskUUID":"{TASK}"}}"#);
    Attempt::new([Call::new(Some(TASK.parse().unwrap()), task)], Duration::from_secs(5))
}

async fn bounded<F: Future>(future: F) -> F::Output {
    match select(pin!(future), TokioClock::new().sleep_until(Duration::from_secs(5))).await {
        Either::Left((output, _)) => output,
        Either::Right(_) => unreachable!("the test hangs"),
    }
}
