//! What the server says to a submission, and what never gets that far.

use std::future::IntoFuture;

use futures_util::future::join_all;
use runware::types::{ErrorCategory, ImageInference, Prepared, RawTask, TaskType, VideoInference};
use runware::{Ending, Error, ErrorKind, Status, Task};
use runware_emulator::{Action, Answer, MixedStatus, Options, RequestKind};

use crate::harness::{Way, World, exact_plan, id, image, on_submit, over_each_transport, secs, video};

over_each_transport! {
    an_invalid_task_is_rejected_once,
    a_wrong_key_is_rejected_once,
    a_lack_of_credit_is_rejected_once,
    each_task_of_a_request_has_its_own_verdict,
    a_request_that_is_refused_as_a_whole_is_divided,
    a_silent_server_holds_nobody_beyond_his_own_deadline,
    what_cannot_be_sent_is_refused_before_anything_is_sent,
    a_prepared_task_is_sent_byte_for_byte,
    two_submissions_of_one_task_share_one_watch,
    other_bytes_under_the_id_of_a_watched_task_are_refused,
    a_finished_task_that_is_submitted_again_is_not_bought_again,
    a_utility_is_answered_in_its_submission,
}

fn exact_world(options: Options) -> World {
    World::with(options.duration(secs(10)), |builder| builder.plan(exact_plan()))
}

/// The error that a task is refused with, after one request.
async fn refused(world: &World, task: impl Into<RawTask>) -> Error {
    let error = world.client.run(task).await.unwrap_err();
    world.pass(secs(100)).await;
    assert_eq!((world.wire.sent().len(), world.ledger().billed()), (1, 0));
    assert_eq!(error.handle().map(|handle| handle.task_uuid()), Some(id("a")));
    error
}

/// What an error is told with that has this status over HTTP: a frame has none, and counts as 200.
fn status_of(http: u16) -> u16 {
    Way::pick(http, 200)
}

async fn an_invalid_task_is_rejected_once() {
    let world = exact_world(Options::new());
    let error = refused(&world, ImageInference::new("emulator:refuse@1", "a cat").task_uuid(id("a"))).await;
    assert_eq!((error.kind(), error.category()), (ErrorKind::Rejected, ErrorCategory::Validation));
    assert_eq!(
        (error.api_error().unwrap().code(), error.http_status()),
        ("invalidModel", Some(status_of(400)))
    );
    assert!(error.is_safe_to_resubmit());
    insta::allow_duplicates! {
        insta::assert_snapshot!(error, @"task 344ce25f-592f-49a4-852d-66048f324be8 was rejected, and nothing was bought: The task was refused, as its script says. (invalidModel)");
    }
}

async fn a_wrong_key_is_rejected_once() {
    let world = exact_world(Options::new().api_keys(["another-key"]));
    let error = refused(&world, video("a")).await;
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Rejected, Some(401)));
    assert!(error.is_auth() && error.is_safe_to_resubmit());
}

async fn a_lack_of_credit_is_rejected_once() {
    let world = exact_world(Options::new());
    let error = refused(&world, ImageInference::new("emulator:poor@1", "a cat").task_uuid(id("a"))).await;
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Rejected, Some(status_of(402))));
    assert!(error.is_quota() && error.is_safe_to_resubmit());
}

// Over HTTP only: a socket knows no statuses.
#[tokio::test(start_paused = true)]
async fn a_refusal_without_a_reason_is_told_by_its_status() {
    for (status, category) in [
        (302, ErrorCategory::Unknown),
        (400, ErrorCategory::Validation),
        (403, ErrorCategory::Auth),
        (404, ErrorCategory::NotFound),
    ] {
        let world = exact_world(Options::new());
        world.inject(on_submit(Action::Answer(Answer::html(status))));
        let error = refused(&world, video("a")).await;
        assert_eq!((error.kind(), error.http_status()), (ErrorKind::Rejected, Some(status)));
        assert_eq!(error.category(), category);
    }
}

