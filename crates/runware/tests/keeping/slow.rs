//! A slow journal, or none that answers, keeps nothing else waiting.

use std::time::Duration;

use runware::poll::Plan;
use runware::transport::testing::Step;
use runware::types::TaskType;
use runware::{ErrorKind, Event, Status};

use crate::journal::FOR_EVER;
use crate::world::{RUNNING, SECOND, answer, id, image, is_check, picture};
use crate::{accepting, keeping, keeping_with};

const CHECK: TaskType = TaskType::GetResponse;

#[tokio::test]
async fn status_checks_go_on_while_the_disk_is_slow() {
    let check_times = async |is_slow: bool| {
        let (world, shelf) = keeping(accepting(|_| answer(RUNNING)));
        let watched = world.client.submit(image("a", 1)).unwrap();
        world.run(watched.accepted()).await.unwrap();
        world.settle().await;
        if is_slow {
            shelf.begin_takes(2 * SECOND);
            shelf.record_takes(2 * SECOND);
            for name in ["b", "c", "d"] {
                drop(world.client.submit(image(name, 1)).unwrap());
                world.pass(Duration::from_millis(700)).await;
            }
            assert_eq!(shelf.intents().len(), 2, "the second group is under way");
            world.pass(Duration::from_millis(5_900)).await;
        } else {
            world.pass(8 * SECOND).await;
        }
        world.times_of(&CHECK)
    };
    let (slow, quick) = (check_times(true).await, check_times(false).await);
    assert!(quick.len() >= 3 && quick.iter().all(|time| slow.contains(time)), "{slow:?} {quick:?}");
}

#[tokio::test]
async fn a_journal_that_hangs_keeps_no_result_beyond_the_deadline() {
    let plan = Plan::default().with_deadline(30 * SECOND);
    let (world, shelf) = keeping_with(|builder| builder.plan(plan), accepting(|_| answer(&picture("p"))));
    let task = world.client.submit(image("a", 1)).unwrap();
    world.run(task.accepted()).await.unwrap();
    world.settle().await;
    shelf.record_takes(60 * SECOND);
    let mut events = task.events();
    let mut told = Vec::new();
    while let Some(event) = world.run(events.next()).await {
        match event.unwrap() {
            Event::Result(result) => told.push((world.clock_now().as_millis(), result.is_durable())),
            Event::Settled(outcome) => {
                assert_eq!(outcome.status(), Status::Succeeded);
                assert!(!outcome.results()[0].is_durable());
                told.push((world.clock_now().as_millis(), outcome.is_durable()));
            }
            _ => {}
        }
    }
    assert_eq!(told, [(30_200, false), (30_200, false)]);
    // It is written down all the same once the journal answers.
    world.pass(300 * SECOND).await;
    assert_eq!(shelf.words()[2..], ["ended 0 Result a", "settled - a"]);
}

#[tokio::test]
async fn an_opening_while_the_end_waits_to_be_told_gets_that_end() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    let first = world.client.submit(image("a", 1)).unwrap();
    world.run(first.accepted()).await.unwrap();
    world.settle().await;
    shelf.record_takes(5 * SECOND);
    let seen = loop {
        if let Some(time) = world.times_of(&CHECK).first() {
            break *time;
        }
        world.pass(Duration::from_millis(100)).await;
    };
    let second = world.client.submit(image("a", 1)).unwrap();
    drop(first);
    world.settle().await;
    let third = world.client.resume(id("a")).unwrap();
    for task in [&second, &third] {
        let outcome = world.run(task.outcome()).await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    }
    assert!(world.clock_now().as_millis() >= seen + 5_000);
    assert_eq!(world.times_of(&TaskType::ImageInference).len(), 1, "it was not sent again");
    assert_eq!(shelf.intents().len(), 1);
}

#[tokio::test]
async fn closing_waits_until_everything_is_durable() {
    let (world, shelf) = keeping(accepting(|check| match check {
        1 => answer(&format!("{},{RUNNING}", picture("p"))),
        _ => answer(RUNNING),
    }));
    let task = world.client.submit(image("a", 2)).unwrap();
    world.run(task.accepted()).await.unwrap();
    world.settle().await;
    shelf.record_takes(3 * SECOND);
    while world.times_of(&CHECK).is_empty() {
        world.pass(Duration::from_millis(100)).await;
    }
    let before = world.clock_now();
    world.run(world.client.close()).await;
    assert!(world.clock_now() >= before + 5 * SECOND);
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), outcome.is_durable()), (Status::StillRunning, true));
    assert_eq!(shelf.words()[1..], ["accepted a", "ended 0 Result a", "released a"]);
}

#[tokio::test]
async fn closing_waits_ten_seconds_at_most() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    let task = world.client.submit(image("a", 1)).unwrap();
    let unsent = world.client.submit(image("b", 1)).unwrap();
    world.run(task.accepted()).await.unwrap();
    drop(unsent);
    world.settle().await;
    shelf.record_takes(FOR_EVER);
    while world.times_of(&CHECK).is_empty() {
        world.pass(Duration::from_millis(100)).await;
    }
    let before = world.clock_now();
    world.run(world.client.close()).await;
    assert_eq!(world.clock_now(), before + 10 * SECOND);
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), outcome.is_durable()), (Status::Succeeded, false));
}

#[tokio::test]
async fn what_was_begun_and_not_sent_when_the_client_is_closed_is_refused() {
    let (world, shelf) = keeping(|_, attempt| match is_check(attempt) {
        true => answer(RUNNING),
        false => Step::hang(),
    });
    shelf.begin_takes(2 * SECOND);
    let task = world.client.submit(image("a", 1)).unwrap();
    world.settle().await;
    world.run(world.client.close()).await;
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_resubmit()), (ErrorKind::Closed, true));
    assert_eq!(shelf.log(), ["2000 begun a", "2000 refused a"]);
    assert!(world.transport.attempts().is_empty());
}

