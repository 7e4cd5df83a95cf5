//! Single questions: how a task stands, and what the archive holds of it.

use runware::types::{DeliveryMethod, ImageInference, TaskType};
use runware::{ErrorKind, Status};
use runware_emulator::{Action, Answer, Options, Script};

use crate::harness::{
    Way, World, exact_plan, id, image, millis, on_check, on_details, over_each_transport, secs, video,
};

over_each_transport! {
    the_archive_gives_request_and_response_byte_for_byte,
    a_task_is_found_in_the_request_that_it_shared,
    an_unknown_task_has_no_details,
    failed_and_rejected_tasks_have_details,
    the_status_of_a_task_is_what_one_check_shows,
    the_archive_is_asked_three_times_and_a_status_once,
    a_silent_server_cannot_hold_a_question_beyond_the_deadline,
    a_wrong_key_is_told_at_once,
    a_synchronous_task_that_runs_has_a_status,
}

fn world(options: Options) -> World {
    World::with(options.duration(secs(10)), |builder| builder.plan(exact_plan()))
}

/// When the archive was asked, in milliseconds.
fn lookups(world: &World) -> Vec<u128> {
    world.wire.times_of(&TaskType::GetTaskDetails)
}

async fn the_archive_gives_request_and_response_byte_for_byte() {
    let world = world(Options::new());
    let task = video("a").number_results(2).include_cost(true).param("cameraFixed", 1.50);
    let prepared = world.client.prepare(task).unwrap();
    let outcome = world.client.submit_prepared(prepared.clone()).unwrap().await.unwrap();

    let details = world.client.task_details(id("a")).await.unwrap().unwrap();
    assert_eq!(details.task_uuid(), Some(id("a")));
    let request = std::str::from_utf8(prepared.bytes()).unwrap();
    assert_eq!(details.request().as_str(), format!("[{request}]"));
    let items: Vec<_> = outcome.results().iter().map(|result| result.item().raw().as_str()).collect();
    assert_eq!(details.response().as_str(), format!(r#"{{"data":[{}]}}"#, items.join(",")));

    let again = details.task(id("a")).unwrap().prepare(id("b")).unwrap();
    assert_eq!(again.hash(), prepared.hash(), "the archived request is the same request");
    assert_eq!(lookups(&world).len(), 1);
}

async fn a_task_is_found_in_the_request_that_it_shared() {
    let world = world(Options::new());
    let tasks = ["a", "b"].map(|name| world.client.submit(image(name)).unwrap());
    for task in &tasks {
        let _ = task.outcome().await.unwrap();
    }
    let details = world.client.task_details(id("b")).await.unwrap().unwrap();
    assert_eq!(details.tasks().unwrap().len(), 2);
    assert_eq!(details.task(id("b")).unwrap().task_uuid(), Some(Ok(id("b"))));
    assert_eq!(details.envelope().unwrap().items[0].task_uuid(), Some(id("b")));
}

async fn an_unknown_task_has_no_details() {
    for status in [200, 404] {
        let world = world(Options::new().choose(|choices| choices.details_not_found_status = status));
        assert_eq!(world.client.task_details(id("a")).await.unwrap(), None);
        assert_eq!(lookups(&world), [0], "that is an answer");
    }
}

async fn failed_and_rejected_tasks_have_details() {
    let world = world(Options::new());
    let failed = ImageInference::new("emulator:fail@1", "a cat").task_uuid(id("a")).number_results(2);
    assert_eq!(world.client.run(failed).await.unwrap().status(), Status::Failed);
    let envelope = world.client.task_details(id("a")).await.unwrap().unwrap().envelope().unwrap();
    let codes: Vec<_> = envelope.errors.iter().map(|error| error.code()).collect();
    assert_eq!((codes, envelope.items.len()), (vec!["timeoutProvider"; 2], 0));

    let rejected = ImageInference::new("emulator:refuse@1", "a cat").task_uuid(id("b"));
    assert_eq!(world.client.run(rejected).await.unwrap_err().kind(), ErrorKind::Rejected);
    let envelope = world.client.task_details(id("b")).await.unwrap().unwrap().envelope().unwrap();
    assert_eq!(envelope.errors[0].code(), "invalidModel");
}

async fn the_status_of_a_task_is_what_one_check_shows() {
    let script =
        Script::new().result_at(0, secs(4)).result_at(1, secs(6)).fail(1, "providerError").progress(true);
    let world = world(Options::new().script_task(id("a"), script.result_at(2, secs(8))));
    assert!(world.client.status(id("a")).await.unwrap().is_unknown());
    let client = world.other_client();
    assert!(!client.submit(image("a").number_results(3)).unwrap().accepted().await.unwrap());
    let mut seen = Vec::new();
    for _ in 0..5 {
        let report = world.client.status(id("a")).await.unwrap();
        assert!(!report.is_unknown());
        seen.push((report.processing(), report.results().len(), report.failures().len(), report.progress()));
        world.pass(secs(2)).await;
    }
    let expected =
        [(3, 0, 0, Some(0)), (3, 0, 0, Some(50)), (2, 1, 0, Some(66)), (1, 1, 1, Some(75)), (0, 2, 1, None)];
    assert_eq!(seen, expected);
    assert_eq!(world.client.stats().status_checks, 6);
    assert_eq!(world.client.stats().submissions, 0);
}

async fn the_archive_is_asked_three_times_and_a_status_once() {
    let actions = match Way::chosen() {
        Way::Http => vec![
            Action::Answer(Answer::error(500, "internalServerError")),
            Action::Answer(Answer::error(503, "serviceUnavailable")),
            Action::Answer(Answer::html(200)),
            Action::Answer(Answer::html(429)),
            Action::Reset,
            Action::Truncate(30),
        ],
        Way::WebSocket => vec![
            Action::Answer(Answer::error_for_each(429, "rateLimitExceeded")),
            Action::Reset,
            Action::Close(1011),
            Action::Truncate(30),
        ],
    };
    for action in actions {
        for faults in [2, 3] {
            let world = world(Options::new());
            let _ = world.client.run(video("a")).await.unwrap();
            let now = world.wire.now();
            world.inject(on_details(action.clone()).first(faults));
            world.inject(on_check(action.clone()).first(faults));
            let details = world.client.task_details(id("a")).await;
            assert_eq!(world.wire.now() - now, millis(1500), "{action:?}: after 0.5 s and 1 s");
            let report = world.client.status(id("a")).await;
            // After a third loss, the socket is made again half a second later.
            let is_lost = faults == 3 && !matches!(action, Action::Answer(_));
            let expected = if is_lost { Way::pick(millis(1500), secs(2)) } else { millis(1500) };
            assert_eq!(world.wire.now() - now, expected, "a status check is made once");
            assert_eq!(lookups(&world).len(), 3);
            match faults {
                2 => {
                    assert!(details.unwrap().is_some());
                    assert_eq!(report.unwrap_err().kind(), ErrorKind::QueryFailed);
                }
                _ => {
                    for error in [details.unwrap_err(), report.unwrap_err()] {
                        assert_eq!(
                            (error.kind(), error.task_uuid()),
                            (ErrorKind::QueryFailed, Some(id("a")))
                        );
                        assert!(!error.is_safe_to_resubmit());
                    }
                }
            }
        }
    }
}

// Over HTTP only: a socket does not know how long a server wants to be left alone.

#[tokio::test(start_paused = true)]
async fn a_question_waits_as_long_as_the_server_asks_and_no_longer_than_the_deadline() {
    let busy = Answer::error(429, "rateLimit").retry_after("7");
    let world = world(Options::new());
    world.inject(on_details(Action::Answer(busy.clone())).nth(1));
    assert_eq!(world.client.task_details(id("a")).await.unwrap(), None);
    assert_eq!(lookups(&world), [0, 7000]);

    let client = world.client.with_plan(exact_plan().with_deadline(secs(5)));
    world.inject(on_details(Action::Answer(busy)));
    let error = client.task_details(id("a")).await.unwrap_err();
    assert_eq!((error.retry_after(), error.http_status()), (Some(secs(7)), Some(429)));
    assert_eq!(world.wire.now(), secs(7), "there is no point in waiting");
}

#[tokio::test(start_paused = true)]
async fn nobody_who_asks_a_question_waits_for_a_server_that_is_busy_for_long() {
    let world = world(Options::new());
    world.inject(on_details(Action::Answer(Answer::error(429, "rateLimit").retry_after("11"))));
    assert_eq!(world.client.task_details(id("a")).await.unwrap_err().retry_after(), Some(secs(11)));
    assert_eq!(world.wire.now(), secs(0));
}

// Over both again.

async fn a_silent_server_cannot_hold_a_question_beyond_the_deadline() {
    let world = World::with_deadline(Options::new(), secs(3));
    world.inject(on_details(Action::Hang));
    let error = world.client.task_details(id("a")).await.unwrap_err();
    assert_eq!((error.kind(), world.wire.now()), (ErrorKind::QueryFailed, secs(3)));
}

async fn a_wrong_key_is_told_at_once() {
    let world = world(Options::new().api_keys(["another-key"]));
    let error = world.client.task_details(id("a")).await.unwrap_err();
    assert!(error.is_auth());
    insta::allow_duplicates! {
        insta::assert_snapshot!(error, @"no answer could be had about task 344ce25f-592f-49a4-852d-66048f324be8; this changes nothing about the task: The API key is invalid. (invalidApiKey)");
    }
    assert!(world.client.status(id("a")).await.unwrap_err().is_auth());
    assert_eq!((world.wire.sent().len(), world.wire.now()), (2, secs(0)));
}

async fn a_synchronous_task_that_runs_has_a_status() {
    let world = world(Options::new());
    let task = world.client.submit(image("a").delivery_method(DeliveryMethod::Sync)).unwrap();
    world.pass(secs(1)).await;
    assert_eq!(world.client.status(id("a")).await.unwrap().processing(), 1);
    assert_eq!(task.outcome().await.unwrap().status(), Status::Succeeded);
}