async fn each_task_of_a_request_has_its_own_verdict() {
    for mixed_status in [MixedStatus::AnyAccepted, MixedStatus::FirstError] {
        let world = exact_world(Options::new().choose(|choices| choices.mixed_status = mixed_status));
        let invalid = ImageInference::new("emulator:refuse@1", "a cat").task_uuid(id("b"));
        let tasks = [submit(&world, image("a")), submit(&world, invalid), submit(&world, image("c"))];
        let outcomes = join_all(tasks.iter().map(|task| task.outcome())).await;
        let statuses = outcomes.iter().map(|outcome| outcome.as_ref().map(|outcome| outcome.status()));
        let statuses: Vec<_> = statuses.map(|status| status.map_err(Error::kind)).collect();
        assert_eq!(
            statuses,
            [Ok(Status::Succeeded), Err(ErrorKind::Rejected), Ok(Status::Succeeded)],
            "{mixed_status:?}"
        );
        let ledger = world.ledger();
        assert_eq!((ledger.requests_of(RequestKind::Submit), ledger.billed()), (1, 2));
    }
}

async fn a_request_that_is_refused_as_a_whole_is_divided() {
    for limit in [1, 2, 3, 7] {
        let world = exact_world(Options::new().choose(|choices| choices.tasks_per_request = Some(limit)));
        let tasks: Vec<_> = (0..10).map(|n| submit(&world, image(&n.to_string()))).collect();
        for outcome in join_all(tasks.iter().map(|task| task.outcome())).await {
            assert_eq!(outcome.unwrap().status(), Status::Succeeded, "{limit} to a request");
        }
        let ledger = world.ledger();
        assert_eq!((ledger.accepted(), ledger.billed()), (10, 10));
        assert!(ledger.tasks().all(|(_, account)| account.submitted == 1));
    }
}

// Over HTTP only: a socket does not know how long a server wants to be left alone.
#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_time_gets_it_from_all_submissions() {
    let world = exact_world(Options::new());
    let busy = Answer::error(429, "rateLimitExceeded").retry_after("9");
    world.inject(on_submit(Action::Answer(busy)).nth(1));
    let first = submit(&world, video("a"));
    world.pass(secs(2)).await;
    let second = submit(&world, video("b"));
    let hasty = world.client.with_plan(exact_plan().with_deadline(secs(3))).submit(video("c")).unwrap();
    let error = hasty.await.unwrap_err();
    assert_eq!(
        (error.kind(), world.wire.now()),
        (ErrorKind::NotAccepted, secs(5)),
        "its own deadline counts"
    );
    for task in [first, second] {
        assert_eq!(task.await.unwrap().status(), Status::Succeeded);
    }
    assert_eq!(world.wire.times_of(&TaskType::VideoInference), [0, 9000]);
    assert_eq!(world.ledger().accepted(), 2);
}

async fn a_silent_server_holds_nobody_beyond_his_own_deadline() {
    let world = exact_world(Options::new());
    world.inject(on_submit(Action::HandleThenHang).nth(1));
    let hasty = world.client.with_plan(exact_plan().with_deadline(secs(3))).submit(video("a")).unwrap();
    let patient = submit(&world, video("b"));
    let outcome = hasty.await.unwrap();
    assert!(matches!(outcome.ending(), Ending::StillRunning { accepted: false, .. }), "{outcome:?}");
    assert_eq!(world.wire.now(), secs(3));
    assert_eq!(patient.await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.wire.times_of(&TaskType::VideoInference), [0], "they shared the request");
}

