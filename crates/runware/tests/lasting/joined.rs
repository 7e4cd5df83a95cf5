//! A task that is watched by its id, and submitted while it is.

use runware::transport::testing::Step;
use runware::transport::{Delivery, ErrorKind, TransportError};
use runware::{Status, TaskHandle};

use crate::world::*;

#[tokio::test]
async fn a_watched_task_that_is_submitted_again_does_not_fail() {
    // Over one socket the server's answer to the submission goes to everybody who waits for the task.
    let world = World::new(|number, attempt| match number {
        0 => errors(CONFLICT).after(SECOND),
        _ if is_details(attempt) => blank(),
        _ if !is_check(attempt) => errors(CONFLICT).after(SECOND),
        _ => answer(&picture("p")),
    });
    let watched = world.client.resume(TaskHandle::new(id("a"))).unwrap();
    world.settle().await;
    let _task = world.client.submit(image("a", 1)).unwrap();
    let outcome = world.run(watched.outcome()).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded, "{outcome:?}");
}

#[tokio::test]
async fn a_task_that_is_submitted_while_a_check_is_under_way_ends() {
    for archive_fails in [true, false] {
        let world = World::new(move |_, attempt| match () {
            () if is_check(attempt) => answer(&picture("p")).after(SECOND),
            () if is_details(attempt) && archive_fails => {
                Step::error(TransportError::new(ErrorKind::Connect, Delivery::NotSent, "no network"))
            }
            () if is_details(attempt) => details(3),
            () => errors(CONFLICT).after(2 * SECOND),
        });
        let watched = world.client.resume(TaskHandle::new(id("a"))).unwrap();
        world.settle().await;
        let _task = world.client.submit(image("a", 3)).unwrap();
        let outcome = world.run(watched.outcome()).await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (Status::StillRunning, 1), "{outcome:?}");
    }
}

#[tokio::test]
async fn how_many_results_are_to_come_is_known_from_the_submission() {
    let world = World::new(move |number, attempt| match number {
        0 => answer(&picture("p")).after(SECOND),
        _ if is_details(attempt) => panic!("there is nothing to ask"),
        _ if is_check(attempt) => answer(&["p", "q", "r"].map(picture).join(",")),
        _ => errors(CONFLICT).after(2 * SECOND),
    });
    let watched = world.client.resume(TaskHandle::new(id("a"))).unwrap();
    world.settle().await;
    let _task = world.client.submit(image("a", 3)).unwrap();
    let outcome = world.run(watched.outcome()).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 3), "{outcome:?}");
}

#[tokio::test]
async fn a_task_that_the_archive_has_while_it_is_sent_again_ends() {
    // The archive is asked, the look that permits a repetition comes first, and the archive's answer last.
    let world = World::new(move |number, attempt| match number {
        0 => Step::error(lost()),
        _ if is_details(attempt) => details(1).after(8 * SECOND),
        // No look gets through before the archive is asked.
        _ if is_check(attempt) && number < 12 => Step::error(lost()),
        _ if is_check(attempt) && number < 20 => blank(),
        _ if is_check(attempt) => answer(&picture("p")),
        _ => errors(CONFLICT).after(9 * SECOND),
    });
    let outcome = world.run(world.client.run(image("a", 1))).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded, "{outcome:?}");
}

/// What the archive says of task `a` before there is a result.
fn details(results: u32) -> Step {
    let task = format!(r#"{{"taskType":"imageInference","taskUUID":"$a","numberResults":{results}}}"#);
    answer(&format!(
        r#"{{"taskType":"getTaskDetails","taskUUID":"$a","request":[{task}],"response":{{"data":[]}}}}"#
    ))
}
