//! The transport against hand-written peers: on loopback sockets, and in memory with virtual time.

mod frames;
mod leaving;
mod losing;
mod opening;
mod peer;
mod secrecy;

use futures_util::future::join;

use self::peer::{Peer, Pipe, Server};
use super::*;
use crate::{Call, TokioClock};

const KEY: &str = "Sekret-0123456789abcdef";
const TIMEOUT: Duration = Duration::from_secs(30);
const A: &str = "a0000000-0000-4000-8000-00000000000a";
const B: &str = "b0000000-0000-4000-8000-00000000000b";
const AUTHENTICATED: &str = r#"{"data":[{"taskType":"authentication","connectionSessionUUID":"f40c2aeb-f8a7-4af7-a1ab-7594c9bf778f"}]}"#;

/// Bounds a test on real sockets: nothing there takes longer than an instant, unless it hangs.
async fn bounded<F: Future>(future: F) -> F::Output {
    within(Duration::from_secs(5), future).await
}

/// Bounds a test in virtual time.
async fn within<F: Future>(bound: Duration, future: F) -> F::Output {
    let clock = TokioClock::new();
    match select(pin!(future), clock.sleep_until(bound)).await {
        Either::Left((output, _)) => output,
        Either::Right(_) => panic!("the test hangs"),
    }
}

async fn pause(time: Duration) {
    let clock = TokioClock::new();
    clock.sleep_until(time).await;
}

fn key() -> ApiKey {
    ApiKey::new(KEY).unwrap()
}

/// A transport that connects again at once.
fn builder() -> WebSocketTransportBuilder {
    WebSocketTransport::builder(Some(key())).reconnect(|| std::iter::repeat(Duration::from_millis(10)))
}

/// A transport over connections in memory.
fn piped(pipe: &Arc<Pipe>) -> WebSocketTransport {
    builder().connector(pipe.clone()).build().unwrap()
}

fn getting(uuid: &str) -> Attempt {
    attempt(uuid, format!(r#"{{"taskType":"getResponse","taskUUID":"{uuid}"}}"#))
}

fn submitting(uuid: &str) -> Attempt {
    let task = format!(
        r#"{{"taskType":"imageInference","taskUUID":"{uuid}","deliveryMethod":"async","positivePrompt":"hunter2"}}"#
    );
    attempt(uuid, task)
}

fn attempt(uuid: &str, task: String) -> Attempt {
    Attempt::new([Call::new(Some(uuid.parse().unwrap()), task)], TIMEOUT)
}

fn result(uuid: &str) -> String {
    format!(
        r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{uuid}","status":"success","imageUUID":"{uuid}"}}]}}"#
    )
}

/// Sends one attempt and takes its only reply.
async fn send(transport: &WebSocketTransport, attempt: Attempt) -> Result<Reply, TransportError> {
    let mut replies = transport.send(attempt).await?;
    let reply = replies.next().await.expect("a reply")?;
    assert!(replies.next().await.is_none(), "one reply");
    Ok(reply)
}

/// Whether the reply is the result of this task.
fn is_result(reply: &Reply, uuid: &str) -> bool {
    reply.status == 200 && reply.envelope.raw().windows(uuid.len()).any(|part| part == uuid.as_bytes())
}

/// Sends one question over a fresh connection in memory, authenticates it, and does `serve` once the question came.
async fn asked<F>(
    transport: &WebSocketTransport,
    pipe: &Pipe,
    serve: impl FnOnce(Peer) -> F,
) -> Result<Reply, TransportError>
where
    F: Future<Output = ()>,
{
    let peer = async {
        let mut peer = pipe.authenticated().await;
        peer.text().await;
        serve(peer).await;
    };
    within(Duration::from_secs(3600), join(send(transport, getting(A)), peer)).await.0
}
