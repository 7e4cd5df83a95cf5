//! What goes wrong below HTTP.

use std::io::ErrorKind;
use std::time::Duration;

use runware_emulator::{Emulator, IoFault, IoRule, Options};
use tokio::task::yield_now;

use crate::peer::{Hand, PING, Peer, U, uuid};

fn video() -> String {
    format!(r#"[{{"taskType":"videoInference","taskUUID":"{U}","model":"m","positivePrompt":"waves"}}]"#)
}

/// What a spared connection gets for its first request, up to the date.
const START: &str = "HTTP/1.1 200 OK\r\n";

/// An emulator whose first connection is struck, and that connection.
async fn struck(rule: IoRule) -> (Emulator, Peer) {
    let emulator = Emulator::start(Options::new().io_fault(rule.nth(1))).await.unwrap();
    let peer = Peer::connect(&emulator).await;
    (emulator, peer)
}

#[tokio::test]
async fn a_connection_is_reset_at_once() {
    let (emulator, mut peer) = struck(IoRule::new(IoFault::Reset)).await;
    let failed = match peer.try_post(&video()).await {
        Ok(()) => peer.rest().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(failed.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{failed}");
    assert_eq!(emulator.ledger().requests(), 0);
    Peer::connect(&emulator).await.call(PING).await;
    assert_eq!(emulator.connections(), 2);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_connection_is_reset_in_place_of_the_reply() {
    let (emulator, mut peer) = struck(IoRule::new(IoFault::Reset).when_writing()).await;
    peer.post(&video()).await;
    assert_eq!(peer.rest().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(emulator.ledger().accepted(), 1);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_connection_is_reset_in_the_middle_of_a_reply() {
    let (emulator, mut peer) = struck(IoRule::new(IoFault::Reset).after(17)).await;
    peer.post(&video()).await;
    assert_eq!(peer.bytes(17).await, START);
    assert_eq!(peer.rest().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_connection_ends_in_good_order_in_the_middle_of_a_reply() {
    let (emulator, mut peer) = struck(IoRule::new(IoFault::Truncate).after(17)).await;
    peer.post(&video()).await;
    assert_eq!(peer.rest().await.unwrap(), START.as_bytes());
    peer.post(PING).await;
    assert_eq!(peer.rest().await.unwrap(), b"", "no reset even then");
    assert_eq!(emulator.ledger().requests(), 1, "and nobody has read it");
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_connection_stalls_in_the_middle_of_a_reply() {
    let (emulator, mut peer) = struck(IoRule::new(IoFault::Stall).after(17)).await;
    peer.post(&video()).await;
    assert_eq!(peer.bytes(17).await, START);
    assert!(peer.is_silent(&emulator).await);
    emulator.heal_io();
    assert!(peer.head().await.contains("content-length: 90\r\n"));
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_half_open_connection_is_deaf_and_mute() {
    let emulator = Emulator::start(Options::new()).await.unwrap();
    let mut peer = Peer::connect(&emulator).await;
    peer.call(PING).await;
    emulator.inject_io(IoRule::new(IoFault::HalfOpen).nth(emulator.connections()));
    peer.post(&video()).await;
    assert!(peer.is_silent(&emulator).await);
    assert_eq!(emulator.ledger().accepted(), 0, "the request was not even read");
    emulator.heal_io();
    assert!(peer.head().await.starts_with(START));
    assert_eq!(emulator.ledger().accepted(), 1);
    emulator.shutdown().await;
}

#[tokio::test]
async fn bytes_drip_by_the_emulator_s_clock() {
    let hand = Hand::default();
    let drip = IoFault::Drip { bytes: 1, every: Duration::from_secs(10) };
    let emulator = hand.start(Options::new().io_fault(IoRule::new(drip).nth(1).after(9))).await;
    let mut peer = Peer::connect(&emulator).await;
    peer.post(&video()).await;
    assert_eq!(peer.bytes(10).await, START[..10]);
    for (millis, byte) in [(10_000, "0"), (20_000, "0"), (30_000, " ")] {
        assert!(peer.is_silent(&emulator).await);
        hand.set(millis);
        assert_eq!(peer.bytes(1).await, byte);
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn single_bytes_make_the_same_replies() {
    let slices = IoFault::Drip { bytes: 1, every: Duration::ZERO };
    let (emulator, mut peer) = struck(IoRule::new(slices)).await;
    for number in 0..5 {
        let (head, _) = peer.call(&video().replace("24cd5dff", &format!("24cd5df{number}"))).await;
        assert!(head.starts_with(START), "{head}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_stream_is_lost_with_its_connection_and_its_task_is_not() {
    let options = Options::new().duration(Duration::ZERO).io_fault(IoRule::new(IoFault::Reset).after(400));
    let emulator = Emulator::start(options).await.unwrap();
    let mut peer = Peer::connect(&emulator).await;
    let task = video()
        .replace("videoInference", "textInference")
        .replace("\"positivePrompt\":\"waves\"", "\"messages\":[{}],\"deliveryMethod\":\"stream\"");
    peer.post(&task).await;
    assert!(peer.bytes(400).await.contains("\"delta\":{\"text\":\"The \"}"));
    assert_eq!(peer.rest().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(emulator.ledger().task(&uuid()).unwrap().billed, 1);
    emulator.shutdown().await;
}

#[tokio::test]
async fn struck_connections_do_not_hold_up_the_end() {
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let faults = [
        IoFault::Stall,
        IoFault::HalfOpen,
        IoFault::Truncate,
        IoFault::Drip { bytes: 1, every: Duration::from_secs(3_600) },
    ];
    let rules = (1..).zip(faults).map(|(number, fault)| IoRule::new(fault).nth(number).when_writing());
    let emulator = Emulator::start(rules.fold(Options::new(), Options::io_fault)).await.unwrap();
    let mut peers = Vec::new();
    for _ in 0..faults.len() {
        let mut peer = Peer::connect(&emulator).await;
        peer.post(PING).await;
        peers.push(peer);
    }
    while emulator.ledger().requests() < 4 {
        yield_now().await;
    }
    emulator.shutdown().await;
    assert_eq!(tasks(), before);
    for mut peer in peers {
        assert!(peer.rest().await.is_ok_and(|rest| rest.len() < 2));
    }
}
