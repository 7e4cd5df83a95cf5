//! Whether a failed attempt may have reached the server.

use std::error::Error;

use super::*;

/// Waits until something sleeps until exactly this time.
async fn asleep_until(clock: &ManualClock, at: Duration) {
    while clock.next_wake() != Some(at) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let server = Server::bind().await;
    let url = server.url();
    drop(server);
    let error = bounded(send(&transport(&url), ping())).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.to_string(), format!("no connection to {}", url.trim_end_matches("/v1")));
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_peer_that_does_not_speak_tls_is_sent_nothing() {
    let server = Server::bind().await;
    let transport = transport(&format!("https://{}/v1", server.address()));
    let (error, ()) = bounded(join(send(&transport, ping()), async {
        let mut connection = server.accept().await;
        connection.readable().await;
        connection.write("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        connection.finish().await;
    }))
    .await;
    let error = error.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert!(error.is_tls() && error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn time_running_out_in_the_handshake_sent_nothing() {
    let server = Server::bind().await;
    let clock = ManualClock::new();
    let transport = transport_on(&clock, &format!("https://{}/v1", server.address()));
    let (error, connection) = bounded(join(send(&transport, ping()), async {
        let connection = server.accept().await;
        connection.readable().await;
        clock.advance(TIMEOUT);
        connection
    }))
    .await;
    drop(connection);
    let error = error.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert!(error.is_timeout());
    assert_eq!(error.to_string(), format!("no connection to https://{} within 30s", server.address()));
}

#[tokio::test]
async fn a_reset_before_the_request_was_read_may_have_been_sent() {
    let server = Server::bind().await;
    let transport = transport(&server.url());
    let (error, ()) = bounded(join(send(&transport, ping()), async {
        let connection = server.accept().await;
        connection.readable().await;
        connection.reset();
    }))
    .await;
    let error = error.unwrap_err();
    assert_eq!(error.delivery(), Delivery::MaybeSent);
    assert!(error.is_interrupted(), "{error:?}");
}

#[tokio::test]
async fn a_connection_lost_after_the_request_was_read_may_have_been_sent() {
    for reset in [true, false] {
        let server = Server::bind().await;
        let transport = transport(&server.url());
        let (error, ()) = bounded(join(send(&transport, ping()), async {
            let mut connection = server.accept().await;
            connection.request().await;
            if reset {
                connection.reset();
            }
        }))
        .await;
        let error = error.unwrap_err();
        assert_eq!(error.delivery(), Delivery::MaybeSent);
        assert!(error.is_interrupted(), "{error:?}");
        assert_eq!(error.status(), None);
    }
}

#[tokio::test]
async fn a_silent_server_may_have_the_tasks() {
    let server = Server::bind().await;
    let clock = ManualClock::new();
    let transport = transport_on(&clock, &server.url());
    let (error, connection) = bounded(join(send(&transport, ping()), async {
        let mut connection = server.accept().await;
        connection.request().await;
        clock.advance(TIMEOUT);
        connection
    }))
    .await;
    drop(connection);
    let error = error.unwrap_err();
    assert_eq!(error.delivery(), Delivery::MaybeSent);
    assert!(error.is_timeout());
    assert_eq!(error.to_string(), format!("no reply from http://{} within 30s", server.address()));
}

#[tokio::test]
async fn a_reply_cut_short_may_have_been_sent_and_keeps_its_status() {
    let head = "HTTP/1.1 200 OK\r\nRetry-After: 7\r\n";
    for rest in [
        "Content-Length: 100\r\n\r\n{\"data\":",
        "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"data\":",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let error = answered(format!("{head}{rest}")).await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::MaybeSent, "{rest}");
        assert!(error.is_interrupted(), "{error:?}");
        assert_eq!((error.status(), error.retry_after()), (Some(200), Some(Duration::from_secs(7))));
    }
}

#[tokio::test]
async fn a_reply_that_stops_moving_is_cut() {
    let server = Server::bind().await;
    let clock = ManualClock::new();
    let transport = transport_on(&clock, &server.url());
    let (error, connection) = bounded(join(send(&transport, ping()), async {
        let mut connection = server.accept().await;
        connection.request().await;
        clock.advance(Duration::from_secs(1));
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":").await;
        asleep_until(&clock, Duration::from_secs(21)).await;
        clock.advance(Duration::from_secs(20));
        connection
    }))
    .await;
    drop(connection);
    let error = error.unwrap_err();
    assert_eq!((error.delivery(), error.status()), (Delivery::MaybeSent, Some(200)));
    assert!(error.is_timeout());
    assert_eq!(error.to_string(), format!("the reply from http://{} stopped moving", server.address()));
}

#[tokio::test]
async fn a_reply_that_is_not_whole_by_the_time_out_is_cut() {
    let server = Server::bind().await;
    let clock = ManualClock::new();
    let transport = transport_on(&clock, &server.url());
    let (error, connection) = bounded(join(send(&transport, ping()), async {
        let mut connection = server.accept().await;
        connection.request().await;
        clock.advance(Duration::from_secs(5));
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":").await;
        asleep_until(&clock, Duration::from_secs(25)).await;
        clock.advance_to(TIMEOUT);
        connection
    }))
    .await;
    drop(connection);
    let error = error.unwrap_err();
    assert_eq!((error.delivery(), error.status()), (Delivery::MaybeSent, Some(200)));
    assert_eq!(error.to_string(), format!("no whole reply from http://{} within 30s", server.address()));
}

#[tokio::test]
async fn what_does_not_speak_http_may_have_the_tasks() {
    let error = answered("SSH-2.0-OpenSSH_9.7\r\n\r\n").await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::MaybeSent);
    assert!(error.is_interrupted(), "{error:?}");
}

#[tokio::test]
async fn an_answer_before_the_request_was_read_is_the_answer() {
    let large = Call::new(None, format!(r#"{{"image":"{}"}}"#, "x".repeat(8 << 20)));
    let server = Server::bind().await;
    let transport = transport(&server.url());
    let (reply, connection) = bounded(join(send(&transport, Attempt::new([large], TIMEOUT)), async {
        let mut connection = server.accept().await;
        connection.readable().await;
        connection.write(response("413 Content Too Large", "Connection: close\r\n", EMPTY)).await;
        connection.finish().await;
        connection
    }))
    .await;
    drop(connection);
    assert_eq!(reply.unwrap().status, 413);
}

#[tokio::test]
async fn an_attempt_without_calls_is_not_sent() {
    let server = Server::bind().await;
    let error = bounded(send(&transport(&server.url()), attempt([]))).await.unwrap_err();
    assert!(error.is_configuration());
    assert_eq!(error.delivery(), Delivery::NotSent);
}
