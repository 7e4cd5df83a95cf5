//! Nothing is sent before its intent is durable.

use std::error::Error as _;
use std::time::Duration;

use runware::journal::{Begun, JournalError};
use runware::poll::Plan;
use runware::types::{ModelSearch, TaskType};
use runware::{ErrorKind, Status};

use crate::journal::FOR_EVER;
use crate::world::{RUNNING, SECOND, answer, id, image, picture};
use crate::{accepting, keeping, keeping_with};

const IMAGE: TaskType = TaskType::ImageInference;

#[tokio::test]
async fn no_byte_leaves_before_the_intent_is_durable() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    shelf.begin_takes(2 * SECOND);
    let task = world.client.submit(image("a", 1)).unwrap();
    world.pass(Duration::from_millis(1_999)).await;
    assert!(world.transport.attempts().is_empty());
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.times_of(&IMAGE), [2_000]);
    assert_eq!(shelf.words(), ["begun a", "accepted a", "ended 0 Result a", "settled - a"]);
    let intent = &shelf.intents()[0];
    assert_eq!((intent.task_uuid, intent.expected, intent.scope.as_str()), (id("a"), 1, "custom"));
    assert_eq!(Some(intent.hash), task.handle().request_hash());
}

#[tokio::test]
async fn without_a_durable_intent_nothing_is_sent() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    shelf.fail_begin(true);
    let task = world.client.submit(image("a", 1)).unwrap();
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Journal);
    assert!(error.is_safe_to_resubmit() && error.handle().is_some());
    assert!(error.source().unwrap().is::<JournalError>());
    let text = error.to_string();
    assert!(text.contains(&id("a").to_string()) && text.contains("was not sent"), "{text}");
    world.pass(60 * SECOND).await;
    assert!(world.transport.attempts().is_empty());

    // The disk has room again: the same task can be submitted.
    shelf.fail_begin(false);
    let task = world.client.submit(image("a", 1)).unwrap();
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
}

#[tokio::test]
async fn what_comes_while_a_group_is_begun_goes_with_the_next() {
    let (world, shelf) = keeping(accepting(|_| answer(RUNNING)));
    shelf.begin_takes(SECOND);
    let first = world.client.submit(image("a", 1)).unwrap();
    world.settle().await;
    let more: Vec<_> =
        ["b", "c", "d"].map(|name| world.client.submit(image(name, 1)).unwrap()).into_iter().collect();
    // The same one twice is one intent.
    let again = world.client.submit(image("d", 1)).unwrap();
    world.run(again.accepted()).await.unwrap();
    world.run(first.accepted()).await.unwrap();
    assert_eq!(shelf.groups().iter().filter(|(call, _)| *call == "begin").count(), 2);
    assert_eq!(shelf.intents().len(), 4);
    assert_eq!(world.times_of(&IMAGE), [1_000, 2_000]);
    drop(more);
}

#[tokio::test]
async fn one_intent_that_does_not_fit_fails_alone() {
    let (world, shelf) = keeping(accepting(|_| answer(RUNNING)));
    shelf.begin_takes(SECOND);
    shelf.leave_room(1_000);
    let _first = world.client.submit(image("z", 1)).unwrap();
    world.settle().await;
    // They gather, and go together.
    let long = image("c", 1).set("positivePrompt", "x".repeat(2_000));
    let tasks = [image("a", 1), image("b", 1), long, image("d", 1), image("e", 1)];
    let tasks = tasks.map(|task| world.client.submit(task).unwrap());
    for (task, fits) in tasks.iter().zip([true, true, false, true, true]) {
        match world.run(task.accepted()).await {
            Ok(_) => assert!(fits),
            Err(error) => {
                assert_eq!(
                    (error.kind(), error.is_safe_to_resubmit(), fits),
                    (ErrorKind::Journal, true, false)
                );
            }
        }
    }
    // Halves of the group, until the one stands alone.
    assert_eq!(
        shelf.groups().iter().filter(|(call, _)| *call == "begin").map(|(_, size)| *size).collect::<Vec<_>>(),
        [1, 5, 2, 3, 1, 2]
    );
    let mut begun = shelf.words();
    begun.retain(|word| word.starts_with("begun"));
    assert_eq!(begun, ["begun ?", "begun a", "begun b", "begun d", "begun e"]);
}

