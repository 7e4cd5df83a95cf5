//! Event streams over a socket.

use std::io::ErrorKind;
use std::time::Duration;

use runware_emulator::{Action, Emulator, Options, Rule, StreamFault};
use tokio::io::AsyncWriteExt;
use tokio::task::yield_now;

use crate::peer::{Hand, PING, Peer, U, uuid};

fn text() -> String {
    format!(
        r#"[{{"taskType":"textInference","taskUUID":"{U}","model":"m","messages":[{{}}],"deliveryMethod":"stream"}}]"#
    )
}

fn event(word: &str) -> String {
    let head = format!(r#"{{"taskType":"textInference","taskUUID":"{U}""#);
    format!("data: {head},\"delta\":{{\"text\":\"{word}\"}}}}\n\n")
}

/// A task takes eight seconds: one for each of its words, and one to the end.
fn options() -> Options {
    Options::new().duration(Duration::from_secs(8))
}

/// An emulator at once at the end of all tasks, whose first request is struck, and the head of the stream.
async fn struck(fault: StreamFault) -> (Emulator, Peer, String) {
    let options = Options::new().duration(Duration::ZERO);
    let emulator = Emulator::start(options.fault(Rule::new(Action::Stream(fault)).nth(1))).await.unwrap();
    let mut peer = Peer::connect(&emulator).await;
    peer.post(&text()).await;
    let head = peer.head().await;
    (emulator, peer, head)
}

#[tokio::test]
async fn a_stream_comes_word_by_word_on_a_connection_that_stays() {
    let hand = Hand::default();
    let emulator = hand.start(options()).await;
    let mut peer = Peer::connect(&emulator).await;
    peer.post(&text()).await;
    let head = peer.head().await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(
        head.contains("content-type: text/event-stream\r\n") && head.contains("x-emulator: 1\r\n"),
        "{head}"
    );
    assert!(peer.is_silent(&emulator).await);
    for (millis, word) in [(1_000, "The "), (2_000, "crooked "), (3_000, "café ")] {
        hand.set(millis);
        assert_eq!(peer.chunk().await.unwrap(), event(word).as_bytes());
        assert!(peer.is_silent(&emulator).await);
    }
    hand.set(8_000);
    let rest = peer.chunks().await.unwrap();
    assert_eq!((rest.len(), rest[5].as_slice()), (6, b"data: [DONE]\n\n".as_slice()));
    let (_, shown) = peer.call(&format!(r#"[{{"taskType":"getTaskDetails","taskUUID":"{U}"}}]"#)).await;
    assert!(shown.contains(r#""text":"The crooked café follows the second clock.""#), "{shown}");
    let (head, refused) = peer.call(&text()).await;
    assert!(head.starts_with("HTTP/1.1 400") && refused.contains("conflictTaskUUID"), "{head}{refused}");
    assert_eq!(emulator.ledger().billed(), 1);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_refusal_is_an_ordinary_reply() {
    let emulator = Emulator::start(options()).await.unwrap();
    let mut peer = Peer::connect(&emulator).await;
    let (head, body) = peer.call(&text().replace("\"m\"", "\"emulator:poor@1\"")).await;
    assert!(head.starts_with("HTTP/1.1 402") && head.contains("content-type: application/json"), "{head}");
    assert!(body.contains("insufficientCredits"));
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_task_goes_on_when_the_reader_of_its_stream_is_gone() {
    let hand = Hand::default();
    let emulator = hand.start(options()).await;
    let mut peer = Peer::connect(&emulator).await;
    peer.post(&text()).await;
    peer.head().await;
    hand.set(1_000);
    peer.chunk().await.unwrap();
    drop(peer);
    hand.set(8_000);
    let ledger = emulator.ledger();
    assert_eq!((ledger.accepted(), ledger.billed()), (1, 1));
    assert!(ledger.task(&uuid()).unwrap().results[0].succeeds);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_cut_stream_loses_its_connection_in_the_middle() {
    let (emulator, mut peer, _) = struck(StreamFault::Cut(2)).await;
    assert_eq!(peer.chunk().await.unwrap(), event("The ").as_bytes());
    assert_eq!(peer.chunk().await.unwrap(), event("crooked ").as_bytes());
    assert_eq!(
        peer.chunk().await.unwrap_err().kind(),
        ErrorKind::UnexpectedEof,
        "not even the end of the body"
    );
    emulator.shutdown().await;
}

#[tokio::test]
async fn an_ended_stream_looks_complete() {
    let (emulator, mut peer, _) = struck(StreamFault::End(2)).await;
    assert_eq!(peer.chunks().await.unwrap(), [event("The "), event("crooked ")].map(String::into_bytes));
    peer.call(PING).await;
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_stalled_stream_stays_open_and_silent() {
    let (emulator, mut peer, _) = struck(StreamFault::Stall(1)).await;
    assert_eq!(peer.chunk().await.unwrap(), event("The ").as_bytes());
    assert!(peer.is_silent(&emulator).await);
    emulator.shutdown().await;
    assert_eq!(peer.rest().await.unwrap(), b"");
}

#[tokio::test]
async fn an_error_may_come_in_the_middle() {
    let (emulator, mut peer, _) = struck(StreamFault::Fail(1, "providerError".to_owned())).await;
    let chunks = peer.chunks().await.unwrap();
    assert_eq!(chunks[0], event("The ").as_bytes());
    assert!(chunks[1].starts_with(br#"data: {"errors":[{"code":"providerError","#));
    assert_eq!((chunks.len(), chunks[2].as_slice()), (3, b"data: [DONE]\n\n".as_slice()));
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_stream_may_come_byte_by_byte() {
    let (emulator, mut peer, _) = struck(StreamFault::Split { bytes: 1, pause: Duration::ZERO }).await;
    let chunks = peer.chunks().await.unwrap();
    assert!(chunks.iter().all(|chunk| chunk.len() == 1));
    assert!(String::from_utf8(chunks.concat()).unwrap().contains("café"));
    emulator.shutdown().await;
}

#[tokio::test]
async fn json_may_come_in_place_of_a_stream() {
    let (emulator, mut peer, head) = struck(StreamFault::Whole).await;
    assert!(head.contains("content-type: application/json\r\n"), "{head}");
    peer.stream.shutdown().await.unwrap();
    assert!(String::from_utf8(peer.rest().await.unwrap()).unwrap().contains("The crooked café"));
    emulator.shutdown().await;
}

#[tokio::test]
async fn shutting_down_breaks_streams_off() {
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let hand = Hand::default();
    let emulator = hand.start(options()).await;
    let mut peer = Peer::connect(&emulator).await;
    peer.post(&text()).await;
    peer.head().await;
    while emulator.ledger().accepted() == 0 {
        yield_now().await;
    }
    emulator.shutdown().await;
    assert_eq!(tasks(), before);
    assert_eq!(peer.rest().await.unwrap(), b"");
}
