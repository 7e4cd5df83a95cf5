//! The key goes into the first message and nowhere else.

use std::error::Error;

use super::*;

/// Everything an error can show of itself.
fn shown(error: &TransportError) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let causes: String = causes.map(|cause| format!("{cause} {cause:?} ")).collect();
    format!("{error} {error:?} {causes}")
}

fn assert_no_secret(text: &str) {
    let text = text.to_ascii_lowercase();
    assert!(!text.contains(&KEY.to_ascii_lowercase()) && !text.contains("hunter2"), "{text}");
}

#[test]
fn debug_output_holds_no_key() {
    let builder = builder().base_url(format!("wss://u:{KEY}@host/?k={KEY}"));
    assert_no_secret(&format!("{builder:?}"));
    assert_no_secret(&shown(&builder.build().unwrap_err()));
    let transport = builder_to(&format!("ws://127.0.0.1/{KEY}?k={KEY}"));
    assert_no_secret(&format!("{transport:?} {:?}", transport.connection()));
}

fn builder_to(url: &str) -> WebSocketTransport {
    builder().base_url(url).build().unwrap()
}

#[test]
fn a_key_that_could_end_a_line_is_refused_before_anything_is_connected() {
    for key in ["Sekret\r\nX-Evil: 1", "Sekret\0", "Sekret\u{7f}x"] {
        let error = ApiKey::new(key).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("Sekret"), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_key_is_in_the_first_message_of_each_connection_only() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let peer = async {
        for _ in 0..2 {
            let mut peer = pipe.accept().await.upgrade().await;
            assert_no_secret(&peer.request);
            assert_eq!(peer.authenticate().await.matches(KEY).count(), 1);
            assert!(!peer.text().await.contains(KEY));
        }
        let mut peer = pipe.authenticated().await;
        peer.text().await;
        peer.say(result(A)).await;
    };
    let sent = async {
        transport.send(getting(A)).await.unwrap_err();
        transport.send(getting(A)).await.unwrap_err();
        send(&transport, getting(A)).await.unwrap();
    };
    within(TIMEOUT, join(sent, peer)).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_quotes_the_key_does_not_get_it_into_an_error() {
    for response in [
        format!("HTTP/1.1 401 X\r\n\r\nthe key {KEY} is wrong"),
        format!("HTTP/1.1 401 {KEY}\r\n\r\n"),
        format!("HTTP/1.1 307 X\r\nLocation: https://{KEY}.example/\r\n\r\n"),
        format!("HTTP/1.1 403 X\r\nRetry-After: {KEY}\r\n\r\n"),
    ] {
        let pipe = Pipe::new();
        let transport = piped(&pipe);
        let peer = async { pipe.accept().await.refuse(&response).await };
        let (result, ()) = within(TIMEOUT, join(transport.send(getting(A)), peer)).await;
        assert_no_secret(&shown(&result.unwrap_err()));
        assert_no_secret(&format!("{:?}", transport.connection()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_quotes_the_key_is_handed_over_without_it() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let text = format!(
        r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{A}","status":"success","note":"{KEY}"}}]}}"#
    );
    let reply = asked(&transport, &pipe, async |mut peer| peer.say(text).await).await.unwrap();
    assert!(is_result(&reply, A));
    assert_no_secret(&format!("{:?}", reply.envelope.raw()));
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_is_an_answer_like_over_http() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let peer = async {
        let mut peer = pipe.accept().await.upgrade().await;
        peer.text().await;
        let error = format!(
            r#"{{"errors":[{{"code":"invalidApiKey","message":"{KEY}","parameter":"apiKey","taskType":"authentication"}}]}}"#
        );
        peer.say(error).await;
        peer.closed().await;
    };
    let (reply, ()) = within(TIMEOUT, join(send(&transport, getting(A)), peer)).await;
    let reply = reply.unwrap();
    assert_eq!(reply.status, 401);
    assert_no_secret(&format!("{reply:?} {:?}", transport.connection()));
}
