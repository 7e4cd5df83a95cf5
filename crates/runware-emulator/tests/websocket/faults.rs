//! Faults that touch the connection, and frames that break the rules.

use std::io::ErrorKind;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use runware_emulator::{Action, Emulator, Options, RequestKind, Rule};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_websockets::{CloseCode, Message};

use super::harness::{Peer, U, bounded, check, video};

/// An emulator whose first submission is struck, and a peer that has sent it.
async fn struck(action: Action) -> (Emulator, Peer) {
    let rule = Rule::new(action).kind(RequestKind::Submit).nth(1);
    let emulator = Emulator::start(Options::new().fault(rule)).await.unwrap();
    let mut peer = Peer::inside(&emulator).await.authenticated().await;
    peer.send(json!([video(U)])).await;
    (emulator, peer)
}

fn acknowledgement() -> String {
    format!(r#"{{"data":[{{"taskType":"videoInference","taskUUID":"{U}"}}]}}"#)
}

#[tokio::test(start_paused = true)]
async fn a_reply_may_break_off_with_its_connection_or_without() {
    let length = u8::try_from(acknowledgement().len()).unwrap();
    let part = [&[0x81, length], &acknowledgement().as_bytes()[..7]].concat();
    for (action, ended) in [(Action::Truncate(7), true), (Action::Stall(7), false)] {
        let (emulator, peer) = struck(action).await;
        assert_eq!(peer.raw().await, (part.clone(), ended));
        assert_eq!(emulator.ledger().accepted(), 1);
        emulator.shutdown().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_socket_may_be_cut_closed_or_mute() {
    let (_emulator, mut peer) = struck(Action::LoseReply).await;
    assert!(peer.is_cut().await);
    let (_emulator, mut peer) = struck(Action::Close(1013)).await;
    assert_eq!(peer.close_code().await, CloseCode::try_from(1013).unwrap());

    let (emulator, mut peer) = struck(Action::Mute).await;
    assert!(peer.is_silent().await);
    peer.send(json!([check(U)])).await;
    assert!(peer.is_silent().await);
    assert_eq!(emulator.ledger().requests(), 1, "it does not read either");
    emulator.shutdown().await;
    assert!(peer.is_cut().await);
}

#[tokio::test]
async fn a_socket_may_be_reset() {
    let rule = Rule::new(Action::Reset).kind(RequestKind::Submit);
    let emulator = Emulator::start(Options::new().fault(rule)).await.unwrap();
    let mut peer = Peer::over_tcp(&emulator).await.authenticated().await;
    peer.send(json!([video(U)])).await;
    let error = bounded(peer.connection().read_u8()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test(start_paused = true)]
async fn frames_and_bytes_may_come_in_between() {
    let (_emulator, mut peer) =
        struck(Action::Interject(r#"{"error":{"message":"overloaded"}}"#.into())).await;
    assert_eq!(peer.receive().await["error"]["message"], "overloaded");
    assert_eq!(peer.receive().await.to_string(), acknowledgement());

    // A message of two fragments, and a ping in between.
    let raw = Bytes::from_static(b"\x01\x01{\x89\x00\x80\x01}");
    let (_emulator, mut peer) = struck(Action::RawBytes(raw)).await;
    assert!(bounded(peer.0.next()).await.unwrap().unwrap().is_ping());
    assert_eq!(peer.receive().await, json!({}));
    assert_eq!(peer.receive().await.to_string(), acknowledgement());

    // A server must not mask.
    let (_emulator, mut peer) = struck(Action::RawBytes(Bytes::from_static(b"\x81\x81\0\0\0\0x"))).await;
    assert!(bounded(peer.0.next()).await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_text_may_be_none() {
    let (_emulator, peer) = struck(Action::rewrite(|_| Bytes::from_static(b"\xff\xfe"))).await;
    let (bytes, _) = peer.raw().await;
    assert_eq!(bytes, [0x81, 2, 0xff, 0xfe]);
}

#[tokio::test(start_paused = true)]
async fn messages_may_be_binary_in_both_directions() {
    let options = Options::new().choose(|choices| choices.socket.binary = true);
    let emulator = Emulator::start(options).await.unwrap();
    let mut peer = Peer::inside(&emulator).await;
    let authentication = json!([{"taskType": "authentication", "apiKey": "key"}]).to_string();
    peer.0.send(Message::binary(authentication)).await.unwrap();
    let greeting = bounded(peer.0.next()).await.unwrap().unwrap();
    assert!(greeting.is_binary() && greeting.as_payload().starts_with(b"{\"data\":["));
}

#[tokio::test(start_paused = true)]
async fn clients_that_break_the_rules_are_told_so() {
    let emulator = Emulator::start(Options::new().max_body_bytes(1_000)).await.unwrap();
    let masked = |head: &[u8], payload: &[u8]| [head, &[0; 4], payload].concat();
    for (bytes, code) in [
        (masked(&[0x81, 0x80 | 126, 0x10, 0x00], &[b'x'; 0x1000]), 1009),
        (masked(&[0x81, 0x82], b"\xff\xfe"), 1007),
        (vec![0x81, 2, b'{', b'}'], 1002),
        (masked(&[0xc1, 0x82], b"{}"), 1002),
    ] {
        let mut peer = Peer::inside(&emulator).await.authenticated().await;
        peer.connection().write_all(&bytes).await.unwrap();
        assert_eq!(peer.close_code().await, CloseCode::try_from(code).unwrap());
    }
    emulator.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn fragments_and_control_frames_are_understood() {
    let emulator = Emulator::start(Options::new()).await.unwrap();
    let mut peer = Peer::inside(&emulator).await.authenticated().await;
    let task = br#"[{"taskType":"ping","ping":true}]"#;
    let (left, right) = task.split_at(10);
    let masked = |first: u8, payload: &[u8]| {
        [&[first, 0x80 | u8::try_from(payload.len()).unwrap()], &[0; 4][..], payload].concat()
    };
    let bytes = [masked(0x01, left), masked(0x89, b"alive"), masked(0x80, right)].concat();
    peer.connection().write_all(&bytes).await.unwrap();
    let pong = bounded(peer.0.next()).await.unwrap().unwrap();
    assert!(pong.is_pong());
    assert_eq!(&pong.as_payload()[..], b"alive");
    assert_eq!(peer.receive().await["data"][0]["pong"], true);
    emulator.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_is_not_read_is_not_read_from() {
    let emulator = Emulator::start(Options::new()).await.unwrap();
    let mut peer = Peer::inside(&emulator).await.authenticated().await;
    let mut sent = 0_u64;
    let ping = json!([{"taskType": "ping", "ping": true}]).to_string();
    let feed = async {
        loop {
            peer.0.feed(Message::text(ping.clone())).await.unwrap();
            peer.0.flush().await.unwrap();
            sent += 1;
        }
    };
    let blocked: Option<()> = super::harness::within(Duration::from_secs(60), feed).await;
    assert!(blocked.is_none());
    let taken = emulator.ledger().frames();
    assert!(taken < 5_000 && sent < 10_000, "{taken} frames were taken, {sent} sent");
    for _ in 0..sent {
        peer.receive().await;
    }
    emulator.shutdown().await;
}