async fn what_cannot_be_sent_is_refused_before_anything_is_sent() {
    let world = exact_world(Options::new());
    let messages = [
        ImageInference::new("runware:101@1", "a cat").cfg_scale(f64::NAN).into(),
        ImageInference::new("runware:101@1", "a cat").number_results(0).into(),
        RawTask::new("videoInference").set("numberResults", "4"),
        RawTask::new("videoInference").set("taskUUID", "01890a5d-ac96-774b-bcce-b302099a8057"),
        RawTask::new("ping"),
    ]
    .map(|task: RawTask| {
        let error = world.client.submit(task).unwrap_err();
        assert_eq!((error.kind(), error.handle()), (ErrorKind::InvalidTask, None));
        assert_eq!(error.to_string(), "the task is not valid; nothing was sent");
        std::error::Error::source(&error).unwrap().to_string()
    });
    insta::allow_duplicates! {
    insta::assert_snapshot!(messages.join("\n"), @r#"
    `CFGScale` is NaN; JSON has no such number
    `numberResults` is 0 (a number); it must be a whole number of at least 1
    `numberResults` is "4" (a string); it must be a whole number of at least 1
    `taskUUID` is "01890a5d-ac96-774b-bcce-b302099a8057" (a string): a new task needs a UUID of version 4; this is of version 7
    `taskType` is "ping", which carries no taskUUID and cannot be tracked
    "#);
    }

    let error = world.client.submit(RawTask::new("getResponse")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidTask);
    let stream =
        world.client.submit(video("s").delivery_method(runware::types::DeliveryMethod::Stream)).unwrap_err();
    assert_eq!(
        stream.to_string(),
        r#"`deliveryMethod` is "stream"; it must be "async" or "sync" here, or use `Client::stream_text`"#
    );
    world.pass(secs(10)).await;
    assert_eq!(world.wire.sent(), []);
}

async fn a_prepared_task_is_sent_byte_for_byte() {
    let world = exact_world(Options::new());
    let text =
        r#"{"taskType":"videoInference", "model":"klingai:5@3","positivePrompt" : "wavés","cfgScale":1.50}"#;
    let prepared = RawTask::from_json(text.as_bytes()).unwrap().prepare(id("a")).unwrap();
    let outcome = world.client.submit_prepared(prepared.clone()).unwrap().await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    assert_eq!(outcome.handle().request_hash(), Some(prepared.hash()));
    let account = world.account(id("a"));
    assert_eq!(account.submissions[0].hash, prepared.hash());
    let details = world.client.task_details(id("a")).await.unwrap().unwrap();
    assert_eq!(details.request().as_str(), format!("[{}]", std::str::from_utf8(prepared.bytes()).unwrap()));
}

async fn two_submissions_of_one_task_share_one_watch() {
    let world = exact_world(Options::new());
    let prepared = world.client.prepare(video("a")).unwrap();
    let first = world.client.submit_prepared(prepared.clone()).unwrap();
    let second = world.client.submit_prepared(prepared.clone()).unwrap();
    world.pass(secs(2)).await;
    let third = world.client.clone().submit(video("a")).unwrap();
    let waiters = [first, second, third].map(|task| tokio::spawn(task.into_future()));
    for waiter in waiters {
        assert_eq!(waiter.await.unwrap().unwrap().results().len(), 1);
    }
    assert_eq!(world.wire.times_of(&TaskType::VideoInference), [0]);
    assert_eq!(world.account(id("a")).checks, 5);
}

async fn other_bytes_under_the_id_of_a_watched_task_are_refused() {
    let world = exact_world(Options::new());
    let first = world.client.submit(video("a")).unwrap();
    let other: Prepared =
        world.client.prepare(VideoInference::new("klingai:5@3", "mountains").task_uuid(id("a"))).unwrap();
    let error = world.client.submit_prepared(other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UuidReused);
    insta::allow_duplicates! {
        insta::assert_snapshot!(error, @"task 344ce25f-592f-49a4-852d-66048f324be8 already exists in this client with another request; use a new taskUUID for a new request");
    }
    assert_eq!(first.await.unwrap().status(), Status::Succeeded);
    let account = world.account(id("a"));
    assert_eq!((account.submitted, account.billed), (1, 1));
}

async fn a_finished_task_that_is_submitted_again_is_not_bought_again() {
    let world = exact_world(Options::new());
    let first = world.client.run(video("a")).await.unwrap();
    let task = world.client.submit(video("a")).unwrap();
    assert!(task.accepted().await.unwrap(), "the server knew the id");
    let second = task.await.unwrap();
    assert_eq!(first.results()[0].item().raw(), second.results()[0].item().raw());
    let account = world.account(id("a"));
    assert_eq!((account.submitted, account.accepted, account.billed), (2, 1, 1));
}

async fn a_utility_is_answered_in_its_submission() {
    let world = exact_world(Options::new());
    let search = RawTask::new(TaskType::ModelSearch).set("search", "realism").set("limit", 1);
    let outcome = world.client.run(search).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    assert_eq!(world.wire.sent().len(), 1);
}

fn submit(world: &World, task: impl Into<RawTask>) -> Task {
    world.client.submit(task).unwrap()
}
