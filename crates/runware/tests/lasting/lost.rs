//! A connection that is lost with a task on it.

use runware::transport::testing::Step;
use runware::transport::{Delivery, ErrorKind, TransportError};
use runware::types::{RawTask, TaskType};
use runware::{ErrorKind as Kind, Status};

use crate::world::*;

/// Submissions and checks of image tasks, in milliseconds.
fn times(world: &World) -> (Vec<u128>, Vec<u128>) {
    (world.times_of(&TaskType::ImageInference), world.times_of(&TaskType::GetResponse))
}

#[tokio::test]
async fn a_task_that_a_look_does_not_show_is_sent_again() {
    let world = World::new(|number, attempt| match number {
        0 => Step::error(lost()),
        _ if !is_check(attempt) => answer(ACK),
        1 | 2 => blank(),
        _ => answer(&picture("p")),
    });
    let prepared = world.client.prepare(image("a", 1)).unwrap();
    let task = world.client.submit_prepared(prepared.clone()).unwrap();
    let story = world.story(&task).await;
    let (sent, checks) = times(&world);
    assert_eq!(sent.len(), 2);
    // The first look may have begun too soon to prove anything.
    assert!(checks[0] < 1000 && checks[1] >= 1000 && sent[1] == checks[1], "{sent:?} {checks:?}");
    assert_eq!(story[0], "0 the connection was lost");
    assert_eq!(story[1], format!("{} accepted", sent[1]));
    assert!(story.last().unwrap().ends_with("succeeded"));
    let bodies = world.transport.attempts();
    let bodies = bodies.iter().filter(|recorded| is(&recorded.attempt, &TaskType::ImageInference));
    assert!(
        bodies
            .map(|recorded| recorded.attempt.calls[0].bytes.clone())
            .all(|bytes| bytes == *prepared.bytes())
    );
}

#[tokio::test]
async fn a_conflict_with_the_lost_attempt_means_accepted() {
    let world = World::new(|number, attempt| match number {
        0 => Step::error(lost()),
        _ if !is_check(attempt) => errors(CONFLICT),
        1..=2 => blank(),
        _ => answer(&picture("p")),
    });
    let task = world.client.submit(image("a", 1)).unwrap();
    let story = world.story(&task).await;
    assert!(story[1].ends_with("replayed") && story.last().unwrap().ends_with("succeeded"), "{story:?}");
    assert_eq!(times(&world).0.len(), 2);
    assert_eq!(world.times_of(&TaskType::GetTaskDetails), [0; 0], "our own attempt is what the server knows");
}

#[tokio::test]
async fn a_task_that_a_look_shows_is_not_sent_again() {
    let world = World::new(|number, _| match number {
        0 => Step::error(lost()),
        1 => answer(RUNNING),
        2 | 3 => blank(),
        _ => answer(&picture("p")),
    });
    let outcome = world.run(world.client.run(image("a", 1))).await.unwrap();
    assert_eq!((outcome.status(), times(&world).0.len()), (Status::Succeeded, 1));
}

#[tokio::test]
async fn a_look_that_fails_or_brings_nothing_proves_nothing() {
    let world = World::new(|number, attempt| match number {
        0 => Step::error(lost()),
        _ if is_details(attempt) => answer(""),
        _ if number % 3 == 1 => Step::error(lost()),
        _ if number % 3 == 2 => Step::replies([]),
        _ => errors(r#"{"code":"serviceUnavailable"}"#),
    });
    let _task = world.client.submit(image("a", 1)).unwrap();
    world.pass(50 * SECOND).await;
    let (sent, checks) = times(&world);
    assert_eq!(sent, [0], "{checks:?}");
    assert!(checks.len() > 5);
}

#[tokio::test]
async fn a_task_is_sent_six_times_and_then_left_to_the_archive() {
    let world = World::new(|_, attempt| match () {
        () if is_check(attempt) => blank(),
        () if is_details(attempt) => errors(NOT_FOUND),
        () => Step::error(lost()),
    });
    let outcome = world.run(world.client.run(image("a", 1))).await.unwrap();
    let (sent, _) = times(&world);
    assert_eq!(sent.len(), 6);
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= 1000), "{sent:?}");
    assert_eq!(outcome.status(), Status::Unknown);
    assert_eq!(world.times_of(&TaskType::GetTaskDetails).len(), 2);
}

#[tokio::test]
async fn an_outage_after_a_doubt_costs_no_attempt() {
    let unsent = || TransportError::new(ErrorKind::Connect, Delivery::NotSent, "no network");
    let world = World::new(move |number, attempt| match number {
        0 => Step::error(lost()),
        _ if is_check(attempt) && number > 20 => answer(&picture("p")),
        // The looks get through, and the repetitions do not.
        _ if is_check(attempt) => blank(),
        _ => Step::error(unsent()),
    });
    let task = world.client.submit(image("a", 1)).unwrap();
    let outcome = world.run(task.outcome()).await.unwrap();
    let (sent, checks) = times(&world);
    assert_eq!(outcome.status(), Status::Succeeded, "{sent:?} {checks:?}");
    assert!(sent.len() > 6 && world.clock_now() < 300 * SECOND, "{sent:?} {checks:?}");
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= 300), "no hurry: {sent:?} {checks:?}");
    assert_eq!(world.client.stats().submissions, 1);
}

