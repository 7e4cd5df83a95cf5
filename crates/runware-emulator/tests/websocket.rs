//! WebSockets over loopback connections and over connections within the process, spoken to by an independent client.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test stops at the line that failed; the settings for tests do not cover their helpers"
)]

#[path = "websocket/ending.rs"]
mod ending;
#[path = "websocket/faults.rs"]
mod faults;
#[path = "websocket/harness.rs"]
mod harness;
#[path = "websocket/upgrade.rs"]
mod upgrade;

use std::time::Duration;

use runware_emulator::{Emulator, Options, RequestKind};
use runware_types::TaskUuid;
use serde_json::json;

use self::harness::{Peer, U, V, check, image, video};

#[tokio::test]
async fn tasks_are_carried_out_over_a_real_socket() {
    let emulator = Emulator::start(Options::new().duration(Duration::ZERO)).await.unwrap();
    let mut peer = Peer::over_tcp(&emulator).await;
    peer.send(json!([{"taskType": "authentication", "apiKey": "key"}])).await;
    let greeting = peer.receive().await;
    assert_eq!(greeting["data"][0]["taskType"], "authentication");
    assert!(greeting["data"][0]["connectionSessionUUID"].is_string());

    peer.send(json!([video(U), video(V)])).await;
    assert_eq!(
        peer.receive().await,
        json!({"data": [
            {"taskType": "videoInference", "taskUUID": U},
            {"taskType": "videoInference", "taskUUID": V},
        ]})
    );
    peer.send(json!([check(U)])).await;
    assert_eq!(peer.receive().await["data"][0]["status"], "success");
    peer.send(json!([{"taskType": "ping", "ping": true}])).await;
    assert_eq!(peer.receive().await, json!({"data": [{"taskType": "ping", "pong": true}]}));

    let ledger = emulator.ledger();
    assert_eq!((ledger.sockets_opened(), ledger.authentications(), ledger.frames()), (1, 1, 4));
    assert_eq!((ledger.requests(), ledger.requests_of(RequestKind::Submit), ledger.billed()), (2, 1, 2));
    drop(peer);
    emulator.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn results_come_when_they_are_ready_in_the_time_of_the_test() {
    let emulator = Emulator::start(Options::new().duration(Duration::from_secs(7))).await.unwrap();
    let mut peer = Peer::inside(&emulator).await.authenticated().await;
    let started = harness::now();
    peer.send(json!([image(U)])).await;
    let result = peer.receive().await;
    assert_eq!(result["data"][0]["taskUUID"], U);
    assert_eq!(harness::now() - started, Duration::from_secs(7));
    emulator.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_socket_was_owed_comes_on_the_next_one() {
    let emulator = Emulator::start(Options::new().duration(Duration::from_secs(10))).await.unwrap();
    let mut first = Peer::inside(&emulator).await;
    let session = first.authenticate(None).await;
    first.send(json!([image(U)])).await;
    // The answer to the ping says that the task was taken.
    first.send(json!([{"taskType": "ping", "ping": true}])).await;
    first.receive().await;
    drop(first);
    harness::pass(Duration::from_secs(60)).await;

    let mut second = Peer::inside(&emulator).await;
    assert_eq!(second.authenticate(Some(&session)).await, session);
    assert_eq!(second.receive().await["data"][0]["taskUUID"], U);
    let ledger = emulator.ledger();
    assert_eq!((ledger.replays(), ledger.sockets_opened(), ledger.sockets_open()), (1, 2, 1));
    emulator.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_thousand_tasks_over_fifty_sockets() {
    let emulator = Emulator::start(Options::new().duration(Duration::from_secs(3))).await.unwrap();
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..50 {
        let mut peer = Peer::inside(&emulator).await.authenticated().await;
        callers.spawn(async move {
            let id = |number| TaskUuid::from_key("thousand", &format!("{caller}/{number}")).to_string();
            let tasks: Vec<_> = (0..20).map(|number| image(&id(number))).collect();
            peer.send(tasks.into()).await;
            for _ in 0..20 {
                assert_eq!(peer.receive().await["data"].as_array().unwrap().len(), 1);
            }
        });
    }
    callers.join_all().await;
    let ledger = emulator.ledger();
    assert_eq!((ledger.accepted(), ledger.billed(), ledger.requests()), (1_000, 1_000, 50));
    emulator.shutdown().await;
}
