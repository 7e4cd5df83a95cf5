//! The transport against hand-written servers on a real socket.

mod bodies;
mod delivery;
mod dry_runs;
mod redirects;
mod secrecy;
mod sending;
mod server;
mod setup;
mod streams;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, join, select};

use self::server::{Connection, Server};
use super::*;
use crate::testing::ManualClock;
use crate::{Call, TokioClock};

const KEY: &str = "Sekret-0123456789abcdef";
const TIMEOUT: Duration = Duration::from_secs(30);
const EMPTY: &str = r#"{"data":[]}"#;

/// Bounds a test: nothing here takes longer than an instant, unless it hangs.
async fn bounded<F: Future>(future: F) -> F::Output {
    let clock = TokioClock::new();
    match select(pin!(future), clock.sleep_until(Duration::from_secs(5))).await {
        Either::Left((output, _)) => output,
        Either::Right(_) => panic!("the test hangs"),
    }
}

fn key() -> ApiKey {
    ApiKey::new(KEY).unwrap()
}

fn transport(url: &str) -> HttpTransport {
    HttpTransport::builder(Some(key())).base_url(url).build().unwrap()
}

/// A transport on a clock that stands still: nothing can time out unless the test says so.
fn transport_on(clock: &ManualClock, url: &str) -> HttpTransport {
    HttpTransport::builder(Some(key())).base_url(url).clock(Arc::new(clock.clone())).build().unwrap()
}

fn attempt(tasks: impl IntoIterator<Item = &'static str>) -> Attempt {
    Attempt::new(tasks.into_iter().map(|task| Call::new(None, task)), TIMEOUT)
}

fn ping() -> Attempt {
    attempt([r#"{"taskType":"ping","ping":true}"#])
}

/// Sends one attempt and takes its only reply.
async fn send(transport: &HttpTransport, attempt: Attempt) -> Result<Reply, TransportError> {
    let mut replies = transport.send(attempt).await?;
    let reply = replies.next().await.expect("a reply");
    assert!(replies.next().await.is_none());
    reply
}

/// Sends one attempt to a server that reads it and does `serve` with the connection.
async fn exchange<F>(serve: impl FnOnce(Connection) -> F) -> Result<Reply, TransportError>
where
    F: Future<Output = Connection>,
{
    let server = Server::bind().await;
    let transport = transport(&server.url());
    let (result, connection) = bounded(join(send(&transport, ping()), async {
        let mut connection = server.accept().await;
        connection.request().await;
        serve(connection).await
    }))
    .await;
    drop(connection);
    result
}

/// Sends one attempt to a server that answers it with these bytes and closes.
async fn answered(response: impl AsRef<[u8]>) -> Result<Reply, TransportError> {
    exchange(async |mut connection| {
        connection.write(response).await;
        connection.finish().await;
        connection
    })
    .await
}

/// A response with this status line, these extra header lines and this body.
fn response(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