#[tokio::test]
async fn a_full_disk_is_not_asked_about_each_of_a_crowd() {
    let (world, shelf) = keeping(accepting(|_| answer(RUNNING)));
    shelf.begin_takes(SECOND);
    let first = world.client.submit(image("z", 1)).unwrap();
    world.settle().await;
    shelf.fail_begin(true);
    let tasks: Vec<_> =
        (0..4_096).map(|number| world.client.submit(image(&number.to_string(), 1)).unwrap()).collect();
    assert_eq!(world.run(first.accepted()).await.unwrap_err().kind(), ErrorKind::Journal);
    for task in &tasks {
        let error = world.run(task.accepted()).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_resubmit()), (ErrorKind::Journal, true));
    }
    let sizes: Vec<_> = shelf.groups().iter().map(|(_, size)| *size).collect();
    assert_eq!(sizes, [1, 4_096, 2_048, 1_024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1, 1]);
    assert_eq!(world.times_of(&IMAGE), [], "nothing was sent");
}

#[tokio::test]
async fn the_deadline_holds_while_the_journal_hangs_and_the_late_intent_is_refused() {
    let plan = Plan::default().with_deadline(3 * SECOND);
    let (world, shelf) = keeping_with(|builder| builder.plan(plan), accepting(|_| answer(&picture("p"))));
    shelf.begin_takes(10 * SECOND);
    let task = world.client.submit(image("a", 1)).unwrap();
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!((world.clock_now(), error.kind()), (3 * SECOND, ErrorKind::Journal));
    assert!(error.is_safe_to_resubmit(), "{error}");
    world.pass(20 * SECOND).await;
    assert_eq!(shelf.log(), ["10000 begun a", "10000 refused a"]);
    assert!(world.transport.attempts().is_empty());
}

#[tokio::test]
async fn a_task_that_is_submitted_again_while_its_given_up_intent_is_under_way_gets_that() {
    let plan = Plan::default().with_deadline(3 * SECOND);
    let (world, shelf) = keeping_with(|builder| builder.plan(plan), accepting(|_| answer(&picture("p"))));
    shelf.begin_takes(5 * SECOND);
    let first = world.client.submit(image("a", 1)).unwrap();
    world.run(first.outcome()).await.unwrap_err();
    let second = world.client.submit(image("a", 1)).unwrap();
    assert_eq!(world.run(second.outcome()).await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.times_of(&IMAGE), [5_000]);
    assert_eq!(shelf.words(), ["begun a", "accepted a", "ended 0 Result a", "settled - a"]);
}

#[tokio::test]
async fn what_another_process_looks_after_is_watched_and_never_sent() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    shelf.answer(Begun::Held);
    let task = world.client.submit(image("a", 1)).unwrap();
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    assert!(!outcome.is_durable() && outcome.results()[0].delivery_id().is_none());
    outcome.confirm().await.unwrap();
    assert!(world.times_of(&IMAGE).is_empty());
    assert!(shelf.words().is_empty());
}

#[tokio::test]
async fn what_the_journal_refuses_is_not_sent() {
    let committed = "11.5".parse().unwrap();
    for (begun, kind, safe, word) in [
        (Begun::Reused, ErrorKind::UuidReused, false, "in the journal"),
        (Begun::Abandoned, ErrorKind::Abandoned, false, "given up for good"),
        (Begun::OverBudget { committed }, ErrorKind::OverBudget, true, "11.5"),
    ] {
        let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
        shelf.answer(begun);
        let task = world.client.submit(image("a", 1)).unwrap();
        let error = world.run(task.outcome()).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_resubmit()), (kind, safe));
        assert!(error.to_string().contains(word), "{error}");
        world.pass(60 * SECOND).await;
        assert!(world.transport.attempts().is_empty());
        assert!(shelf.words().is_empty());
    }
}

#[tokio::test]
async fn what_is_only_read_needs_no_journal() {
    let (world, shelf) = keeping(|_, attempt| {
        let task_uuid = attempt.calls[0].task_uuid.unwrap();
        answer(&format!(
            r#"{{"taskType":"modelSearch","taskUUID":"{task_uuid}","results":[],"totalResults":0}}"#
        ))
    });
    shelf.begin_takes(FOR_EVER);
    let outcome = world.run(world.client.run(ModelSearch::new())).await.unwrap();
    assert_eq!(outcome.results().len(), 1);
    assert!(shelf.groups().is_empty());
}

#[tokio::test]
async fn a_task_that_is_watched_already_is_begun_when_it_is_submitted() {
    let (world, shelf) = keeping(accepting(|check| match check {
        1 => answer(""),
        _ => answer(&picture("p")),
    }));
    shelf.begin_takes(SECOND);
    let watched = world.client.resume(id("a")).unwrap();
    world.settle().await;
    let submitted = world.client.submit(image("a", 1)).unwrap();
    assert_eq!(world.run(submitted.outcome()).await.unwrap().status(), Status::Succeeded);
    assert!(world.run(watched.outcome()).await.unwrap().is_durable());
    assert_eq!(world.times_of(&IMAGE), [1_000]);
    assert_eq!(shelf.words()[0], "begun a");
}
