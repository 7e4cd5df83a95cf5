//! `--budget`: a hard limit over all commands that share the journal.

use std::path::Path;

use runware_emulator::Options;

use crate::ended::Ended;
use crate::kept::{Pen, place};
use crate::program::Program;
use crate::server::{Server, answer, on_submit};

const RUN: &str = "run runware:101@1 positivePrompt=fox includeCost=true deliveryMethod=sync --json";
const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const FOX: &str = r#"{"taskType":"imageInference","model":"runware:101@1","positivePrompt":"fox"}"#;

async fn run(server: &Server, path: &Path, words: &str) -> Ended {
    server.program(RUN).words(words).journal(path).run().await
}

/// Checks a run that the budget has stopped.
#[track_caller]
fn stopped(ended: &Ended, code: &str) {
    assert_eq!(ended.only("error").str("category"), "quota", "{ended:?}");
    if code == "overBudget" {
        assert_eq!(ended.only("failure").field("error")["code"], code);
    }
}

#[tokio::test]
async fn what_does_not_fit_is_not_sent() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let ended = run(&server, &path, "--budget 0.0012 --price 0.0013").await.expect(5);
    stopped(&ended, "overBudget");
    assert_eq!(server.ledger().requests(), 0);
    // Asked of the server, the price is the same.
    stopped(&run(&server, &path, "--budget 0.0012").await.expect(5), "overBudget");
    assert_eq!(server.ledger().accepted(), 0);
    run(&server, &path, "--budget 0.0013").await.expect(0);
    assert_eq!(server.ledger().accepted(), 1);
    stopped(&run(&server, &path, "--budget 0.0025").await.expect(5), "overBudget");
    run(&server, &path, "--budget 0.0026").await.expect(0);
    let submit =
        server.program("submit m positivePrompt=fox --budget 0.0026 --price 1 --json").journal(&path);
    stopped(&submit.run().await.expect(5), "overBudget");
    assert_eq!((server.ledger().accepted(), server.ledger().charged().to_string()), (2, "0.0026".to_owned()));
}

#[tokio::test]
async fn what_was_set_aside_becomes_what_it_cost() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    run(&server, &path, "--budget 1 --price 0.9").await.expect(0);
    run(&server, &path, "--budget 1 --price 0.9").await.expect(0);
    // Without a reported cost it stays set aside.
    let silent =
        server.program("run runware:101@1 positivePrompt=fox includeCost=false --budget 1 --price 0.9");
    silent.journal(&path).run().await.expect(0);
    stopped(&run(&server, &path, "--budget 1 --price 0.2").await.expect(5), "overBudget");
    run(&server, &path, "--budget 1 --budget-name another --price 0.9").await.expect(0);
    let doctor = Program::without_key().words("doctor --json").journal(&path).run().await.expect(0);
    let budgets = doctor.only("doctor").field("journal")["findings"]["budgets"].as_array().unwrap().clone();
    let names: Vec<&str> = budgets.iter().map(|budget| budget["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["another", "default"]);
    assert_eq!(budgets[1]["spent"].to_string(), "0.0026");
    assert_eq!(budgets[1]["reserved"].to_string(), "0.9");
}

#[tokio::test]
async fn a_price_that_nobody_knows_has_to_be_given() {
    let server = Server::with(Options::new()).await;
    let (_folder, path) = place();
    server.inject(on_submit(answer(200, r#"{"data":[]}"#)).first(2));
    let ended = run(&server, &path, "--budget 1").await.expect(5);
    stopped(&ended, "unpriced");
    assert!(ended.only("error").str("message").contains("--price AMOUNT"), "{ended:?}");
    assert!(ended.only("error").has("taskUUID"), "{ended:?}");
    let batch = server.program("batch - --budget 1 --json").journal(&path).stdin(FOX).run().await.expect(5);
    assert!(batch.only("error").str("message").contains("--price"), "{batch:?}");
    assert_eq!(server.ledger().accepted(), 0);
    run(&server, &path, "--budget 1 --price 0.01").await.expect(0);
}

#[tokio::test]
async fn a_batch_stops_where_its_budget_does() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let batch = || server.program("batch - --json --budget 0.0030").journal(&path).stdin([FOX; 4].join("\n"));
    let ended = batch().run().await.expect(6);
    assert_eq!(ended.summary().counts(), [2, 0, 2, 0, 0]);
    let codes: Vec<String> =
        ended.all("failure").iter().map(|line| line.field("error")["code"].to_string()).collect();
    assert_eq!(codes, ["\"overBudget\""; 2]);
    assert_eq!(server.ledger().accepted(), 2);
    // With more to spend, the same batch buys what is missing.
    let more = server.program("batch - --json --budget 1").journal(&path).stdin([FOX; 4].join("\n"));
    assert_eq!(more.run().await.expect(0).summary().counts(), [4, 0, 0, 0, 0]);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (4, 4));
}

#[tokio::test]
async fn a_text_that_is_streamed_counts_too() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let line = "run openai:1@1 messages.0.role=user messages.0.content=hi --stream --json";
    let stream = |words: &str| server.program(line).words(words).journal(&path).run();
    stopped(&stream("--budget 0.0003").await.expect(5), "unpriced");
    assert_eq!(server.ledger().accepted(), 0);
    stream("--budget 0.0005").await.expect(0);
    stopped(&stream("--budget 0.0005").await.expect(5), "unpriced");
    assert_eq!(server.ledger().accepted(), 1);
}

#[tokio::test]
async fn a_budget_needs_a_journal_and_an_amount() {
    let server = Server::quick().await;
    for words in
        ["--budget 1 --no-journal", "--budget none", "--budget -1", "--budget-name spring", "--price free"]
    {
        server.program(RUN).words(words).run().await.expect(2);
    }
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn what_is_open_is_priced_if_nothing_is_set_aside_for_it() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let pen = Pen::new(&path, &format!("127.0.0.1:{}", server.port()));
    pen.begin(U, |_| {}).await;
    drop(pen);
    let line = std::str::from_utf8(Pen::task(U, "runware:101@1").bytes()).unwrap().to_owned();
    let batch = server.program("batch - --json --budget 0.0001").journal(&path).stdin(line);
    stopped(&batch.run().await.expect(5), "overBudget");
    assert_eq!(server.ledger().accepted(), 0);
}
