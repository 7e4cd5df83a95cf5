//! The driver on a script and a clock that is moved by hand, without an emulator.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use runware::transport::testing::{ManualClock, ScriptedTransport, Step};
use runware::types::VideoInference;
use runware::{Client, Event, Status};

/// The mixed reply of the Task Polling page: one result processing, one good, one failed.
const MIXED: &str = include_str!("../../../tests/fixtures/wire/task-polling-mixed-reply.json");
const TASK: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

#[tokio::test]
async fn the_documented_mixed_reply_ends_partial_with_its_success_delivered() {
    let clock = Arc::new(ManualClock::new());
    let transport = Arc::new(ScriptedTransport::new(clock.clone()));
    let acknowledged = format!(r#"{{"data":[{{"taskType":"videoInference","taskUUID":"{TASK}"}}]}}"#);
    let ended = MIXED.replace(r#""status": "processing""#, r#""status": "error", "code": "providerError""#);
    assert_ne!(ended, MIXED);
    for body in [acknowledged, MIXED.to_owned(), ended] {
        transport.push(Step::body(200, body));
    }
    let client = Client::builder().transport(transport.clone()).clock(clock.clone()).seed(1).build().unwrap();
    let task = VideoInference::new("klingai:5@3", "waves").number_results(3).task_uuid(TASK.parse().unwrap());
    let task = client.submit(task).unwrap();

    let mut events = task.events();
    let moving = tokio::spawn(async move {
        loop {
            tokio::task::yield_now().await;
            if let Some(wake) = clock.next_wake() {
                clock.advance_to(wake);
            }
        }
    });
    let mut story = Vec::new();
    while let Some(event) = events.next().await {
        story.push(match event.unwrap() {
            Event::Accepted { replayed: false, .. } => "accepted".to_owned(),
            Event::Result(result) => format!("{:?}", result.media().unwrap()),
            Event::Failure(failure) => failure.error().code().to_owned(),
            Event::Settled(outcome) => {
                assert_eq!(outcome.status(), Status::Partial);
                assert_eq!((outcome.results().len(), outcome.failures().len(), outcome.polls()), (1, 2, 2));
                assert_eq!(outcome.cost().unwrap().to_string(), "0.18");
                outcome.status().as_str().to_owned()
            }
            other => format!("{other:?}"),
        });
    }
    moving.abort();
    let url = "https://im.runware.ai/video/ws/0.5/vi/b7db282d-2943-4f12-992f-77df3ad3ec71.mp4";
    let media = format!("Url({url:?})");
    assert_eq!(story, ["accepted", &media, "timeoutProvider", "providerError", "partial"]);

    let sent: Vec<Duration> = transport.attempts().iter().map(|attempt| attempt.at).collect();
    assert_eq!(sent.len(), 3, "one submission and two checks: {sent:?}");
}
