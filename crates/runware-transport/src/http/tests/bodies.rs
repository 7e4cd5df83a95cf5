//! What is taken in of a reply.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// Sends one attempt, with small limits, to a server that answers with these bytes.
async fn limited(bytes: impl AsRef<[u8]>) -> Result<Reply, TransportError> {
    let server = Server::bind().await;
    let transport = HttpTransport::builder(None)
        .base_url(server.url())
        .limits(BodyLimits::default().with_max_bytes(1000))
        .build()
        .unwrap();
    let (reply, connection) = bounded(join(send(&transport, ping()), async {
        let mut connection = server.accept().await;
        connection.request().await;
        connection.write(bytes).await;
        connection
    }))
    .await;
    drop(connection);
    reply
}

#[tokio::test]
async fn a_compressed_reply_is_read() {
    let reply = answered(response("200 OK", "Content-Encoding: gzip\r\n", gzip(EMPTY.as_bytes()))).await;
    assert_eq!(reply.unwrap().envelope.raw(), EMPTY);
}

#[tokio::test]
async fn a_reply_in_slices_of_one_byte_is_the_same() {
    let body = r#"{"data":[{"taskType":"ping","pong":true}]}"#;
    let chunked =
        body.bytes().map(|byte| format!("1\r\n{}\r\n", byte as char)).collect::<String>() + "0\r\n\r\n";
    let compressed = gzip(body.as_bytes());
    for whole in [
        response("200 OK", "", body),
        response("200 OK", "Content-Encoding: gzip\r\n", compressed),
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}").into_bytes(),
    ] {
        let reply = exchange(async |mut connection| {
            connection.write_in_slices(&whole).await;
            connection
        })
        .await
        .unwrap();
        assert_eq!(reply.envelope.raw(), body);
    }
}

#[tokio::test]
async fn a_compressed_reply_cut_short_is_undecodable() {
    let mut body = gzip(EMPTY.as_bytes());
    body.truncate(body.len() - 4);
    let error = answered(response("200 OK", "Content-Encoding: gzip\r\n", body)).await.unwrap_err();
    assert!(error.is_undecodable(), "{error:?}");
    assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(200)));
}

#[tokio::test]
async fn an_encoding_that_was_not_asked_for_is_undecodable() {
    let error = answered(response("200 OK", "Content-Encoding: br\r\n", EMPTY)).await.unwrap_err();
    assert!(error.is_undecodable(), "{error:?}");
    assert_eq!(error.status(), Some(200));
}

#[tokio::test]
async fn a_bomb_does_not_unfold() {
    let bomb = gzip(&vec![b' '; 12 << 20]);
    let error = answered(response("200 OK", "Content-Encoding: gzip\r\n", bomb)).await.unwrap_err();
    assert!(error.is_too_large(), "{error:?}");
    assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(200)));
}

#[tokio::test]
async fn a_reply_announced_too_large_is_not_waited_for() {
    let error = limited("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n").await.unwrap_err();
    assert!(error.is_too_large(), "{error:?}");
    assert_eq!(error.to_string(), "the reply is larger than 1000 bytes");
}

#[tokio::test]
async fn a_reply_of_unknown_length_is_cut_at_the_limit() {
    let body = format!("HTTP/1.1 200 OK\r\n\r\n{}", " ".repeat(1001));
    let error = limited(body).await.unwrap_err();
    assert!(error.is_too_large(), "{error:?}");
}

#[tokio::test]
async fn a_compressed_reply_is_measured_unfolded() {
    let body = format!("{EMPTY}{}", " ".repeat(1000 - EMPTY.len()));
    let headers = "Content-Encoding: gzip\r\n";
    assert_eq!(
        limited(response("200 OK", headers, gzip(body.as_bytes()))).await.unwrap().envelope.raw(),
        &body
    );
    let body = body + " ";
    assert!(limited(response("200 OK", headers, gzip(body.as_bytes()))).await.unwrap_err().is_too_large());
}

#[tokio::test]
async fn an_announced_length_that_is_too_short_is_believed() {
    let error = answered(format!("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{EMPTY}")).await.unwrap_err();
    assert!(error.is_undecodable(), "{error:?}");
    assert_eq!(error.delivery(), Delivery::Answered);
}

#[tokio::test]
async fn a_page_of_a_gateway_is_quoted_shortly() {
    let page = format!("<html>\n<h1>503</h1>\u{1b}[2J\u{202e}{}</html>", "x".repeat(10_000));
    let error = answered(response("503 Service Unavailable", "Retry-After: 9\r\n", page)).await.unwrap_err();
    assert!(error.is_undecodable());
    assert_eq!(error.delivery(), Delivery::Answered);
    assert_eq!((error.status(), error.retry_after()), (Some(503), Some(Duration::from_secs(9))));
    let shown = error.to_string();
    let start = "the reply with status 503 is not an API envelope: <html> <h1>503</h1>\\u{1b}[2J\\u{202e}xxx";
    assert!(shown.starts_with(start), "{shown}");
    assert!(shown.chars().count() < 260, "{shown}");
}

#[tokio::test]
async fn a_success_that_says_nothing_readable_is_undecodable() {
    for (body, message) in [
        ("", "the reply with status 200 is empty"),
        (" \n", "the reply with status 200 is empty"),
        ("<html>Log in", "the reply with status 200 is not an API envelope: <html>Log in"),
        ("[null", "the reply with status 200 is not an API envelope: [null"),
        ("42", "the reply with status 200 is not an API envelope: 42"),
    ] {
        let error = answered(response("200 OK", "", body)).await.unwrap_err();
        assert!(error.is_undecodable(), "{error:?}");
        assert_eq!(error.to_string(), message);
        assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(200)));
    }
    let error = answered("HTTP/1.1 204 No Content\r\n\r\n").await.unwrap_err();
    assert_eq!(error.to_string(), "the reply with status 204 is empty");
}