#[tokio::test]
async fn a_short_outage_after_a_doubt_ends_nothing() {
    let unsent = || TransportError::new(ErrorKind::Connect, Delivery::NotSent, "no network");
    let world = World::new(move |number, attempt| match number {
        0 => Step::error(lost()),
        1 | 2 => blank(),
        3..=6 => Step::error(unsent()),
        _ if is_check(attempt) => answer(&picture("p")),
        _ => errors(CONFLICT),
    });
    let outcome = world.run(world.client.run(image("a", 1))).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded, "ended after {:?}", world.clock_now());
}

#[tokio::test]
async fn a_server_that_is_busy_after_a_doubt_ends_nothing() {
    let busy = r#"{"code":"rateLimitExceeded","taskUUID":"$a"}"#;
    let world = World::new(move |number, attempt| match number {
        0 => Step::error(lost()),
        _ if is_details(attempt) => errors(NOT_FOUND),
        _ if !is_check(attempt) => errors(busy),
        // The lost attempt was taken, and is slow to be shown.
        1..12 => blank(),
        _ => answer(&picture("p")),
    });
    let outcome = world.run(world.client.run(image("a", 1))).await.unwrap();
    let (sent, checks) = times(&world);
    assert_eq!((outcome.status(), sent.len()), (Status::Succeeded, 3), "{sent:?} {checks:?}");
}

#[tokio::test]
async fn a_server_that_is_busy_after_a_doubt_is_not_called_safe_to_submit_to_again() {
    let busy = r#"{"code":"rateLimitExceeded","taskUUID":"$a"}"#;
    let world = World::new(move |number, attempt| match number {
        0 => Step::error(lost()),
        _ if is_details(attempt) => errors(NOT_FOUND),
        _ if !is_check(attempt) => errors(busy),
        _ => blank(),
    });
    let outcome = world.run(world.client.run(image("a", 1))).await.unwrap();
    assert_eq!((outcome.status(), times(&world).0.len()), (Status::Unknown, 3));
    assert!(world.clock_now() > 60 * SECOND, "{:?}", world.clock_now());
}

#[tokio::test]
async fn a_second_counts_from_the_loss_because_the_task_may_have_waited_for_its_connection() {
    let world = World::new(|number, attempt| match number {
        0 => Step::error(lost()).after(5 * SECOND),
        _ if !is_check(attempt) => answer(ACK),
        _ => blank(),
    });
    let _task = world.client.submit(image("a", 1)).unwrap();
    world.pass(20 * SECOND).await;
    let (sent, checks) = times(&world);
    let proving = checks.iter().find(|at| **at >= 6000).unwrap();
    assert_eq!(sent, [0, *proving]);
}

#[tokio::test]
async fn every_other_doubt_is_left_to_the_archive() {
    for kind in [ErrorKind::Interrupted, ErrorKind::Timeout] {
        let world = World::new(move |number, _| match number {
            0 => Step::error(TransportError::new(kind, Delivery::MaybeSent, "no answer")),
            _ => blank(),
        });
        let _task = world.client.submit(image("a", 1)).unwrap();
        world.pass(50 * SECOND).await;
        assert_eq!(times(&world).0, [0], "{kind:?}");
    }
}

#[tokio::test]
async fn synchronous_tasks_and_uploads_are_never_sent_again_after_a_look() {
    let upload = RawTask::new("modelUpload").set("taskUUID", id("a").to_string());
    for task in [image("a", 1).set("deliveryMethod", "sync"), upload] {
        let world = World::new(|number, _| if number == 0 { Step::error(lost()) } else { blank() });
        let _task = world.client.submit(task).unwrap();
        world.pass(50 * SECOND).await;
        let attempts = world.transport.attempts();
        assert_eq!(attempts.iter().filter(|recorded| !is_check(&recorded.attempt)).count(), 1);
    }
}

#[tokio::test]
async fn tasks_of_one_lost_frame_travel_together_again() {
    let world = World::new(|number, attempt| match number {
        0 => Step::replies([Ok(reply(ACK, "")), Err(lost())]),
        _ if is_check(attempt) => answer(RUNNING),
        _ => blank(),
    });
    let _tasks = ["a", "b", "z"].map(|key| world.client.submit(image(key, 1)).unwrap());
    world.pass(5 * SECOND).await;
    let attempts = world.transport.attempts();
    let sent: Vec<usize> = attempts
        .iter()
        .filter(|recorded| is(&recorded.attempt, &TaskType::ImageInference))
        .map(|recorded| recorded.attempt.calls.len())
        .collect();
    assert_eq!(sent, [3, 2], "the one that was answered is not sent again");
}

#[tokio::test]
async fn a_refused_connection_rejects_at_once() {
    for status in [401, 403] {
        let world = World::new(move |_, _| {
            let refused = TransportError::new(ErrorKind::Connect, Delivery::NotSent, "the server refused");
            Step::error(refused.with_status(status))
        });
        let error = world.run(world.client.run(image("a", 1))).await.unwrap_err();
        assert_eq!((error.kind(), error.http_status()), (Kind::Rejected, Some(status)));
        assert!(error.is_auth() && error.is_safe_to_resubmit());
        assert_eq!(world.transport.attempts().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_key_that_the_socket_refuses_reads_as_over_http() {
    let world = World::new(|_, _| {
        let mut refused = reply("", r#"{"code":"invalidApiKey","message":"no","taskType":"authentication"}"#);
        refused.status = 401;
        Step::reply(refused)
    });
    let task = world.client.submit(image("a", 1)).unwrap();
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (Kind::Rejected, Some(401)));
    assert!(error.is_auth());
    assert_eq!(error.api_error().unwrap().code(), "invalidApiKey");
    let status = world.run(world.client.status(id("a"))).await.unwrap_err();
    assert!(status.is_auth());
}
