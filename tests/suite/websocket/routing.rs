//! Two ways to the server, over real connections: what the one cannot take goes the other way, and is bought once.

use std::net::SocketAddr;

use futures_util::future::join_all;
use runware::transport::ConnectionState;
use runware::{ErrorKind, Protocol};
use runware_emulator::{Action, Answer};
use tokio::net::TcpListener;

use super::*;
use crate::harness::{image, video};
use crate::haste::{self, Haste};

/// How much faster than the machine's the clocks are. What takes a millisecond takes 25 by them.
const TIMES: u32 = 25;

/// The same where a moment is measured, or much is sent: that must not depend on how busy the machine is.
const UNHURRIED: u32 = 5;

/// How long a task waits for the socket.
const PATIENCE: Duration = secs(5);

/// Runs a task with a client that reaches sockets at `ws_url`, and returns when it was submitted.
async fn run_over_http(haste: Haste, emulator: &Emulator, ws_url: &str, name: &str) -> Duration {
    let client = haste::client(haste, &emulator.http_url(), ws_url);
    let outcome = within(&haste, secs(60), client.run(video(name))).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded, "{outcome:?}");
    let ledger = emulator.ledger();
    assert_bought_once(&ledger, name);
    assert_eq!(ledger.frames_of(RequestKind::Submit), 0, "it went over HTTP");
    within(&haste, secs(10), client.close()).await;
    ledger.task(&id(name)).unwrap().submissions[0].at
}

/// Something that is not there.
async fn closed_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_port_that_is_closed_is_given_up_for_http_within_5_s() {
    let haste = Haste::new(UNHURRIED);
    let emulator = haste::start(haste, usual()).await;
    let ws_url = format!("ws://{}/v1", closed_port().await);
    let at = run_over_http(haste, &emulator, &ws_url, "closed").await;
    assert!(at <= PATIENCE + secs(2), "{at:?}");
}

/// Connections are taken, and nothing is ever answered.
#[tokio::test]
async fn a_black_hole_is_given_up_for_http_within_5_s() {
    let haste = Haste::new(UNHURRIED);
    let emulator = haste::start(haste, usual()).await;
    let hole = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ws_url = format!("ws://{}/v1", hole.local_addr().unwrap());
    let at = run_over_http(haste, &emulator, &ws_url, "hole").await;
    assert!((PATIENCE..=PATIENCE + secs(2)).contains(&at), "{at:?}");
}

#[tokio::test]
async fn w01_w02_an_upgrade_that_is_refused_is_given_up_for_http() {
    let answers = [
        (Answer::empty(401), Duration::ZERO),
        (Answer::empty(403), Duration::ZERO),
        (Answer::html(404), PATIENCE),
        (Answer::html(503), PATIENCE),
        (Answer::empty(503).retry_after("600"), PATIENCE),
        (Answer::empty(429).retry_after("600"), PATIENCE),
    ];
    let refused = answers.map(async |(answer, patience)| {
        let haste = Haste::new(UNHURRIED);
        let emulator = haste::start(haste, usual().fault(on_upgrade(Action::Answer(answer.clone())))).await;
        let at = run_over_http(haste, &emulator, &emulator.ws_url(), "refused").await;
        assert!(at <= patience + secs(2), "{answer:?}: {at:?}");
        assert!(emulator.ledger().upgrades() <= 12, "{answer:?}: {} upgrades", emulator.ledger().upgrades());
    });
    join_all(refused).await;
}

#[tokio::test]
async fn w03_an_authentication_that_is_not_answered_is_given_up_for_http() {
    let haste = Haste::new(UNHURRIED);
    let emulator = haste::start(haste, usual().fault(on_authentication(Action::Hang))).await;
    let at = run_over_http(haste, &emulator, &emulator.ws_url(), "silent").await;
    assert!((PATIENCE..=PATIENCE + secs(2)).contains(&at), "{at:?}");
}

