//! What goes wrong on the way, and what must come of it all the same.

use std::time::Duration;

use futures_util::future::join_all;
use runware_emulator::{Action, Answer, CheckError, FailureForm, Rule};
use serde_json::Value;

use crate::ended::Ended;
use crate::server::{Server, answer, on_check, on_submit, quick};

const U: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

/// The sample of the Task Polling page: one result of each kind, in one reply.
const MIXED: &str = include_str!("../../../../tests/fixtures/wire/task-polling-mixed-reply.json");

const FOX: &str = "run runware:101@1 positivePrompt=fox --json";

/// Runs one task, which must succeed and be bought once.
async fn succeeds_bought_once(server: &Server, line: &str) -> Ended {
    let ended = server.program(line).run().await.expect(0);
    let task = ended.only("submitting").task().parse().unwrap();
    let account = server.ledger().task(&task).unwrap().clone();
    let results = ended.all("result").len() as u64;
    assert_eq!((account.accepted, account.billed), (1, results), "{ended:?}");
    assert!(account.submissions.iter().all(|submission| submission.hash == account.submissions[0].hash));
    let summary = ended.summary();
    assert_eq!(summary.number("requests"), server.ledger().requests(), "{ended:?}");
    ended
}

#[tokio::test]
async fn a_submit_whose_reply_is_lost_delivers_its_result() {
    let actions = [Action::LoseReply, Action::Truncate(10), Action::HandleThenAnswer(Answer::html(504))];
    let runs = actions.map(async |action| {
        let server = Server::quick().await;
        server.inject(on_submit(action).nth(1));
        let ended = succeeds_bought_once(&server, FOX).await;
        let task = ended.only("settled").task().parse().unwrap();
        assert_eq!(server.ledger().task(&task).unwrap().submitted, 1);
        assert_eq!(ended.all("result").len(), 1);
    });
    join_all(runs).await;
}

#[tokio::test]
async fn a_conflict_with_its_own_earlier_attempt_is_an_acceptance() {
    let server = Server::quick().await;
    // The first attempt counts as refused for the moment, and so the second meets the task it has made.
    let refusal = Answer::error(503, "noAvailableServer");
    server.inject(on_submit(Action::HandleThenAnswer(refusal)).nth(1));
    let ended = succeeds_bought_once(&server, FOX).await;
    assert_eq!(ended.only("accepted").field("replayed"), true);
    assert_eq!(ended.all("failure").len(), 0);
}

#[tokio::test]
async fn checks_that_tell_nothing_end_nothing() {
    tokio::join!(
        three_empty_checks(),
        a_storm(),
        an_error_that_is_not_the_tasks_own(),
        an_empty_list_of_errors()
    );
}

async fn three_empty_checks() {
    let server = Server::with(quick().choose(|choices| choices.blind_checks = 3)).await;
    let ended = succeeds_bought_once(&server, FOX).await;
    assert_eq!(ended.summary().number("statusChecks"), 4);
    assert_eq!(ended.events(), ["submitting", "accepted", "result", "settled", "summary"]);
}

async fn a_storm() {
    let server = Server::quick().await;
    let storm = [
        Action::Answer(Answer::html(503)),
        Action::Answer(Answer::error(429, "rateLimitExceeded").retry_after("1")),
        Action::Reset,
        Action::Answer(Answer::body(200, "application/json", "null")),
    ];
    for (number, action) in (1..).zip(storm) {
        server.inject(on_check(action).nth(number));
    }
    let ended = succeeds_bought_once(&server, FOX).await;
    assert_eq!(ended.only("settled").str("status"), "succeeded");
    assert!(ended.all("error").is_empty() && ended.all("failure").is_empty());
}

async fn an_empty_list_of_errors() {
    let server = Server::quick().await;
    server.inject(Rule::new(Action::EmptyErrors));
    let ended = succeeds_bought_once(&server, FOX).await;
    assert_eq!(ended.events(), ["submitting", "accepted", "result", "settled", "summary"]);
}

async fn an_error_that_is_not_the_tasks_own() {
    let server = Server::quick().await;
    server.inject(on_check(Action::CheckError(CheckError::new("serviceUnavailable"))).nth(1));
    succeeds_bought_once(&server, FOX).await;
}

#[tokio::test]
async fn three_equal_texts_are_three_results() {
    let server = Server::with(quick().choose(|choices| choices.equal_texts = true)).await;
    let line = "run openai:1@1 messages.0.role=user messages.0.content=fox numberResults=3 --json";
    let ended = succeeds_bought_once(&server, line).await;
    let texts: Vec<Value> =
        ended.all("result").iter().map(|line| line.field("item")["text"].clone()).collect();
    assert_eq!(texts.len(), 3);
    assert!(texts.iter().all(|text| *text == texts[0]));
    assert_eq!(ended.only("settled").number("results"), 3);
}

#[tokio::test]
async fn the_mixed_reply_of_the_task_polling_page_ends_in_part() {
    let processing = r#"      "status": "processing""#;
    assert!(MIXED.contains(processing));
    let ended_too = r#""status": "success", "videoUUID": "50836053-a0ee-4cf5-b9d6-ae7c5d140ada", "videoURL": "https://h/v.mp4""#;
    let server = Server::quick().await;
    server.hold(U, "emulator:stuck@1", 3).await;
    server.inject(on_check(answer(200, MIXED)).nth(1));
    server.inject(on_check(answer(200, &MIXED.replace(processing, ended_too))));
    let ended = server.program(&format!("wait {U} --json")).run().await.expect(6);
    assert_eq!(ended.events(), ["accepted", "result", "failure", "result", "settled", "summary"]);
    let first = &ended.all("result")[0];
    assert_eq!(first.field("item")["videoUUID"], "b7db282d-2943-4f12-992f-77df3ad3ec71");
    assert!(MIXED.contains(r#""cost": 0.18"#) && first.raw("item").contains(r#""cost": 0.18"#));
    assert_eq!(ended.only("failure").field("error")["code"], "timeoutProvider");
    let settled = ended.only("settled");
    assert_eq!((settled.str("status"), settled.number("polls")), ("partial", 2));
    assert_eq!((settled.number("results"), settled.number("failures")), (2, 1));
    assert_eq!(ended.summary().counts(), [0, 1, 0, 0, 0]);
}

#[tokio::test]
async fn failures_count_in_every_form_they_come_in() {
    for form in [FailureForm::Error, FailureForm::Nested, FailureForm::Flat] {
        let server = Server::with(quick().choose(|choices| choices.failure_form = form)).await;
        let line = "run emulator:partial@1 positivePrompt=fox numberResults=2 deliveryMethod=sync --json";
        let ended = server.program(line).run().await.expect(6);
        assert_eq!(ended.only("failure").field("error")["code"], "timeoutProvider");
        assert_eq!(ended.all("result").len(), 1);
    }
}

#[tokio::test]
async fn a_slow_reply_is_waited_for() {
    let server = Server::quick().await;
    server.inject(on_submit(Action::Delay(Duration::from_millis(500))).nth(1));
    let line = "run runware:101@1 positivePrompt=fox deliveryMethod=sync --json";
    succeeds_bought_once(&server, line).await;
}
