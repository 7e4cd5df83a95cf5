//! The scenarios in which a good client differs from those that there are, over each transport where both know them.
//!
//! Those of sockets alone are in the suite of the WebSocket, those of streamed text in that of streams.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use runware::types::{RawTask, TaskType};
use runware::{Client, Status};
use runware_emulator::{Action, Answer, RequestKind, Script};

use super::raw::{Raw, reply};
use super::{TIMES, brisk, quick, start, timed};
use crate::harness::{
    codes, id, image, millis, on_check, on_submit, over_each_connection, secs, text, video,
};
use crate::haste::Haste;

over_each_connection! {
    b01_one_failure_among_four_results_hides_none_of_the_other_three,
    b02_an_empty_list_of_errors_is_no_error,
    b03_a_task_that_shows_late_is_waited_for,
    b04_a_task_whose_reply_is_lost_is_found_and_bought_once,
    b04_a_conflict_with_an_earlier_attempt_means_accepted,
    b05_a_server_without_capacity_is_offered_the_same_task_again,
    b07_a_task_survives_an_outage_of_the_checks,
    b12_three_texts_are_three_results_even_if_they_are_equal,
    b13_a_finished_item_needs_no_status,
    b19_five_hundred_tasks_need_few_requests,
}

async fn b01_one_failure_among_four_results_hides_none_of_the_other_three() {
    let (_emulator, client) =
        start(quick().script_task(id("b1"), Script::new().fail(2, "inferenceError"))).await;
    let outcome = client.run(image("b1").number_results(4)).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Partial, 3));
    assert_eq!(codes(&outcome), ["inferenceError"]);
}

async fn b02_an_empty_list_of_errors_is_no_error() {
    let (_emulator, client) = start(quick().fault(runware_emulator::Rule::new(Action::EmptyErrors))).await;
    let outcome = client.run(image("b2")).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
}

async fn b03_a_task_that_shows_late_is_waited_for() {
    let (emulator, client) = start(quick().script_task(id("b3"), Script::new().blind_checks(3))).await;
    let outcome = client.run(video("b3")).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    assert_eq!(emulator.ledger().requests_of(RequestKind::Submit), 1, "nothing is sent again");
}

async fn b04_a_task_whose_reply_is_lost_is_found_and_bought_once() {
    let (emulator, client) = start(quick().fault(on_submit(Action::LoseReply).nth(1))).await;
    let outcome = client.run(video("b4")).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let account = emulator.ledger().task(&id("b4")).unwrap().clone();
    assert_eq!((account.submitted, account.accepted, account.billed), (1, 1, 1));
}

async fn b04_a_conflict_with_an_earlier_attempt_means_accepted() {
    let busy = Answer::error_for_each(503, "noAvailableServer");
    let (emulator, client) = start(quick().fault(on_submit(Action::HandleThenAnswer(busy)).nth(1))).await;
    let task = client.submit(video("b4")).unwrap();
    assert!(task.accepted().await.unwrap(), "the server knew the id");
    assert_eq!(task.await.unwrap().status(), Status::Succeeded);
    let account = emulator.ledger().task(&id("b4")).unwrap().clone();
    assert_eq!((account.submitted, account.accepted, account.billed), (2, 1, 1));
}

async fn b05_a_server_without_capacity_is_offered_the_same_task_again() {
    let busy = Answer::error_for_each(503, "noAvailableServer");
    let (emulator, client) = start(quick().fault(on_submit(Action::Answer(busy)).nth(1))).await;
    let prepared = client.prepare(video("b5")).unwrap();
    let (outcome, took) = timed(client.submit_prepared(prepared.clone()).unwrap().outcome()).await;
    assert_eq!(outcome.unwrap().status(), Status::Succeeded);
    assert!(took >= secs(1), "sent again after {took:?}");
    let account = emulator.ledger().task(&id("b5")).unwrap().clone();
    assert_eq!((account.submitted, account.accepted), (1, 1), "the first was turned away");
    assert_eq!(account.submissions[0].hash, prepared.hash());
}

/// Over HTTP alone: a frame has no `Retry-After`.
#[tokio::test]
async fn b06_a_throttled_check_is_made_again_when_it_may_be() {
    let times: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let noted = Arc::clone(&times);
    let throttled = Action::Answer(Answer::error(429, "rateLimitExceeded").retry_after("2"));
    let rule = on_check(throttled).nth(1).when(move |request| {
        noted.lock().unwrap().push(request.now);
        true
    });
    let (_emulator, client) = start(quick().fault(rule)).await;
    let outcome = client.run(video("b6")).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let times = times.lock().unwrap();
    assert_eq!(times.len(), 2, "asked twice in all");
    assert!(times[1] - times[0] >= secs(2), "asked again after {:?}", times[1] - times[0]);
}

#[tokio::test]
async fn b06_a_date_is_measured_by_the_clock_of_the_server() {
    let task = RawTask::from(video("b6"));
    let head = |status: &str| format!("HTTP/1.1 {status}\r\nDate: Wed, 21 Oct 2015 07:28:00 GMT\r\n");
    let uuid = id("b6");
    let item =
        format!(r#"{{"taskType":"videoInference","taskUUID":"{uuid}","videoURL":"https://example.com/v"}}"#);
    let server = Raw::start(vec![
        reply(
            &head("200 OK"),
            &format!(r#"{{"data":[{{"taskType":"videoInference","taskUUID":"{uuid}"}}]}}"#),
        ),
        reply(&(head("429 X") + "Retry-After: Wed, 21 Oct 2015 07:28:01 GMT\r\n"), ""),
        reply(&head("200 OK"), &format!(r#"{{"data":[{item}]}}"#)),
    ])
    .await;
    let builder = Client::builder().api_key("test-key").base_url(server.url());
    let client = builder.clock(Arc::new(Haste::new(TIMES))).plan(brisk()).build().unwrap();
    let outcome = client.run(task).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let requests = server.requests();
    let gap = requests[2].at - requests[1].at;
    assert!(gap >= secs(1), "asked again after {gap:?}");
}

async fn b07_a_task_survives_an_outage_of_the_checks() {
    let outage = Action::Answer(Answer::html(503));
    let options = quick().fault(on_check(outage).when(|request| request.now < secs(6)));
    let (emulator, client) = start(options).await;
    let outcome = client.run(video("b7")).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let ledger = emulator.ledger();
    assert!(ledger.requests_of(RequestKind::Status) >= 4, "{ledger:?}");
    assert_eq!(ledger.billed(), 1);
}

async fn b12_three_texts_are_three_results_even_if_they_are_equal() {
    for equal in [false, true] {
        let (_emulator, client) = start(quick().choose(|choices| choices.equal_texts = equal)).await;
        let outcome = client.run(text("b12").number_results(3)).await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 3), "equal: {equal}");
    }
}

async fn b13_a_finished_item_needs_no_status() {
    let (_emulator, client) = start(quick().choose(|choices| choices.success_status = false)).await;
    let outcome = client.run(video("b13")).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    assert_eq!(outcome.results()[0].item().status(), None);
}

async fn b19_five_hundred_tasks_need_few_requests() {
    let (emulator, client) = start(quick().durations(millis(500)..=secs(2))).await;
    let tasks: Vec<_> =
        (0..500).map(|number| client.submit(video(&format!("b19 {number}"))).unwrap()).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().status(), Status::Succeeded);
    }
    let ledger = emulator.ledger();
    assert_eq!((ledger.accepted(), ledger.billed()), (500, 500));
    assert!(ledger.tasks_of(&TaskType::GetResponse) >= 500);
    assert!(ledger.requests() < 250, "{} requests", ledger.requests());
}