#[tokio::test]
async fn w13_a_server_that_closes_twice_for_the_same_reason_is_asked_over_http() {
    let haste = Haste::new(TIMES);
    let emulator = haste::start(haste, usual().fault(Rule::new(Action::Close(1008)).first(2))).await;
    let client = haste::client(haste, &emulator.http_url(), &emulator.ws_url());
    let outcome = within(&haste, secs(60), client.run(video("w13"))).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let ledger = emulator.ledger();
    assert_bought_once(&ledger, "w13");
    assert_eq!(ledger.sockets_opened(), 2);
    assert!(matches!(client.connection().state(), ConnectionState::Refused { .. }));
}

/// The socket is tried again once a minute has passed.
#[tokio::test]
async fn the_socket_is_taken_again_when_it_can_be_had() {
    let haste = Haste::new(2 * TIMES);
    let refused = on_upgrade(Action::Answer(Answer::empty(403))).first(1);
    let emulator = haste::start(haste, usual().fault(refused)).await;
    let client = haste::client(haste, &emulator.http_url(), &emulator.ws_url());
    let _ = within(&haste, secs(60), client.run(video("before"))).await.unwrap();
    let ledger = emulator.ledger();
    assert_eq!((ledger.upgrades(), ledger.frames()), (1, 0), "one refusal, and no loop");
    haste.sleep_until(secs(61)).await;
    let outcome = within(&haste, secs(60), client.run(video("after"))).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let ledger = emulator.ledger();
    assert_bought_once(&ledger, "before");
    assert_bought_once(&ledger, "after");
    assert_eq!((ledger.sockets_opened(), ledger.frames_of(RequestKind::Submit)), (1, 1));
}

/// A task that was submitted over the socket is watched over HTTP when that is lost for good.
#[tokio::test]
async fn w09_b08_a_task_is_watched_over_the_other_way() {
    let haste = Haste::new(TIMES);
    let gone = on_upgrade(Action::Answer(Answer::empty(403))).when(|request| request.now > secs(1));
    let emulator = haste::start(haste, usual().duration(secs(10)).fault(gone)).await;
    let client = haste::client(haste, &emulator.http_url(), &emulator.ws_url());
    let task = client.submit(video("b08")).unwrap();
    within(&haste, secs(10), task.accepted()).await.unwrap();
    haste.sleep_until(secs(2)).await;
    emulator.inject_io(IoRule::new(IoFault::Reset).nth(1));
    let outcome = within(&haste, secs(60), task.outcome()).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let ledger = emulator.ledger();
    assert_bought_once(&ledger, "b08");
    assert_eq!(ledger.task(&id("b08")).unwrap().submitted, 1);
    assert_eq!(ledger.frames_of(RequestKind::Submit), 1);
}

#[tokio::test]
async fn b16_a_bad_key_is_not_tried_on_the_other_way() {
    let haste = Haste::new(TIMES);
    let emulator = haste::start(haste, usual().api_keys(["another"])).await;
    let client = haste::client(haste, &emulator.http_url(), &emulator.ws_url());
    let error = within(&haste, secs(3), client.run(video("b16"))).await.unwrap_err();
    assert!(error.is_auth() && error.kind() == ErrorKind::Rejected, "{error:?}");
    let ledger = emulator.ledger();
    assert_eq!((ledger.upgrades(), ledger.requests()), (1, 0));
}

/// A message beyond the limit, in place of the answer to each check over the socket.
#[tokio::test]
async fn w14_what_is_too_large_for_the_socket_is_asked_for_over_http() {
    let haste = Haste::new(TIMES);
    let mut header = vec![TEXT, 127];
    header.extend_from_slice(&(100_u64 << 20).to_be_bytes());
    let rule = Rule::new(Action::RawBytes(header.into())).kind(RequestKind::Status);
    let emulator = haste::start(haste, usual().fault(rule)).await;
    let client = haste::client(haste, &emulator.http_url(), &emulator.ws_url());
    let outcome = within(&haste, secs(60), client.run(image("w14"))).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let ledger = emulator.ledger();
    assert_bought_once(&ledger, "w14");
    assert_eq!(ledger.frames_of(RequestKind::Status), 1, "asked over the socket once");
    assert!(ledger.sockets_opened() <= 2, "{} sockets", ledger.sockets_opened());
}

