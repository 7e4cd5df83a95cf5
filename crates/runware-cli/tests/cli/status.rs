//! `status`: one check each, no waiting.

use runware_emulator::{RequestKind, Script};
use std::time::Duration;

use crate::server::{Server, quick};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const V: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

#[tokio::test]
async fn it_asks_once_for_each_task_and_waits_for_none() {
    let server = Server::with(quick().choose(|choices| choices.progress = true)).await;
    server.hold(U, "emulator:stuck@1", 1).await;
    server.hold(V, "emulator:fast@1", 2).await;
    let ended = server.program(&format!("status {U} {V} --json")).run().await.expect(8);
    assert_eq!(ended.events(), ["progress", "settled", "result", "result", "settled"]);
    let settled = ended.all("settled");
    assert_eq!((settled[0].task(), settled[0].str("status")), (U, "running"));
    assert_eq!((settled[1].task(), settled[1].str("status")), (V, "succeeded"));
    assert!(settled[0].has("resume") && !settled[1].has("resume"));
    assert!(settled.iter().all(|line| line.number("polls") == 1));
    let ledger = server.ledger();
    assert_eq!((ledger.status_checks(), ledger.requests_of(RequestKind::Submit)), (2, 2));
}

#[tokio::test]
async fn people_are_told_in_a_line_for_each_task() {
    let server = Server::quick().await;
    server.hold(V, "emulator:fast@1", 2).await;
    let ended = server.program(&format!("status {V} {U}")).run().await.expect(9);
    let lines: Vec<&str> = ended.text().lines().collect();
    assert_eq!(lines[0], format!("{V} succeeded, 2 results"));
    assert!(lines.iter().any(|line| line.starts_with(&format!("{U} is not known"))), "{ended:?}");
    assert!(ended.printed_command().starts_with(&format!("runware wait {U} ")));
}

#[tokio::test]
async fn results_that_are_there_are_shown_while_others_are_made() {
    let script = Script::new().duration(Duration::ZERO).stick(1).fail(2, "providerError");
    let server = Server::with(quick().script("acme:mixed@1", script)).await;
    server.hold(U, "acme:mixed@1", 3).await;
    let ended = server.program(&format!("status {U} --json")).run().await.expect(8);
    assert_eq!(ended.events(), ["result", "failure", "settled"]);
    let settled = ended.only("settled");
    assert_eq!(settled.str("status"), "running");
    assert_eq!((settled.number("results"), settled.number("failures")), (1, 1));
}
