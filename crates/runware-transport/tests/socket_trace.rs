//! What a connection that lasts leaves in a trace, and in the records of the libraries below.
//!
//! One test in a process of its own: whether a span is seen is decided once for all threads, so tests beside it
//! that do not listen would silence it.

#![cfg(feature = "websocket")]
#![expect(clippy::unwrap_used, reason = "a failing test stops at the line that failed, in its helpers too")]

#[path = "support/trace_log.rs"]
mod trace_log;

use std::fmt::Write;
use std::pin::pin;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use futures_util::future::{Either, join, select};
use futures_util::{SinkExt, StreamExt};
use runware_transport::{ApiKey, Attempt, Call, Clock, TokioClock, Transport, WebSocketTransport};
use tokio::net::TcpListener;
use tokio_websockets::{CloseCode, Message, ServerBuilder};

use trace_log::Log;

const KEY: &str = "Sekret-0123456789abcdef";
const TASK: &str = "a0000000-0000-4000-8000-00000000000a";

#[tokio::test]
async fn the_trace_of_a_connection_holds_numbers_and_no_texts() {
    let log = Log::default();
    log::set_logger(RECORDS.get_or_init(Records::default)).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let _guard = tracing::subscriber::set_default(log.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let transport = WebSocketTransport::builder(Some(ApiKey::new(KEY).unwrap()))
        .base_url(format!("ws://{}/v1?token=hunter1", listener.local_addr().unwrap()))
        .reconnect(|| std::iter::repeat(Duration::from_millis(10)))
        .build()
        .unwrap();
    let task = format!(r#"{{"taskType":"imageInference","taskUUID":"{TASK}","positivePrompt":"hunter2"}}"#);
    let attempt = Attempt::new([Call::new(Some(TASK.parse().unwrap()), task)], Duration::from_secs(5));

    let session = r#"{"data":[{"taskType":"authentication","connectionSessionUUID":"f40c2aeb-f8a7-4af7-a1ab-7594c9bf778f"}]}"#;
    let result =
        format!(r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{TASK}","text":"hunter3"}}]}}"#);
    let goodbye = Message::close(Some(CloseCode::GOING_AWAY), "hunter4");
    let serve = async {
        for answers in [
            vec![
                Message::text("hunter5"),
                Message::text(r#"{"errors":[{"code":"hunter6","message":"hunter7"}]}"#),
                Message::text(result),
            ],
            vec![goodbye],
        ] {
            let (stream, _) = listener.accept().await.unwrap();
            let (_, mut peer) = ServerBuilder::new().accept(stream).await.unwrap();
            peer.next().await.unwrap().unwrap();
            peer.send(Message::text(session)).await.unwrap();
            peer.next().await.unwrap().unwrap();
            for answer in answers {
                peer.send(answer).await.unwrap();
            }
        }
    };
    let sent = async {
        transport.send(attempt.clone()).await.unwrap();
        transport.send(attempt).await.unwrap_err();
        transport.close().await;
    };
    let bound = TokioClock::new().sleep_until(Duration::from_secs(5));
    assert!(matches!(select(pin!(join(sent, serve)), bound).await, Either::Left(_)), "the test hangs");

    let text = log.text();
    for expected in [
        "calls=1",
        "status=200",
        "elapsed_ms=",
        "error=(Disconnected, MaybeSent)",
        "message=connecting",
        "message=connection ready",
        "message=connection lost",
        "message=connection closed",
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    assert!(!text.contains("Sekret"), "{text}");
    assert!(!text.contains("hunter"), "{text}");

    // What was received is in there, and nothing that can be done about it.
    let records = RECORDS.get().unwrap().0.lock().unwrap().clone();
    assert!(
        records.contains("hunter3"),
        "the libraries below write nothing any more; promise more\n{records}"
    );
    assert!(!records.contains("Sekret") && !records.contains("hunter2"), "{records}");
}

static RECORDS: OnceLock<Records> = OnceLock::new();

/// A logger that keeps every record.
#[derive(Default)]
struct Records(Mutex<String>);

impl log::Log for Records {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(self.0.lock().unwrap(), "{}: {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}
