//! What was meant for a submission reaches a status check too: both name the task.

use runware::transport::testing::Step;
use runware::types::TaskType;
use runware::{ErrorKind, Status};

use crate::world::*;

#[tokio::test]
async fn what_answered_a_repeated_submission_fails_no_task() {
    for code in ["conflictTaskUUID", "insufficientCredits", "invalidModel", "noAvailableServer"] {
        let world = World::new(move |number, attempt| match number {
            _ if !is_check(attempt) => Step::error(lost()),
            // The second attempt is lost too, and what answered it is replayed to the next question.
            4 => errors(&format!(r#"{{"code":"{code}","taskUUID":"$a"}}"#)),
            1 | 2 => blank(),
            _ => answer(&picture("p")),
        });
        let outcome = world.run(world.client.run(image("a", 1))).await.unwrap();
        let checks = world.times_of(&TaskType::GetResponse);
        assert_eq!(outcome.status(), Status::Succeeded, "{code} {checks:?}");
        assert_eq!(world.times_of(&TaskType::ImageInference).len(), 2, "{code} {checks:?}");
    }
}

#[tokio::test]
async fn a_conflict_in_a_check_after_the_only_attempt_asks_whose_the_id_is() {
    let world = World::new(|number, attempt| match number {
        0 => Step::error(lost()),
        _ if is_details(attempt) => answer(&details(THEIRS, "")),
        _ => errors(CONFLICT),
    });
    let error = world.run(world.client.run(image("a", 1))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UuidReused);
}

#[tokio::test]
async fn a_refusal_that_every_check_shows_is_the_tasks_own_after_30_s() {
    let refused = r#"{"code":"invalidModel","taskUUID":"$a"}"#;
    let world = World::new(move |number, _| if number == 0 { answer(ACK) } else { errors(refused) });
    let outcome = world.run(world.client.run(image("a", 1))).await.unwrap();
    assert_eq!(outcome.status(), Status::Failed);
    assert!(world.clock_now() >= 30 * SECOND && world.clock_now() < 60 * SECOND, "{:?}", world.clock_now());
}

#[tokio::test]
async fn a_refusal_that_some_checks_show_and_others_do_not_is_nobodys() {
    let refused = r#"{"code":"invalidModel","taskUUID":"$a"}"#;
    let world = World::new(move |number, attempt| match number {
        0 => answer(ACK),
        _ if is_check(attempt) && number % 2 == 0 => errors(refused),
        // The last of these after more than 30 s.
        1..9 => blank(),
        _ => answer(&picture("p")),
    });
    let outcome = world.run(world.client.run(image("a", 1))).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded, "{outcome:?}");
    assert!(world.clock_now() > 40 * SECOND, "{:?}", world.clock_now());
}

#[tokio::test]
async fn a_conflict_says_that_the_server_has_the_task() {
    let world = World::new(|_, _| errors(CONFLICT));
    let report = world.run(world.client.status(id("a"))).await.unwrap();
    assert!(!report.is_unknown() && report.processing() == 1 && report.failures().is_empty(), "{report:?}");
}

#[tokio::test]
async fn a_request_that_a_socket_takes_for_refused_as_a_whole_may_have_been_taken() {
    use runware::transport::{Delivery, ErrorKind, TransportError};
    let rejected = r#"{"code":"invalidModel","taskUUID":"$a"},{"code":"invalidModel","taskUUID":"$b"}"#;
    for whole in [true, false] {
        let world = World::new(move |number, attempt| match number {
            0 if whole => {
                let error =
                    TransportError::new(ErrorKind::Undecodable, Delivery::Answered, "refused as a whole");
                Step::error(error.with_status(400))
            }
            // Named as no task of ours: certainly about this request, over HTTP.
            0 => errors(r#"{"code":"arrayTooLarge"}"#),
            _ if is_check(attempt) => blank(),
            _ => errors(rejected),
        });
        let tasks = ["a", "b"].map(|key| world.client.submit(image(key, 1)).unwrap());
        for task in tasks {
            let end = world.run(task.outcome()).await;
            match end {
                Ok(outcome) => assert!(whole && outcome.status() == Status::Unknown, "{outcome:?}"),
                Err(error) => assert!(!whole && error.is_safe_to_resubmit(), "{error:?}"),
            }
        }
    }
}
