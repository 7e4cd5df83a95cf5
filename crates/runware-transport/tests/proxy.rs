//! What a proxy of the environment gets to see.
//!
//! The environment belongs to the whole process, so the transport runs in a child that has one of its own.

#![cfg(feature = "http")]
#![expect(clippy::unwrap_used, reason = "a failing test stops at the line that failed, in its helpers too")]

use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::future::{Either, join, select};
use runware_transport::{ApiKey, Attempt, Call, Clock, Delivery, HttpTransport, TokioClock, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const KEY: &str = "Sekret-0123456789abcdef";
const IN_CHILD: &str = "RUNWARE_TEST_IN_CHILD";

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the environment is what this test is about")]
async fn a_proxy_sees_a_host_name_and_no_key() {
    if std::env::var_os(IN_CHILD).is_some() {
        return bounded(in_child()).await;
    }
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let child = spawn_child(&format!("http://{}", proxy.local_addr().unwrap()));

    let (mut stream, _) = bounded(proxy.accept()).await.unwrap();
    let received = bounded(read_head(&mut stream)).await;
    stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await.unwrap();
    drop(stream);

    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(received.starts_with("CONNECT host.invalid:443 HTTP/1.1\r\n"), "{received}");
    assert!(!received.contains(KEY) && !received.to_lowercase().contains("\r\nauthorization"), "{received}");
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

/// First to loopback, which the proxy must not see; then elsewhere, which it must, and which it refuses.
async fn in_child() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let local = transport(&format!("http://localhost:{}/v1", listener.local_addr().unwrap().port()));
    let (direct, ()) = join(local.send(attempt()), async {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"data\":[]}").await.unwrap();
    })
    .await;
    direct.unwrap();

    let error = transport("https://host.invalid/v1").send(attempt()).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert!(error.is_configuration(), "{error:?}");
    assert_eq!(error.to_string(), "the proxy on the way to https://host.invalid asks for credentials");
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    while !received.windows(4).any(|window| window == b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0);
    }
    String::from_utf8(received).unwrap()
}

fn transport(url: &str) -> HttpTransport {
    HttpTransport::builder(Some(ApiKey::new(KEY).unwrap())).base_url(url).build().unwrap()
}

fn attempt() -> Attempt {
    Attempt::new([Call::new(None, r#"{"taskType":"ping"}"#)], Duration::from_secs(5))
}

async fn bounded<F: Future>(future: F) -> F::Output {
    match select(pin!(future), TokioClock::new().sleep_until(Duration::from_secs(5))).await {
        Either::Left((output, _)) => output,
        Either::Right(_) => unreachable!("the test hangs"),
    }
}
