//! What people see: errors with their causes, `Debug` output, and the handle as it is kept.
//!
//! A change of these texts is a change of what users read, so it has to be made twice.

use std::error::Error;
use std::fmt;

use insta::assert_snapshot;
use runware::transport::ApiKey;
use runware::types::{RawTask, TaskUuid};
use runware::{Client, ErrorKind, TaskHandle};
use runware_emulator::{Action, Answer, Options};

use crate::harness::{World, id, image, millis, on_check, on_submit, secs, video};

/// An error and its causes, one to a line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let levels = std::iter::successors(Some(error), |&level| level.source());
    let lines: Vec<String> = levels.map(ToString::to_string).collect();
    lines.join("\n  because ")
}

fn debug(value: &impl fmt::Debug) -> String {
    format!("{value:?}")
}

/// How running the video `shown` under a fault ends, if it does not end well.
async fn failure(options: Options) -> runware::Error {
    let world = World::with_deadline(options, secs(30));
    world.client.run(video("shown")).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn configuration_errors() {
    let build = |client: runware::ClientBuilder| client.build().unwrap_err();
    let error = build(Client::builder());
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_snapshot!(chain(&error), @"an API key is missing: use `ClientBuilder::api_key`, or set `RUNWARE_API_KEY` and use `ClientBuilder::api_key_from_env`");
    assert_snapshot!(chain(&build(Client::builder().api_key(" "))), @r#"
    the API key cannot be used
      because the API key is empty
    "#);
    assert_snapshot!(chain(&build(Client::builder().api_key("a\nb"))), @r#"
    the API key cannot be used
      because character 2 of the API key is not a visible ASCII character; a key has no others
    "#);
    let remote = Client::builder().api_key("key").base_url("http://example.com/v1");
    assert_snapshot!(chain(&build(remote)), @r#"
    the transport cannot be built
      because `base_url` is plain http to another machine, which would show the API key to the network; it must be https, or http to a loopback address, or `insecure_http` must be set
    "#);
}

#[test]
fn a_client_needs_a_runtime() {
    assert_snapshot!(chain(&Client::builder().api_key("key").build().unwrap_err()), @"a client needs a Tokio runtime: call `build` inside one");
}

#[tokio::test(start_paused = true)]
async fn errors_of_tasks() {
    let world = World::new(Options::new());
    let invalid = world.client.submit(image("shown").number_results(0)).unwrap_err();
    assert_eq!(invalid.kind(), ErrorKind::InvalidTask);
    assert_snapshot!(chain(&invalid), @r#"
    the task is not valid; nothing was sent
      because `numberResults` is 0 (a number); it must be a whole number of at least 1
    "#);

    let _task = world.client.submit(video("shown")).unwrap();
    let reused = world.client.submit(image("shown")).unwrap_err();
    assert_eq!(reused.kind(), ErrorKind::UuidReused);
    assert_snapshot!(chain(&reused), @"task 4b3021d4-6b1b-4fbe-9309-53f8336f1101 already exists in this client with another request; use a new taskUUID for a new request");
    let reused = world.other_client().run(image("shown")).await;
    assert_snapshot!(chain(&reused.unwrap_err()), @"task 4b3021d4-6b1b-4fbe-9309-53f8336f1101 already exists at the server with another request; use a new taskUUID for a new request");

    world.client.close().await;
    let closed = world.client.submit(video("late")).unwrap_err();
    assert_eq!(closed.kind(), ErrorKind::Closed);
    assert_snapshot!(chain(&closed), @"the client was closed before task f1f8cbd2-5d36-4b52-a8c3-d08e55bcd935 was sent; it can be submitted with another client");
}

#[tokio::test(start_paused = true)]
async fn errors_of_submissions() {
    let refused = |answer| Options::new().fault(on_submit(Action::Answer(answer)));
    let rejected = failure(refused(Answer::error(400, "invalidModel"))).await;
    assert_eq!(rejected.kind(), ErrorKind::Rejected);
    assert_snapshot!(chain(&rejected), @"task 4b3021d4-6b1b-4fbe-9309-53f8336f1101 was rejected, and nothing was bought: A fault was asked for. (invalidModel)");
    assert_snapshot!(chain(&failure(refused(Answer::empty(403))).await), @"task 4b3021d4-6b1b-4fbe-9309-53f8336f1101 was rejected with HTTP status 403 and no reason, and nothing was bought");

    let busy = failure(refused(Answer::error(503, "noAvailableServer"))).await;
    assert_eq!(busy.kind(), ErrorKind::NotAccepted);
    assert_snapshot!(chain(&busy), @"task 4b3021d4-6b1b-4fbe-9309-53f8336f1101 was not accepted, and nothing was bought; the same task can be submitted again: A fault was asked for. (noAvailableServer)");
    assert_snapshot!(chain(&failure(refused(Answer::html(429))).await), @r#"
    task 4b3021d4-6b1b-4fbe-9309-53f8336f1101 was not accepted, and nothing was bought; the same task can be submitted again
      because not an envelope
    "#);

    let world = World::new(Options::new());
    world.wire.refuse_connections(10);
    assert_snapshot!(chain(&world.client.run(video("shown")).await.unwrap_err()), @r#"
    task 4b3021d4-6b1b-4fbe-9309-53f8336f1101 was not accepted, and nothing was bought; the same task can be submitted again
      because connection refused
    "#);

    let silent = World::with_deadline(Options::new().fault(on_submit(Action::Hang)), secs(3));
    let unconfirmed = silent.client.submit(video("shown")).unwrap().accepted().await.unwrap_err();
    assert_eq!(unconfirmed.kind(), ErrorKind::Unconfirmed);
    assert_snapshot!(chain(&unconfirmed), @"task 4b3021d4-6b1b-4fbe-9309-53f8336f1101 was sent, but its acceptance was not confirmed before the deadline; resume it");
}

#[tokio::test(start_paused = true)]
async fn errors_of_questions() {
    let refused = |answer| Options::new().fault(on_check(Action::Answer(answer)));
    let error = failure(refused(Answer::error(401, "invalidApiKey"))).await;
    assert_eq!(error.kind(), ErrorKind::QueryFailed);
    assert_snapshot!(chain(&error), @"no answer could be had about task 4b3021d4-6b1b-4fbe-9309-53f8336f1101; this changes nothing about the task: A fault was asked for. (invalidApiKey)");
    let world = World::new(refused(Answer::html(502)));
    assert_snapshot!(chain(&world.client.status(id("shown")).await.unwrap_err()), @r#"
    no answer could be had about task 4b3021d4-6b1b-4fbe-9309-53f8336f1101; this changes nothing about the task
      because not an envelope
    "#);
}

#[tokio::test(start_paused = true)]
async fn debug_output_is_short_and_holds_no_payload() {
    let world = World::new(Options::new().duration(millis(500)).fault(on_submit(Action::Delay(secs(1)))));
    let task = world.client.submit(video("shown")).unwrap();
    assert_snapshot!(debug(&task), @"Task { handle: TaskHandle { task_uuid: TaskUuid(4b3021d4-6b1b-4fbe-9309-53f8336f1101), task_type: Some(VideoInference), expected: Some(1), request_hash: Some(RequestHash(2ba7a11bb4a2521aef0dd58a3b10acf518145a4723b18979792feec93fb12836)) }, open: true, .. }");
    assert_snapshot!(debug(&task.events()), @"Events { handle: TaskHandle { task_uuid: TaskUuid(4b3021d4-6b1b-4fbe-9309-53f8336f1101), task_type: Some(VideoInference), expected: Some(1), request_hash: Some(RequestHash(2ba7a11bb4a2521aef0dd58a3b10acf518145a4723b18979792feec93fb12836)) }, .. }");
    assert_snapshot!(debug(task.handle()), @"TaskHandle { task_uuid: TaskUuid(4b3021d4-6b1b-4fbe-9309-53f8336f1101), task_type: Some(VideoInference), expected: Some(1), request_hash: Some(RequestHash(2ba7a11bb4a2521aef0dd58a3b10acf518145a4723b18979792feec93fb12836)) }");
    let outcome = task.outcome().await.unwrap();
    assert_snapshot!(debug(&outcome), @r#"Outcome { handle: TaskHandle { task_uuid: TaskUuid(4b3021d4-6b1b-4fbe-9309-53f8336f1101), task_type: Some(VideoInference), expected: Some(1), request_hash: Some(RequestHash(2ba7a11bb4a2521aef0dd58a3b10acf518145a4723b18979792feec93fb12836)) }, ending: Settled, results: [TaskResult { index: 0, item: Item({"taskType":"videoInference","taskUUID":"4b3021d4-6b1b-4fbe-9309-53f8336f1101","status":"success","videoUUID":"790beb21-582f-4dfc-b6bb-fbf7990c4779","videoURL":"http://127.0.0.1/files/video/790beb21-5…) }], failures: [], polls: 1, elapsed: 1.99s }"#);
    assert_snapshot!(debug(&world.client), @"Client { plan: Plan { cadence: Learned { worth: 400ms, floor: 1s, cap: 15s }, recovery: Backoff { curve: Exponential { first: 500ms, factor: 2.0, cap: 10s }, jitter: Equal }, deadline: 1200s, grace: 60s, query_timeout: 10s }, stats: Stats { requests: 2, submission_requests: 1, check_requests: 1, archive_requests: 0, price_requests: 0, submissions: 1, status_checks: 1, archive_questions: 0, largest_batch: 1, retries: 0, faults: 0, throttled: 0, requests_in_flight: 0, request_limit: 16, submission_tokens: 500, check_tokens: 500, tasks_open: 0, tasks_settled: 1, tasks_given_up: 0, learned_kinds: 3, notice_lag_bound: LagBound { tasks: 1, sum: 1.99s, max: 1.99s } }, .. }");
    assert_snapshot!(debug(&world.client.prepare(video("shown")).unwrap()), @r#"Prepared { task_type: VideoInference, uuid: TaskUuid(4b3021d4-6b1b-4fbe-9309-53f8336f1101), model: Some("klingai:5@3"), expected: 1, delivery: Some(Async), bytes: 151, .. }"#);
    assert_snapshot!(debug(&ApiKey::new("secret").unwrap()), @"ApiKey(…)");
}

#[tokio::test(start_paused = true)]
async fn a_handle_as_it_is_kept() {
    let world = World::new(Options::new());
    let task = world.client.submit(image("shown").number_results(3)).unwrap();
    let kept = serde_json::to_string_pretty(task.handle()).unwrap();
    assert_snapshot!(kept, @r#"
    {
      "taskUUID": "4b3021d4-6b1b-4fbe-9309-53f8336f1101",
      "taskType": "imageInference",
      "expected": 3,
      "requestHash": "e05bbcff8b66e3618d7e00140235c5a8723ce44a0112452256b307fbc8f642f1"
    }
    "#);
    assert_eq!(&serde_json::from_str::<TaskHandle>(&kept).unwrap(), task.handle());
    assert_snapshot!(serde_json::to_string(&TaskHandle::new(id("shown"))).unwrap(), @r#"{"taskUUID":"4b3021d4-6b1b-4fbe-9309-53f8336f1101"}"#);
}

#[test]
fn mistakes_in_tasks() {
    let problem = |task: RawTask| task.prepare(id("shown")).unwrap_err().to_string();
    let set = |key: &str, value: serde_json::Value| problem(RawTask::from(image("shown")).set(key, value));
    let messages = [
        set("numberResults", "4".into()),
        set("numberResults", 0.into()),
        set("numberResults", 1.5.into()),
        set("numberResults", serde_json::Value::Null),
        problem(image("shown").cfg_scale(f64::NAN).into()),
        problem(image("shown").lora("acme:1@1", f64::INFINITY).into()),
        problem(RawTask::from(image("shown")).set("settings", [[1.0, f64::NEG_INFINITY]])),
        set("taskUUID", "".into()),
        set("taskUUID", "not-an-id".into()),
        set("taskUUID", "a770f077f41347de9dacbe0b26a35da6".into()),
        set("taskUUID", "a770f077-f413-47de-9dac-be0b26a35dag".into()),
        set("taskUUID", "a770f077-f413-17de-9dac-be0b26a35da6".into()),
        set("taskUUID", "00000000-0000-0000-0000-000000000000".into()),
        set("taskUUID", 17.into()),
        set("taskType", "videoInference".into()),
    ];
    assert_snapshot!(messages.join("\n"), @r#"
    `numberResults` is "4" (a string); it must be a whole number of at least 1
    `numberResults` is 0 (a number); it must be a whole number of at least 1
    `numberResults` is 1.5 (a number); it must be a whole number of at least 1
    `numberResults` is null; it must be a whole number of at least 1
    `CFGScale` is NaN; JSON has no such number
    `lora[0].weight` is infinite; JSON has no such number
    `settings[0][1]` is minus infinity; JSON has no such number
    `taskUUID` is "" (a string): a task UUID has 36 characters, hexadecimal digits in groups of 8-4-4-4-12; this has 0
    `taskUUID` is "not-an-id" (a string): a task UUID has 36 characters, hexadecimal digits in groups of 8-4-4-4-12; this has 9
    `taskUUID` is "a770f077f41347de9dacbe0b26a35da6" (a string): a task UUID has 36 characters, hexadecimal digits in groups of 8-4-4-4-12; this has 32
    `taskUUID` is "a770f077-f413-47de-9dac-be0b26a35dag" (a string): character 36 of a task UUID is a hexadecimal digit; this has 'g'
    `taskUUID` is "a770f077-f413-17de-9dac-be0b26a35da6" (a string): a new task needs a UUID of version 4; this is of version 1
    `taskUUID` is "00000000-0000-0000-0000-000000000000" (a string): the nil UUID names no task
    `taskUUID` is 17 (a number); it must be a string that holds a UUID
    `taskType` is fixed when a task is made; it cannot be set afterwards
    "#);

    let read = |text: &str| RawTask::from_json(text.as_bytes()).unwrap_err().to_string();
    let messages = [
        read(""),
        read("[]"),
        read("{}"),
        read(r#"{"taskType":7}"#),
        read(r#"{"taskType":"ping","width":1,"width":2}"#),
        read(r#"{"taskType":"ping""#),
        TaskUuid::parse_known("tomorrow").unwrap_err().to_string(),
    ];
    assert_snapshot!(messages.join("\n"), @r#"
    the task cannot be read: empty text where JSON was expected
    the task is an array; it must be a JSON object
    `taskType` is missing; it must be a string such as "imageInference"
    `taskType` is 7 (a number); it must be a string such as "imageInference"
    `width` is written twice; a field must have one value
    the task cannot be read: malformed JSON at byte 18: EOF while parsing an object
    a task UUID has 36 characters, hexadecimal digits in groups of 8-4-4-4-12; this has 8
    "#);
}
