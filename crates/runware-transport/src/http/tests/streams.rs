//! Replies that are handed over while they come.

use super::*;

const IDLE: Duration = Duration::from_secs(10);
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Waits until something sleeps until exactly this time.
async fn asleep_until(clock: &ManualClock, at: Duration) {
    while clock.next_wake() != Some(at) {
        tokio::task::yield_now().await;
    }
}

fn task() -> Attempt {
    attempt([r#"{"taskType":"textInference"}"#])
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// Everything a body brings, and how it ended.
async fn read(reply: &mut StreamingReply) -> (String, Option<TransportError>) {
    let mut body = Vec::new();
    while let Some(next) = reply.next_chunk().await {
        match next {
            Ok(bytes) => body.extend_from_slice(&bytes),
            Err(error) => {
                assert!(reply.next_chunk().await.is_none(), "nothing after an error");
                return (String::from_utf8(body).unwrap(), Some(error));
            }
        }
    }
    (String::from_utf8(body).unwrap(), None)
}

/// Opens a stream to a server that reads the request and does `serve` with the connection.
async fn opened<F>(serve: impl FnOnce(Connection) -> F) -> Result<StreamingReply, TransportError>
where
    F: Future<Output = Connection>,
{
    let server = Server::bind().await;
    let transport = transport(&server.url());
    let (reply, connection) = bounded(join(transport.open_stream(task(), IDLE), async {
        let mut connection = server.accept().await;
        connection.request().await;
        serve(connection).await
    }))
    .await;
    drop(connection);
    reply
}

/// Opens a stream to a server that answers with these bytes and closes.
async fn streamed(response: impl AsRef<[u8]>) -> Result<StreamingReply, TransportError> {
    opened(async |mut connection| {
        connection.write(response).await;
        connection.finish().await;
        connection
    })
    .await
}

#[tokio::test]
async fn the_request_asks_for_events_and_for_no_compression() {
    let server = Server::bind().await;
    let transport = transport(&server.url());
    let (reply, request) = bounded(join(transport.open_stream(task(), IDLE), async {
        let mut connection = server.accept().await;
        let request = connection.request().await;
        connection.write(response("200 OK", "Retry-After: 3\r\n", "data: [DONE]\n\n")).await;
        request
    }))
    .await;
    assert_eq!(request.line, "POST /v1 HTTP/1.1");
    assert_eq!(request.body, r#"[{"taskType":"textInference"}]"#);
    for header in ["accept: text/event-stream, application/json", "accept-encoding: identity"] {
        assert!(request.headers.iter().any(|known| known == header), "{:?}", request.headers);
    }
    let mut reply = reply.unwrap();
    assert_eq!((reply.status, reply.retry_after), (200, Some(Duration::from_secs(3))));
    let (body, error) = bounded(read(&mut reply)).await;
    assert_eq!((body.as_str(), error.is_none()), ("data: [DONE]\n\n", true));
}

#[tokio::test]
async fn each_piece_is_there_before_the_next_is_written() {
    let server = Server::bind().await;
    let transport = transport(&server.url());
    bounded(async {
        let (reply, mut connection) = join(transport.open_stream(task(), IDLE), async {
            let mut connection = server.accept().await;
            connection.request().await;
            connection.write(HEAD).await;
            connection
        })
        .await;
        let mut reply = reply.unwrap();
        for text in ["data: 1\n\n", ": still here\n\n", "data: 2\n\n"] {
            connection.write(chunk(text)).await;
            assert_eq!(reply.next_chunk().await.unwrap().unwrap(), text);
        }
        connection.write("0\r\n\r\n").await;
        assert!(reply.next_chunk().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_stream_in_slices_of_one_byte_is_the_same() {
    let text = "data: {\"delta\":{\"text\":\"Grüße\"}}\n\n";
    let whole = format!("{HEAD}{}{}0\r\n\r\n", chunk(text), chunk("data: [DONE]\n\n"));
    let server = Server::bind().await;
    let transport = transport(&server.url());
    let client = async {
        let mut reply = transport.open_stream(task(), IDLE).await.unwrap();
        read(&mut reply).await
    };
    let ((body, error), ()) = bounded(join(client, async {
        let mut connection = server.accept().await;
        connection.request().await;
        connection.write_in_slices(whole.as_bytes()).await;
    }))
    .await;
    assert_eq!((body, error.is_none()), (format!("{text}data: [DONE]\n\n"), true));
}

#[tokio::test]
async fn silence_before_the_head_is_a_time_out() {
    let server = Server::bind().await;
    let clock = ManualClock::new();
    let transport = transport_on(&clock, &server.url());
    let (error, connection) = bounded(join(transport.open_stream(task(), IDLE), async {
        let mut connection = server.accept().await;
        connection.request().await;
        assert_eq!(clock.next_wake(), Some(IDLE));
        clock.advance(IDLE);
        connection
    }))
    .await;
    drop(connection);
    let error = error.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.delivery(), Delivery::MaybeSent);
    assert_eq!(error.to_string(), format!("no reply from http://{} within 10s", server.address()));
}

#[tokio::test]
async fn silence_between_two_bytes_is_a_time_out_and_each_byte_ends_a_silence() {
    let server = Server::bind().await;
    let clock = ManualClock::new();
    let transport = transport_on(&clock, &server.url());
    bounded(async {
        let (reply, mut connection) = join(transport.open_stream(task(), IDLE), async {
            let mut connection = server.accept().await;
            connection.request().await;
            clock.advance(IDLE - Duration::from_millis(1));
            connection.write(HEAD).await;
            connection
        })
        .await;
        let mut reply = reply.unwrap();
        for _ in 0..2 {
            let wake = clock.now() + IDLE;
            let (piece, ()) = join(reply.next_chunk(), async {
                asleep_until(&clock, wake).await;
                clock.advance(IDLE - Duration::from_millis(1));
                connection.write(chunk("a")).await;
            })
            .await;
            assert_eq!(piece.unwrap().unwrap(), "a");
        }
        let wake = clock.now() + IDLE;
        let (error, ()) = join(reply.next_chunk(), async {
            asleep_until(&clock, wake.min(TIMEOUT)).await;
            clock.advance_to(TIMEOUT);
        })
        .await;
        let error = error.unwrap().unwrap_err();
        assert!(error.is_timeout());
        assert_eq!((error.delivery(), error.status()), (Delivery::MaybeSent, Some(200)));
        let expected = format!("no whole reply from http://{} within 30s", server.address());
        assert_eq!(error.to_string(), expected, "the time-out of all comes first here");
        connection.closed().await;
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_stands_still_is_cut_and_its_connection_let_go() {
    let server = Server::bind().await;
    let clock = ManualClock::new();
    let transport = transport_on(&clock, &server.url());
    bounded(async {
        let (reply, mut connection) = join(transport.open_stream(task(), IDLE), async {
            let mut connection = server.accept().await;
            connection.request().await;
            connection.write(format!("{HEAD}{}", chunk("data: 1\n\n"))).await;
            connection
        })
        .await;
        let mut reply = reply.unwrap();
        assert_eq!(reply.next_chunk().await.unwrap().unwrap(), "data: 1\n\n");
        let (error, ()) = join(reply.next_chunk(), async {
            asleep_until(&clock, IDLE).await;
            clock.advance(IDLE);
        })
        .await;
        let error = error.unwrap().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the reply from http://{} stood still for 10s", server.address())
        );
        assert!(reply.next_chunk().await.is_none());
        connection.closed().await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_never_stops_is_cut_at_the_time_out() {
    let server = Server::bind().await;
    let clock = ManualClock::new();
    let transport = transport_on(&clock, &server.url());
    bounded(async {
        let (reply, connection) = join(transport.open_stream(task(), IDLE), async {
            let mut connection = server.accept().await;
            connection.request().await;
            connection.write(format!("{HEAD}{}{}", chunk("a"), chunk("b"))).await;
            connection
        })
        .await;
        let mut reply = reply.unwrap();
        assert_eq!(reply.next_chunk().await.unwrap().unwrap(), "a");
        for _ in 0..100 {
            // The next piece gets ready meanwhile: there would always be one more.
            tokio::task::yield_now().await;
        }
        clock.advance_to(TIMEOUT);
        let error = reply.next_chunk().await.unwrap().unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        drop(connection);
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_interrupted_after_what_it_brought() {
    for reset in [true, false] {
        let server = Server::bind().await;
        let transport = transport(&server.url());
        bounded(async {
            let (reply, mut connection) = join(transport.open_stream(task(), IDLE), async {
                let mut connection = server.accept().await;
                connection.request().await;
                connection.write(format!("{HEAD}{}", chunk("data: 1\n\n"))).await;
                connection
            })
            .await;
            let mut reply = reply.unwrap();
            assert_eq!(reply.next_chunk().await.unwrap().unwrap(), "data: 1\n\n");
            match reset {
                true => connection.reset(),
                false => connection.finish().await,
            }
            let (rest, error) = read(&mut reply).await;
            let error = error.unwrap();
            assert_eq!(rest, "");
            assert!(error.is_interrupted(), "{error:?}");
            assert_eq!((error.delivery(), error.status()), (Delivery::MaybeSent, Some(200)));
        })
        .await;
    }
}

#[tokio::test]
async fn dropping_the_reply_ends_the_connection() {
    let server = Server::bind().await;
    let transport = transport(&server.url());
    bounded(async {
        let (reply, mut connection) = join(transport.open_stream(task(), IDLE), async {
            let mut connection = server.accept().await;
            connection.request().await;
            connection.write(format!("{HEAD}{}", chunk("data: 1\n\n"))).await;
            connection
        })
        .await;
        drop(reply.unwrap());
        connection.closed().await;
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_handed_over_whole() {
    let body = r#"{"errors":[{"code":"invalidApiKey","message":"no"}]}"#;
    let mut reply = streamed(response("401 Unauthorized", "Retry-After: 2\r\n", body)).await.unwrap();
    assert_eq!((reply.status, reply.retry_after), (401, Some(Duration::from_secs(2))));
    assert_eq!(reply.next_chunk().await.unwrap().unwrap(), body);
    assert!(reply.next_chunk().await.is_none());
}

#[tokio::test]
async fn json_instead_of_events_is_handed_over_too() {
    let body = r#"{"data":[{"text":"Four."}]}"#;
    let mut reply = streamed(response("200 OK", "Content-Type: application/json\r\n", body)).await.unwrap();
    assert_eq!(bounded(read(&mut reply)).await.0, body);
}

#[tokio::test]
async fn a_page_is_undecodable_under_any_status() {
    for status in ["200 OK", "502 Bad Gateway"] {
        let answer = response(status, "Content-Type: Text/HTML; charset=utf-8\r\n", "<html>\n<p>busy");
        let error = streamed(answer).await.unwrap_err();
        assert!(error.is_undecodable(), "{error:?}");
        assert_eq!(error.delivery(), Delivery::Answered);
        assert!(error.to_string().ends_with("is not an API envelope: <html> <p>busy"), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let error = streamed(response("307 X", "Location: http://other.example/\r\n", "")).await.unwrap_err();
    assert!(error.is_redirect());
    assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(307)));
}

#[tokio::test]
async fn an_encoding_that_was_not_asked_for_is_no_stream() {
    let error = streamed(response("200 OK", "Content-Encoding: br\r\n", "x")).await.unwrap_err();
    assert!(error.is_undecodable(), "{error:?}");
}

#[tokio::test]
async fn a_quoted_key_is_blanked_out_wherever_the_stream_is_cut() {
    let text = format!("data: {{\"delta\":{{\"text\":\"{KEY}\"}}}}\n\n");
    let (head, tail) = text.split_at(text.find(KEY).unwrap() + 5);
    let answer = format!("{HEAD}{}{}0\r\n\r\n", chunk(head), chunk(tail));
    let mut reply = streamed(answer).await.unwrap();
    let (body, error) = bounded(read(&mut reply)).await;
    assert_eq!((body, error.is_none()), (text.replace(KEY, &"*".repeat(KEY.len())), true));

    // What looked like the key and was broken off still comes, and then the error.
    let mut reply = streamed(format!("{HEAD}{}", chunk("data: Sekret-01"))).await.unwrap();
    let (body, error) = bounded(read(&mut reply)).await;
    assert_eq!(body, "data: Sekret-01");
    assert!(error.unwrap().is_interrupted());
}

#[tokio::test]
async fn a_stream_answers_one_call_and_none_through_a_closed_transport() {
    let server = Server::bind().await;
    let transport = transport(&server.url());
    for calls in [attempt([]), attempt(["{}", "{}"])] {
        let error = bounded(transport.open_stream(calls, IDLE)).await.unwrap_err();
        assert!(error.is_configuration());
        assert_eq!(error.delivery(), Delivery::NotSent);
    }
    transport.close().await;
    let error = bounded(transport.open_stream(task(), IDLE)).await.unwrap_err();
    assert!(error.is_closed());
    assert_eq!(error.delivery(), Delivery::NotSent);
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let server = Server::bind().await;
    let url = server.url();
    drop(server);
    let error = bounded(transport(&url).open_stream(task(), IDLE)).await.unwrap_err();
    assert!(error.is_connect());
    assert_eq!(error.delivery(), Delivery::NotSent);
}
