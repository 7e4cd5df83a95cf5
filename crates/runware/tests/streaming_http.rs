//! Streamed text over a real socket, from a hand-written server.

#![cfg(feature = "http")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use runware::transport::{Clock, TokioClock};
use runware::types::{CollectedText, TextInference};
use runware::{Client, Error, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const SAMPLE: &str = include_str!("../../../tests/fixtures/wire/text-stream.sse");
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

/// Streams one text from a server that reads the request and does `serve` with the connection.
async fn streamed<F: Future>(serve: impl FnOnce(TcpStream) -> F) -> Result<CollectedText, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let client = Client::builder().api_key("Sekret-0123456789abcdef").base_url(url).build().unwrap();
    let server = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"]") {
            assert_ne!(connection.read_buf(&mut request).await.unwrap(), 0);
        }
        let request = String::from_utf8(request).unwrap().to_lowercase();
        assert!(request.contains("\r\naccept: text/event-stream, application/json\r\n"), "{request}");
        serve(connection).await;
    };
    let stream = client.stream_text(TextInference::prompt("google:gemini@3.1-pro", "hi")).unwrap();
    tokio::select! {
        (text, ()) = async { tokio::join!(stream.text(), server) } => text,
        () = TokioClock::new().sleep_until(Duration::from_secs(5)) => panic!("the test hangs"),
    }
}

#[tokio::test]
async fn a_text_that_drips_in_byte_by_byte_is_whole() {
    let text = streamed(async |mut connection| {
        connection.set_nodelay(true).unwrap();
        connection.write_all(HEAD.as_bytes()).await.unwrap();
        for byte in SAMPLE.bytes() {
            connection.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(text.text, "Hello, 世界 🎉");
    assert_eq!(text.cost.unwrap().to_string(), "0.00001");
}

#[tokio::test]
async fn a_connection_that_ends_or_breaks_cuts_the_text() {
    for reset in [false, true] {
        let error = streamed(async |mut connection| {
            let body = "data: {\"delta\":{\"text\":\"Hel\"}}\n\n";
            let chunked = HEAD.replace("Connection: close", "Transfer-Encoding: chunked");
            let length = body.len();
            connection.write_all(format!("{chunked}{length:x}\r\n{body}\r\n").as_bytes()).await.unwrap();
            if reset {
                connection.set_zero_linger().unwrap();
            }
        })
        .await
        .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StreamCut);
        if !reset {
            assert_eq!(error.partial_text().unwrap().text, "Hel");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_the_servers_error() {
    let error = streamed(async |mut connection| {
        let body = r#"{"errors":[{"code":"invalidApiKey","message":"no"}]}"#;
        let head = format!("HTTP/1.1 401 Unauthorized\r\nContent-Length: {}\r\n\r\n", body.len());
        connection.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    })
    .await
    .unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Rejected, Some(401)));
    assert!(error.is_auth());
}

#[tokio::test]
async fn the_page_of_a_gateway_leaves_the_task_in_doubt() {
    let error = streamed(async |mut connection| {
        let answer = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
        connection.write_all(answer.as_bytes()).await.unwrap();
    })
    .await
    .unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Unconfirmed, Some(502)));
    assert!(error.to_string().contains("is not an API envelope: <html>"), "{error}");
}