#[tokio::test]
async fn a_large_task_goes_over_http_and_its_checks_over_the_socket() {
    let haste = Haste::new(UNHURRIED);
    let emulator = haste::start(haste, usual()).await;
    let client = haste::client(haste, &emulator.http_url(), &emulator.ws_url());
    let task = image("large").param("seedImage", "A".repeat(4 << 20));
    let outcome = within(&haste, secs(60), client.run(task)).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let ledger = emulator.ledger();
    assert_bought_once(&ledger, "large");
    assert_eq!(ledger.frames_of(RequestKind::Submit), 0);
    assert_eq!(ledger.frames_of(RequestKind::Status), ledger.requests_of(RequestKind::Status));
}

#[tokio::test]
async fn one_way_alone_is_the_only_way() {
    let haste = Haste::new(TIMES);
    for protocol in [Protocol::Http, Protocol::WebSocket] {
        let emulator = haste::start(haste, usual()).await;
        let builder = Client::builder().api_key("test-key").clock(Arc::new(haste)).protocol(protocol);
        let client = builder.base_url(emulator.http_url()).ws_base_url(emulator.ws_url()).build().unwrap();
        let outcome = within(&haste, secs(60), client.run(video("one way"))).await.unwrap();
        assert_eq!(outcome.status(), Status::Succeeded);
        let ledger = emulator.ledger();
        match protocol {
            Protocol::Http => assert_eq!((ledger.upgrades(), ledger.frames()), (0, 0)),
            _ => assert_eq!(ledger.frames(), ledger.requests() + 1, "all of it, and an authentication"),
        }
        within(&haste, secs(10), client.close()).await;
    }
}

#[tokio::test]
async fn a_client_of_sockets_alone_waits_for_one() {
    let haste = Haste::new(TIMES);
    let busy = on_upgrade(Action::Answer(Answer::empty(503))).when(|request| request.now < secs(20));
    let emulator = haste::start(haste, usual().fault(busy)).await;
    let builder = Client::builder().api_key("test-key").clock(Arc::new(haste)).seed(3);
    let client = builder.ws_base_url(emulator.ws_url()).build().unwrap();
    let outcome = within(&haste, secs(90), client.run(video("waits"))).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    assert_bought_once(&emulator.ledger(), "waits");
}

/// Neither way can bring it: the limit is the caller's own.
#[tokio::test]
async fn w14_what_is_too_large_for_both_ways_is_given_up_without_a_loop() {
    let haste = Haste::new(TIMES);
    let emulator = haste::start(haste, usual().inline_bytes(200_000)).await;
    let builder = Client::builder().api_key("test-key").clock(Arc::new(haste)).seed(7);
    let mut limits = runware::transport::BodyLimits::default();
    limits.max_bytes = 100_000;
    let plan = runware::poll::Plan::default().with_deadline(secs(60));
    let builder = builder.body_limits(limits).plan(plan);
    let client = builder.base_url(emulator.http_url()).ws_base_url(emulator.ws_url()).build().unwrap();
    let task = image("w14").output_type(runware::types::OutputType::Base64Data);
    let error = within(&haste, secs(70), client.run(task)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QueryFailed, "{error:?}");
    assert!(error.to_string().contains("nothing about the task") && error.handle().is_some(), "{error}");
    let ledger = emulator.ledger();
    assert_bought_once(&ledger, "w14");
    assert!(ledger.sockets_opened() <= 2, "{} sockets", ledger.sockets_opened());
}
