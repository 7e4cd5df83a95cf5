//! What an attempt leaves in a trace.
//!
//! One test in a process of its own: whether a span is seen is decided once for all threads, so tests beside it
//! that do not listen would silence it.

#![cfg(feature = "http")]
#![expect(clippy::unwrap_used, reason = "a failing test stops at the line that failed, in its helpers too")]

#[path = "support/trace_log.rs"]
mod trace_log;

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, join, select};
use runware_transport::{ApiKey, Attempt, Call, Clock, HttpTransport, TokioClock, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use trace_log::Log;

const KEY: &str = "Sekret-0123456789abcdef";

#[tokio::test]
async fn the_trace_of_an_attempt_holds_numbers_and_no_texts() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let transport = HttpTransport::builder(Some(ApiKey::new(KEY).unwrap()))
        .base_url(format!("http://{}/v1?token=hunter1", listener.local_addr().unwrap()))
        .build()
        .unwrap();
    let prompt = Call::new(None, r#"{"taskType":"imageInference","positivePrompt":"hunter2"}"#);
    let attempt = Attempt::new([prompt], Duration::from_secs(5));

    for response in [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 29\r\n\r\n{\"data\":[{\"text\":\"hunter3\"}]}",
        "HTTP/1.1 503 X\r\nContent-Length: 7\r\n\r\nhunter4",
    ] {
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut received = Vec::new();
            while !received.ends_with(b"hunter2\"}]") {
                assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0);
            }
            stream.write_all(response.as_bytes()).await.unwrap();
        };
        let both = join(transport.send(attempt.clone()), serve);
        let bound = TokioClock::new().sleep_until(Duration::from_secs(5));
        assert!(matches!(select(pin!(both), bound).await, Either::Left(_)), "the test hangs");
    }

    let text = log.text();
    for expected in ["calls=1", "status=200", "status=503", "elapsed_ms=", "error=(Undecodable, Answered)"] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    assert!(!text.contains("Sekret"), "{text}");
    assert!(!text.contains("hunter"), "{text}");
}