#[tokio::test]
async fn what_is_being_begun_when_the_client_is_closed_may_be_in_the_journal_and_is_never_sent() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    shelf.begin_takes(60 * SECOND);
    let task = world.client.submit(image("a", 1)).unwrap();
    world.settle().await;
    // Queued behind it: that one never gets as far.
    let queued = world.client.submit(image("b", 1)).unwrap();
    world.settle().await;
    world.run(world.client.close()).await;
    assert_eq!(world.clock_now(), 10 * SECOND);
    let [error, unsent] =
        [world.run(task.outcome()).await, world.run(queued.outcome()).await].map(Result::unwrap_err);
    assert_eq!((error.kind(), error.is_safe_to_resubmit()), (ErrorKind::Closed, false), "{error}");
    assert_eq!((unsent.kind(), unsent.is_safe_to_resubmit()), (ErrorKind::Closed, true), "{unsent}");
    assert!(error.to_string().contains("submit it again under no other id"), "{error}");
    assert!(shelf.log().is_empty());
    // The disk comes back: nobody is to take it for something to be sent.
    world.pass(100 * SECOND).await;
    assert_eq!(shelf.log(), ["60000 begun a", "60000 refused a"]);
    assert!(world.transport.attempts().is_empty());
}

#[tokio::test]
async fn what_is_begun_after_the_close_and_somebody_else_has_by_then_is_left_to_them() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    shelf.begin_takes(60 * SECOND);
    let _task = world.client.submit(image("a", 1)).unwrap();
    world.settle().await;
    world.run(world.client.close()).await;
    shelf.begin_takes(Duration::from_secs(0));
    let other = crate::world_on(
        world.clock.clone(),
        |builder| builder.journal(shelf.clone()),
        accepting(|_| answer(&picture("p"))),
    );
    let task = other.client.submit(image("a", 1)).unwrap();
    other.run(task.accepted()).await.unwrap();
    other.pass(100 * SECOND).await;
    assert!(!shelf.words().contains(&"refused a".to_owned()), "{:?}", shelf.words());
    assert_eq!(other.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    assert_eq!(other.times_of(&TaskType::ImageInference).len(), 1);
}

#[tokio::test]
async fn a_client_that_is_closed_waits_for_an_intent_no_longer_than_its_deadline() {
    let plan = Plan::default().with_deadline(3 * SECOND);
    let (world, shelf) = keeping_with(|builder| builder.plan(plan), accepting(|_| answer(&picture("p"))));
    shelf.begin_takes(60 * SECOND);
    let task = world.client.submit(image("a", 1)).unwrap();
    world.settle().await;
    let closing = world.client.clone();
    let close = tokio::spawn(async move { closing.close().await });
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!((world.clock_now(), error.is_safe_to_resubmit()), (3 * SECOND, false), "{error}");
    world.run(close).await.unwrap();
    assert_eq!(world.clock_now(), 10 * SECOND);
}

#[tokio::test]
async fn a_client_that_is_closed_tells_what_came_by_the_deadline_all_the_same() {
    let plan = Plan::default().with_deadline(5 * SECOND);
    let (world, shelf) = keeping_with(|builder| builder.plan(plan), accepting(|_| answer(&picture("p"))));
    let task = world.client.submit(image("a", 1)).unwrap();
    world.run(task.accepted()).await.unwrap();
    world.settle().await;
    shelf.record_takes(FOR_EVER);
    while world.times_of(&CHECK).is_empty() {
        world.pass(Duration::from_millis(100)).await;
    }
    let closing = world.client.clone();
    let close = tokio::spawn(async move { closing.close().await });
    let outcome = world.run(task.outcome()).await.unwrap();
    assert!(!outcome.is_durable());
    assert!(world.clock_now() <= Duration::from_millis(5_250), "{:?}", world.clock_now());
    world.run(close).await.unwrap();
}

#[tokio::test]
async fn a_confirmation_does_not_wait_for_ever() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    let task = world.client.submit(image("a", 1)).unwrap();
    let outcome = world.run(task.outcome()).await.unwrap();
    shelf.record_takes(FOR_EVER);
    let before = world.clock_now();
    let confirmed = world.run(outcome.confirm()).await;
    assert!(confirmed.is_err() && world.clock_now() <= before + 1_200 * SECOND);
}

#[tokio::test]
async fn nothing_new_is_begun_while_too_much_waits_for_the_disk() {
    // It is in the result twice.
    for (mebibytes, is_too_much) in [(7, false), (9, true)] {
        let large = "x".repeat(mebibytes * 1024 * 1024);
        let (world, shelf) = keeping(accepting(move |_| answer(&picture(&large))));
        let task = world.client.submit(image("a", 1)).unwrap();
        world.run(task.accepted()).await.unwrap();
        world.settle().await;
        shelf.record_takes(30 * SECOND);
        while world.times_of(&CHECK).is_empty() {
            world.pass(Duration::from_millis(100)).await;
        }
        let seen = world.clock_now();
        let next = world.client.submit(image("b", 1)).unwrap();
        world.pass(29 * SECOND).await;
        assert_eq!(shelf.intents().len(), if is_too_much { 1 } else { 2 });
        // The disk answers.
        world.run(next.accepted()).await.unwrap();
        assert_eq!((shelf.intents().len(), world.clock_now() >= seen + 29 * SECOND), (2, true));
    }
}
