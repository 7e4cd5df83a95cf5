//! How many tasks a request carries.

use futures_util::future::join_all;
use runware::transport::testing::Step;
use runware::{ErrorKind, Status};

use crate::world::*;

#[tokio::test]
async fn one_task_that_spoils_every_submission_fails_alone_and_later_requests_are_as_large_as_before() {
    const CULPRIT: usize = 30;
    let world = World::new(
        |builder| builder,
        |_, attempt| match kind(attempt) {
            Submission if names(attempt, CULPRIT) => nameless(400, "invalidPositivePrompt"),
            _ => good(attempt),
        },
    );
    let tasks = world.submit(0..100);
    let ends = world.run(join_all(tasks.iter().map(|task| task.outcome()))).await;
    for (number, end) in ends.iter().enumerate() {
        match end {
            Ok(outcome) => assert!(number != CULPRIT && outcome.status() == Status::Succeeded, "{number}"),
            Err(error) => {
                assert_eq!((number, error.kind()), (CULPRIT, ErrorKind::Rejected));
                assert_eq!(error.api_error().unwrap().code(), "invalidPositivePrompt");
            }
        }
    }
    // 0..50 with 30, 50..100; 0..25, 25..50; 25..37, 37..49, 49; 25..31, 31..37; 25..28, 28..31; 28, 29, 30.
    let sizes = world.sizes(Submission);
    assert_eq!(sizes, [100, 50, 50, 25, 25, 12, 12, 1, 6, 6, 3, 3, 1, 1, 1]);

    let more = world.submit(100..300);
    let ends = world.run(join_all(more.iter().map(|task| task.outcome()))).await;
    assert!(ends.iter().all(Result::is_ok));
    assert_eq!(world.sizes(Submission)[sizes.len()..], [100, 100]);
}

#[tokio::test]
async fn a_task_is_found_while_others_keep_coming() {
    const CULPRIT: usize = 30;
    let world = World::new(
        |builder| builder.batch_limit(16),
        |_, attempt| match kind(attempt) {
            Submission if names(attempt, CULPRIT) => nameless(400, "invalidPositivePrompt"),
            _ => good(attempt),
        },
    );
    let mut tasks = world.submit(0..32);
    for round in 1..20 {
        tasks.extend(world.submit(round * 1_000..round * 1_000 + 160));
        world.pass(500).await;
    }
    let error = world.run(tasks[CULPRIT].outcome()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    let attempts = world.transport.attempts();
    let with_it = attempts.iter().filter(|sent| names(&sent.attempt, CULPRIT));
    let sizes: Vec<_> = with_it.map(|sent| sent.attempt.calls.len()).collect();
    assert_eq!(sizes, [16, 8, 4, 2, 1], "whatever others did to the limit meanwhile");
    assert_eq!(*world.sizes(Submission).last().unwrap(), 16);
}

#[tokio::test]
async fn a_server_that_takes_sixty_tasks_is_left_in_peace() {
    let world = World::new(
        |builder| builder,
        |_, attempt| match kind(attempt) {
            Submission if attempt.calls.len() > 60 => nameless(413, "arrayTooLarge"),
            _ => good(attempt),
        },
    );
    for round in 0..40 {
        let tasks = world.submit(round * 100..round * 100 + 100);
        let ends = world.run(join_all(tasks.iter().map(|task| task.outcome()))).await;
        assert!(ends.iter().all(Result::is_ok));
    }
    let sizes = world.sizes(Submission);
    let refused = sizes.iter().filter(|size| **size > 60).count();
    assert_eq!(refused, 4, "the first, and after 8, 16 and 32 full requests: {sizes:?}");
    assert!(sizes.iter().all(|size| *size == 100 || *size == 50), "{sizes:?}");
}

#[tokio::test]
async fn where_the_refusal_names_the_task_to_blame_nothing_is_divided() {
    let world = World::new(
        |builder| builder,
        |_, attempt| match kind(attempt) {
            Submission if names(attempt, 3) => {
                let uuid = id(3);
                Step::body(400, format!(r#"{{"errors":[{{"code":"invalidModel","taskUUID":"{uuid}"}}]}}"#))
            }
            _ => good(attempt),
        },
    );
    let tasks = world.submit(0..10);
    let ends = world.run(join_all(tasks.iter().map(|task| task.outcome()))).await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 9);
    assert_eq!(world.sizes(Submission), [10, 9]);
}

#[tokio::test]
async fn one_task_that_spoils_every_check_is_given_up_alone_and_later_checks_are_as_large_as_before() {
    const CULPRIT: usize = 30;
    let world = World::new(
        |builder| builder,
        |now, attempt| match kind(attempt) {
            Check if names(attempt, CULPRIT) => nameless(400, "invalidTaskUUID"),
            _ if now < 40_000 => working(attempt),
            _ => good(attempt),
        },
    );
    let tasks = world.submit(0..100);
    let ends = world.run(join_all(tasks.iter().map(|task| task.outcome()))).await;
    for (number, end) in ends.iter().enumerate() {
        match end {
            Ok(outcome) => assert!(number != CULPRIT && outcome.status() == Status::Succeeded, "{number}"),
            Err(error) => {
                assert_eq!((number, error.kind()), (CULPRIT, ErrorKind::QueryFailed));
                assert_eq!(error.api_error().unwrap().code(), "invalidTaskUUID");
            }
        }
    }
    let attempts = world.transport.attempts();
    let checks = attempts.iter().filter(|sent| kind(&sent.attempt) == Check);
    let with_it = checks.filter(|sent| names(&sent.attempt, CULPRIT));
    let sizes: Vec<_> = with_it.map(|sent| sent.attempt.calls.len()).collect();
    assert_eq!(sizes, [100, 50, 25, 12, 6, 3, 1]);

    let before = world.sizes(Check).len();
    let more = world.submit(100..300);
    let ends = world.run(join_all(more.iter().map(|task| task.outcome()))).await;
    assert!(ends.iter().all(Result::is_ok));
    assert_eq!(world.sizes(Check)[before..], [100, 100]);
}
