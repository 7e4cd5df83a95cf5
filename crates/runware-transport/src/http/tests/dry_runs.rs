//! Attempts that are priced and not carried out.

use super::secrecy::{assert_no_key, shown};
use super::*;

const HEADER: &str = "x-runware-dry-run";
const PRICE: &str = r#"{"data":[{"taskType":"a","cost":0.18}]}"#;

/// Prices one attempt and takes its only reply.
async fn price(transport: &HttpTransport, attempt: Attempt) -> Result<Reply, TransportError> {
    let mut replies = transport.dry_run(attempt).await?;
    let reply = replies.next().await.expect("a reply");
    assert!(replies.next().await.is_none());
    reply
}

/// Answers the next request on a connection, and gives its headers and its body.
async fn serve(connection: &mut Connection, response: Vec<u8>) -> (Vec<String>, String) {
    let request = connection.request().await;
    connection.write(response).await;
    (request.headers, request.body)
}

#[tokio::test]
async fn a_dry_run_differs_from_an_attempt_in_one_header() {
    let server = Server::bind().await;
    let transport = transport(&server.url());
    let task = r#"{"taskType":"a",  "cost":1.10}"#;
    let attempts = async {
        send(&transport, attempt([task])).await.unwrap();
        let priced = price(&transport, attempt([task])).await.unwrap();
        send(&transport, attempt([task])).await.unwrap();
        priced
    };
    let requests = async {
        let mut connection = server.accept().await;
        let mut requests = Vec::new();
        for body in [EMPTY, PRICE, EMPTY] {
            requests.push(serve(&mut connection, response("200 OK", "", body)).await);
        }
        requests
    };
    let (priced, requests) = bounded(join(attempts, requests)).await;
    assert_eq!((priced.status, priced.envelope.raw().as_ref()), (200, PRICE.as_bytes()));

    let [before, dry, after] = &requests[..] else { panic!("{requests:?}") };
    let of = |(headers, _): &(Vec<String>, String)| -> Vec<String> {
        headers.iter().filter(|header| header.to_ascii_lowercase().starts_with(HEADER)).cloned().collect()
    };
    assert_eq!(of(dry), [format!("{HEADER}: 1")], "it is there, once");
    assert_eq!((of(before).len(), of(after).len()), (0, 0), "and never on what is to be carried out");
    let mut others = dry.clone();
    others.0.retain(|header| !header.starts_with(HEADER));
    assert_eq!((&others, before), (before, after));
    assert!(dry.0.contains(&format!("authorization: Bearer {KEY}")));
}

#[tokio::test]
async fn a_stream_is_no_dry_run() {
    let server = Server::bind().await;
    let transport = transport(&server.url());
    let (stream, (headers, _)) = bounded(join(transport.open_stream(ping(), TIMEOUT), async {
        let mut connection = server.accept().await;
        serve(&mut connection, response("200 OK", "", EMPTY)).await
    }))
    .await;
    stream.unwrap();
    assert!(!headers.iter().any(|header| header.starts_with(HEADER)), "{headers:?}");
}

#[tokio::test]
async fn a_dry_run_keeps_to_the_limits_and_tells_no_key() {
    let server = Server::bind().await;
    let limits = BodyLimits { max_bytes: 100, ..BodyLimits::default() };
    let transport =
        HttpTransport::builder(Some(key())).base_url(server.url()).limits(limits).build().unwrap();
    for (answer, is_expected) in [
        (
            response("502 X", "Connection: close\r\n", format!("<pre>{KEY}</pre>")),
            TransportError::is_undecodable as fn(&_) -> bool,
        ),
        (
            response("307 X", &format!("Connection: close\r\nLocation: https://{KEY}.example/\r\n"), ""),
            TransportError::is_redirect,
        ),
        (response("200 OK", "Connection: close\r\n", "x".repeat(101)), TransportError::is_too_large),
    ] {
        let (priced, _) = bounded(join(price(&transport, ping()), async {
            let mut connection = server.accept().await;
            serve(&mut connection, answer).await;
            connection
        }))
        .await;
        let error = priced.unwrap_err();
        assert!(is_expected(&error), "{error}");
        assert_no_key(&shown(&error));
    }
    let empty = transport.dry_run(Attempt::new([], TIMEOUT)).await.unwrap_err();
    assert!(empty.is_configuration(), "{empty}");
}

#[tokio::test]
async fn a_dry_run_ends_by_its_time_out() {
    let clock = ManualClock::new();
    let server = Server::bind().await;
    let transport = transport_on(&clock, &server.url());
    let (priced, _connection) = bounded(join(price(&transport, ping()), async {
        let mut connection = server.accept().await;
        connection.request().await;
        clock.advance(TIMEOUT);
        connection
    }))
    .await;
    assert!(priced.unwrap_err().is_timeout());
}

#[tokio::test]
async fn after_the_close_nothing_is_priced() {
    let server = Server::bind().await;
    let transport = transport(&server.url());
    transport.close().await;
    let error = bounded(price(&transport, ping())).await.unwrap_err();
    assert_eq!((error.is_closed(), error.delivery()), (true, Delivery::NotSent));
}
