//! How sockets end, and that nothing is left of them.

use std::time::Duration;

use futures_util::SinkExt;
use runware_emulator::{Action, Emulator, Options, RequestKind, Rule};
use serde_json::json;
use tokio_websockets::CloseCode;

use super::harness::{Peer, U, V, image, now, video};

#[tokio::test(start_paused = true)]
async fn an_idle_socket_is_closed_by_the_clock() {
    let emulator = Emulator::start(Options::new()).await.unwrap();
    let mut peer = Peer::inside(&emulator).await.authenticated().await;
    let started = now();
    assert_eq!(peer.close_code().await, CloseCode::NORMAL_CLOSURE);
    assert_eq!(now() - started, Duration::from_secs(120));
    assert_eq!(emulator.ledger().sockets_open(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_is_taken_over_is_closed_at_once() {
    let emulator = Emulator::start(Options::new()).await.unwrap();
    let mut first = Peer::inside(&emulator).await;
    let session = first.authenticate(None).await;
    let started = now();
    let mut second = Peer::inside(&emulator).await;
    second.authenticate(Some(&session)).await;
    assert_eq!(first.close_code().await, CloseCode::NORMAL_CLOSURE);
    assert_eq!(now(), started);
    second.send(json!([video(U)])).await;
    second.receive().await;
}

#[tokio::test(start_paused = true)]
async fn a_close_frame_of_the_client_is_answered() {
    let emulator = Emulator::start(Options::new()).await.unwrap();
    let mut peer = Peer::inside(&emulator).await.authenticated().await;
    peer.0.close().await.unwrap();
    assert_eq!(emulator.ledger().sockets_open(), 0);
}

#[tokio::test(start_paused = true)]
async fn shutting_down_says_so_and_leaves_nothing() {
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let rule = |action| Rule::new(action).kind(RequestKind::Submit);
    let options = Options::new()
        .fault(rule(Action::Mute).nth(1))
        .fault(rule(Action::Stall(3)).nth(2))
        .fault(Rule::new(Action::Hang).kind(RequestKind::Upgrade).nth(5));
    let emulator = Emulator::start(options).await.unwrap();
    let mut mute = Peer::inside(&emulator).await.authenticated().await;
    mute.send(json!([video(U)])).await;
    let mut stalled = Peer::inside(&emulator).await.authenticated().await;
    stalled.send(json!([video(U)])).await;
    let mut waiting = Peer::inside(&emulator).await.authenticated().await;
    waiting.send(json!([image(V)])).await;
    let mut idle = Peer::inside(&emulator).await;
    let hanging = emulator.connect();
    let mut hanging = Box::pin(super::upgrade::request(hanging, "host: localhost\r\n"));
    assert!(super::harness::within(Duration::from_secs(1), &mut hanging).await.is_none());
    let dialer = emulator.dialer();

    let (_, waiting_code, idle_code) =
        tokio::join!(emulator.shutdown(), waiting.close_code(), idle.close_code());
    assert_eq!((waiting_code, idle_code), (CloseCode::GOING_AWAY, CloseCode::GOING_AWAY));
    assert!(mute.is_cut().await);
    assert_eq!(hanging.await, "");
    assert_eq!(tasks(), before);
    assert_eq!(super::upgrade::request(dialer.connect(), "").await, "", "nobody is there any more");
}

#[tokio::test(start_paused = true)]
async fn dropping_the_emulator_ends_its_sockets() {
    let emulator = Emulator::start(Options::new()).await.unwrap();
    let mut peer = Peer::inside(&emulator).await.authenticated().await;
    drop(emulator);
    assert!(peer.is_cut().await);
}
