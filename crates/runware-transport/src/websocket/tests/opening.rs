//! How a connection is made, and what it is refused for.

use super::*;

const REDIRECT: &str = "HTTP/1.1 301 X\r\nLocation: https://elsewhere.example/?k=hunter2\r\n\r\n";

/// What becomes of an attempt when the upgrade is answered like this, and how many connections were made in the
/// 50 s that follow.
async fn refused(response: &str) -> (TransportError, ConnectionState, usize) {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let peer = async { pipe.accept().await.refuse(response).await };
    let (result, ()) = within(TIMEOUT, join(transport.send(getting(A)), peer)).await;
    let state = transport.connection().state();
    pause(Duration::from_secs(50)).await;
    (result.unwrap_err(), state, pipe.made())
}

#[tokio::test(start_paused = true)]
async fn w01_a_refused_upgrade_ends_attempts_at_once_and_is_not_tried_again() {
    for status in [401, 403] {
        let response = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        let (error, state, connections) = refused(&response).await;
        assert_eq!((error.status(), error.delivery()), (Some(status), Delivery::NotSent), "{error:?}");
        assert!(matches!(state, ConnectionState::Refused { .. }), "{state:?}");
        assert_eq!(connections, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn w01_a_redirected_upgrade_is_not_followed() {
    let (error, _, connections) = refused(REDIRECT).await;
    assert_eq!((error.status(), error.delivery()), (Some(301), Delivery::NotSent), "{error:?}");
    assert!(!format!("{error:?}").contains("hunter2"));
    assert_eq!(connections, 1);
}

#[tokio::test(start_paused = true)]
async fn w02_an_upgrade_put_off_is_tried_again_when_the_server_asks_for_it() {
    for status in [429, 503] {
        let pipe = Pipe::new();
        let transport = piped(&pipe);
        let clock = TokioClock::new();
        let peer = async {
            pipe.accept().await.refuse(&format!("HTTP/1.1 {status} X\r\nRetry-After: 7\r\n\r\n")).await;
            let mut peer = pipe.authenticated().await;
            let waited = clock.now();
            peer.text().await;
            peer.say(result(A)).await;
            waited
        };
        let sent = join(send(&transport, getting(A)), peer);
        let (reply, waited) = within(Duration::from_secs(60), sent).await;
        assert!(is_result(&reply.unwrap(), A));
        assert!((7_000..8_000).contains(&waited.as_millis()), "{waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn w03_an_authentication_without_an_answer_ends_after_its_time() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let clock = TokioClock::new();
    let peer = async {
        let mut silent = pipe.accept().await.upgrade().await;
        silent.text().await;
        silent.closed().await;
        let waited = clock.now();
        let mut peer = pipe.authenticated().await;
        peer.text().await;
        peer.say(result(A)).await;
        waited
    };
    let (reply, waited) = within(Duration::from_secs(60), join(send(&transport, getting(A)), peer)).await;
    assert!(is_result(&reply.unwrap(), A));
    assert!((15..17).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn w05_an_authentication_without_a_session_is_good_enough() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let peer = async {
        let mut peer = pipe.accept().await.upgrade().await;
        peer.text().await;
        peer.say(r#"{"data":[{"taskType":"authentication"}]}"#).await;
        peer.text().await;
        peer.say(result(A)).await;
        peer
    };
    let (reply, _peer) = within(TIMEOUT, join(send(&transport, getting(A)), peer)).await;
    assert!(is_result(&reply.unwrap(), A));
    assert!(matches!(transport.connection().state(), ConnectionState::Ready { resumed: false, .. }));
}

#[tokio::test]
async fn w18_the_upgrade_offers_nothing_and_holds_no_key() {
    let server = Server::bind().await;
    let url = server.url() + "/?dry=1";
    let transport = builder().base_url(url).user_agent_prefix("my-gateway/2.1").build().unwrap();
    let peer = async {
        let mut peer = server.accept().await.upgrade().await;
        peer.authenticate().await;
        assert_eq!(peer.text().await, format!(r#"[{{"taskType":"getResponse","taskUUID":"{A}"}}]"#));
        peer.say(result(A)).await;
        peer.request
    };
    let (reply, request) = bounded(join(send(&transport, getting(A)), peer)).await;
    reply.unwrap();
    let request = request.to_lowercase();
    assert!(request.starts_with("get /v1?dry=1 http/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nuser-agent: my-gateway/2.1 runware-rust/"), "{request}");
    for absent in ["sec-websocket-extensions", "sec-websocket-protocol", "authorization", "cookie", "sekret"]
    {
        assert!(!request.contains(absent), "{absent} is in {request}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_come_about_is_given_up_after_ten_seconds() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let clock = TokioClock::new();
    let peer = async {
        // Nobody answers the first one's request.
        let mut silent = pipe.accept().await;
        silent.request().await;
        silent.closed().await;
        let waited = clock.now();
        let mut peer = pipe.authenticated().await;
        peer.text().await;
        peer.say(result(A)).await;
        waited
    };
    let (reply, waited) = within(Duration::from_secs(60), join(send(&transport, getting(A)), peer)).await;
    reply.unwrap();
    assert!((10..11).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_websocket_is_a_failure_to_connect() {
    for response in ["SSH-2.0-OpenSSH_9\r\n", "HTTP/1.1 200 OK\r\n\r\n<html>hunter2", ""] {
        let pipe = Pipe::new();
        let settings = Settings::default().with_patience(Duration::from_secs(1));
        let transport = builder().connector(pipe.clone()).settings(settings).build().unwrap();
        let peer = async { pipe.accept().await.refuse(response).await };
        let (result, ()) = within(TIMEOUT, join(transport.send(getting(A)), peer)).await;
        let error = result.unwrap_err();
        assert_eq!(error.delivery(), Delivery::NotSent, "{error:?}");
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_a_failure_to_connect() {
    let server = Server::bind().await;
    let url = server.url();
    drop(server);
    let settings = Settings::default().with_patience(Duration::from_millis(50));
    let transport = builder().base_url(url).settings(settings).build().unwrap();
    let error = bounded(transport.send(getting(A))).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert_eq!(error.delivery(), Delivery::NotSent);
}

#[tokio::test]
async fn a_peer_without_tls_is_not_trusted() {
    let server = Server::bind().await;
    let url = server.url().replace("ws://127.0.0.1", "wss://localhost");
    let Ok(transport) = builder().base_url(url).build() else { return };
    let peer = async {
        let mut wire = server.accept().await;
        let hello = wire.some_bytes().await;
        wire.write("HTTP/1.1 400 X\r\n\r\n").await;
        wire.closed().await;
        hello
    };
    let (result, hello) = bounded(join(transport.send(getting(A)), peer)).await;
    let error = result.unwrap_err();
    assert!(error.is_tls(), "{error:?}");
    assert_eq!(error.delivery(), Delivery::NotSent);
    let offers = |protocol: &[u8]| hello.windows(protocol.len()).any(|part| part == protocol);
    assert!(offers(b"\x08http/1.1") && !offers(b"\x02h2"), "{hello:x?}");
}

#[test]
fn wrong_addresses_and_settings_are_refused_by_name() {
    let refusal = |builder: WebSocketTransportBuilder| {
        let error = builder.build().unwrap_err();
        assert!(error.is_configuration());
        error.to_string()
    };
    let with = |url: &str| refusal(builder().base_url(url));
    assert!(with("ws://192.0.2.1/v1").contains("`base_url` is plain ws to another machine"));
    assert!(with("https://api.runware.ai/v1").contains("must be wss or ws"));
    assert!(with("wss://user:hunter2@host/").contains("`base_url` holds a user name"));
    assert!(with("wss://host/#x").contains("`base_url` holds a fragment"));
    assert!(with("").contains("`base_url` is not a URL"));
    assert!(refusal(builder().user_agent_prefix("a\r\nX-Evil: 1")).contains("`user_agent_prefix`"));
    assert!(refusal(builder().max_message_bytes(0)).contains("`max_message_bytes`"));
    let settings = Settings { max_exchanges: 0, ..Settings::default() };
    assert!(refusal(builder().settings(settings)).contains("`settings.max_exchanges`"));
}

#[test]
fn the_default_address_is_the_api_and_others_can_be_allowed() {
    let pipe = Pipe::new();
    let transport = builder().connector(pipe.clone()).build().unwrap();
    assert_eq!(transport.origin(), "wss://ws-api.runware.ai");
    let transport =
        builder().base_url("ws://192.0.2.1/v1").insecure_http(true).connector(pipe).build().unwrap();
    assert_eq!(transport.origin(), "ws://192.0.2.1");
}

#[test]
fn without_a_runtime_an_attempt_is_refused() {
    let transport = piped(&Pipe::new());
    let sent = pin!(transport.send(getting(A)));
    let polled = sent.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    let std::task::Poll::Ready(Err(error)) = polled else { panic!("{polled:?}") };
    assert!(error.is_configuration(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn attempts_that_can_never_be_sent_are_refused_without_a_connection() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let huge = Call::new(None, vec![b' '; MAX_OUTGOING_BYTES - 1]);
    for (calls, is_expected) in [
        (vec![], TransportError::is_configuration as fn(&TransportError) -> bool),
        (vec![Call::new(None, vec![0xff])], TransportError::is_configuration),
        (vec![huge], TransportError::is_too_large),
    ] {
        let error = transport.send(Attempt::new(calls, TIMEOUT)).await.unwrap_err();
        assert!(is_expected(&error), "{error:?}");
        assert_eq!(error.delivery(), Delivery::NotSent);
    }
    assert_eq!(pipe.made(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_is_refused_before_there_is_a_connection() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let error = transport.dry_run(submitting(A)).await.unwrap_err();
    assert!(error.is_configuration() && error.delivery() == Delivery::NotSent, "{error}");
    assert_eq!(error.to_string(), "a WebSocket carries no dry runs; prices are asked for over HTTP");
    assert!(matches!(transport.connection().state(), ConnectionState::Idle));
}
