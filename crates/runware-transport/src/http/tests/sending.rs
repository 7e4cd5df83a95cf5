//! What goes over the wire when all is well.

use super::*;

const TASKS: [&str; 2] = [r#"{"taskType":"ping",  "ping":true, "cost":1.10}"#, r#"{"taskType":"a"}"#];

#[tokio::test]
async fn one_attempt_is_one_post_of_exactly_these_bytes() {
    let server = Server::bind().await;
    let transport = transport(&server.url());
    let (reply, request) = bounded(join(send(&transport, attempt(TASKS)), async {
        let mut connection = server.accept().await;
        let request = connection.request().await;
        connection.write(response("200 OK", "", EMPTY)).await;
        request
    }))
    .await;

    assert_eq!(request.line, "POST /v1 HTTP/1.1");
    assert_eq!(request.body, format!("[{},{}]", TASKS[0], TASKS[1]));
    let expected = [
        "accept-encoding: gzip".to_owned(),
        "accept: application/json".to_owned(),
        format!("authorization: Bearer {KEY}"),
        format!("content-length: {}", request.body.len()),
        "content-type: application/json".to_owned(),
        format!("host: {}", server.address()),
        format!(
            "user-agent: runware-rust/{} (rust; {} {})",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        ),
    ];
    assert_eq!(request.headers, expected);
    let reply = reply.unwrap();
    assert_eq!((reply.status, reply.retry_after), (200, None));
    assert_eq!(reply.envelope.raw(), EMPTY);
}

#[tokio::test]
async fn without_a_key_there_is_no_authorization_and_a_prefix_comes_first() {
    let server = Server::bind().await;
    let transport =
        HttpTransport::builder(None).base_url(server.url()).user_agent_prefix("my app/1").build().unwrap();
    let (reply, request) = bounded(join(send(&transport, ping()), async {
        let mut connection = server.accept().await;
        let request = connection.request().await;
        connection.write(response("200 OK", "", EMPTY)).await;
        request
    }))
    .await;
    reply.unwrap();
    assert!(!request.headers.iter().any(|header| header.starts_with("authorization")));
    assert!(request.headers.iter().any(|header| header.starts_with("user-agent: my app/1 runware-rust/")));
}

#[tokio::test]
async fn a_connection_is_used_again_and_let_go_on_close() {
    let server = Server::bind().await;
    let transport = transport(&server.url());
    bounded(join(
        async {
            for _ in 0..3 {
                send(&transport, ping()).await.unwrap();
            }
            transport.close().await;
            transport.close().await;
        },
        async {
            let mut connection = server.accept().await;
            for _ in 0..3 {
                connection.request().await;
                connection.write(response("200 OK", "", EMPTY)).await;
            }
            connection.closed().await;
        },
    ))
    .await;

    let error = send(&transport, ping()).await.unwrap_err();
    assert!(error.is_closed());
    assert_eq!(error.delivery(), Delivery::NotSent);
}

#[tokio::test]
async fn a_reply_is_handed_over_when_it_is_complete_though_the_connection_stays() {
    let reply = exchange(async |mut connection| {
        connection.write(response("200 OK", "Connection: close\r\n", EMPTY)).await;
        connection
    })
    .await;
    assert_eq!(reply.unwrap().status, 200);
}

#[tokio::test]
async fn localhost_is_this_machine() {
    let server = Server::bind().await;
    let transport = transport(&format!("http://localhost:{}/v1?x=1", server.address().port()));
    let (reply, request) = bounded(join(send(&transport, ping()), async {
        let mut connection = server.accept().await;
        let request = connection.request().await;
        connection.write(response("200 OK", "", EMPTY)).await;
        request
    }))
    .await;
    reply.unwrap();
    assert_eq!(request.line, "POST /v1?x=1 HTTP/1.1");
    assert_eq!(transport.origin(), format!("http://localhost:{}", server.address().port()));
}

#[tokio::test]
async fn any_status_with_an_envelope_is_a_reply() {
    for status in [200, 201, 400, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 504, 599] {
        let body = r#"{"data":[],"errors":[{"code":"x","message":"y"}]}"#;
        let reply = answered(response(&format!("{status} X"), "", body)).await.unwrap();
        assert_eq!(reply.status, status);
        assert_eq!(reply.envelope.errors.len(), 1);
        assert_eq!(reply.envelope.raw(), body);
    }
}

#[tokio::test]
async fn retry_after_is_read_with_any_status() {
    for (headers, expected) in [
        ("Retry-After: 30\r\n", Some(30)),
        ("Retry-After: soon\r\n", None),
        ("Date: Wed, 21 Oct 2026 12:00:00 GMT\r\nRetry-After: Wed, 21 Oct 2026 12:00:45 GMT\r\n", Some(45)),
        ("Retry-After: Wed, 21 Oct 2026 12:00:45 GMT\r\n", None),
    ] {
        let expected = expected.map(Duration::from_secs);
        for status in ["200 OK", "429 Too Many Requests", "503 Service Unavailable"] {
            let reply = answered(response(status, headers, EMPTY)).await.unwrap();
            assert_eq!(reply.retry_after, expected, "{headers}");
        }
        let error = answered(response("503 Service Unavailable", headers, "<html>")).await.unwrap_err();
        assert_eq!(error.retry_after(), expected, "{headers}");
    }
}
