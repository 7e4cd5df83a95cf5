//! What a client does for its journal besides.

use std::sync::Arc;
use std::time::Duration;

use runware::ErrorKind;
use runware::journal::{Begun, Claim, Claimed, Intent, Journal, JournalError, Note, Ticket};
use runware::poll::{Durations, Kind, Part, Tick};
use runware::transport::async_trait;

use crate::world::{RUNNING, SECOND, answer, image, picture};
use crate::{accepting, keeping, keeping_with};

#[tokio::test]
async fn the_owner_says_that_it_is_alive_as_long_as_it_has_tasks() {
    let (world, shelf) = keeping(accepting(|check| match check {
        1..20 => answer(RUNNING),
        _ => answer(&picture("p")),
    }));
    world.pass(100 * SECOND).await;
    assert!(shelf.renewed().is_empty());
    let task = world.client.submit(image("a", 1)).unwrap();
    drop(world.run(task.outcome()).await.unwrap());
    let (renewed, end) = (shelf.renewed(), world.clock_now().as_millis() as u64);
    assert!(end > 160_000, "{end}");
    let due: Vec<u64> = (1..).map(|number| 100_000 + number * 15_000).take_while(|at| *at <= end).collect();
    assert_eq!(renewed, due);
    world.pass(100 * SECOND).await;
    assert_eq!(shelf.renewed(), due);
}

#[tokio::test]
async fn what_is_known_of_durations_is_loaded_and_kept() {
    let mut durations = Durations::new();
    let kind = Kind::new("videoInference");
    for _ in 0..10 {
        durations.finish(&kind, Part::First, Tick::ZERO, Tick::ZERO, Tick::from_millis(5_000));
    }
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    shelf.has_learned(durations.clone());
    world.settle().await;
    assert_eq!(world.run(world.client.durations()).await.len(), durations.len());
    let task = world.client.submit(image("a", 1)).unwrap();
    drop(world.run(task.outcome()).await.unwrap());
    assert_eq!(shelf.learned().0, 0);
    world.run(world.client.close()).await;
    let (saved, kept) = shelf.learned();
    assert_eq!(saved, 1);
    assert!(kept.unwrap().len() > durations.len());
}

#[tokio::test]
async fn what_was_learned_is_kept_every_hundred_tasks() {
    let (world, shelf) = keeping(|_, attempt| {
        let items = attempt.calls.iter().map(|call| {
            let task_uuid = call.task_uuid.unwrap();
            let image =
                if crate::world::is_check(attempt) { r#","imageUUID":"i","imageURL":"u""# } else { "" };
            format!(r#"{{"taskType":"imageInference","taskUUID":"{task_uuid}"{image}}}"#)
        });
        answer(&items.collect::<Vec<_>>().join(","))
    });
    let tasks: Vec<_> =
        (0..250).map(|number| world.client.submit(image(&number.to_string(), 1)).unwrap()).collect();
    for task in &tasks {
        drop(world.run(task.outcome()).await.unwrap());
    }
    world.pass(Duration::from_secs(1)).await;
    let saved = shelf.learned().0;
    assert!((1..=2).contains(&saved), "{saved}");
    // Tasks go to the journal in few groups.
    let groups = shelf.groups();
    assert_eq!(groups[0], ("begin", 250));
    assert!(groups.len() < 30, "{groups:?}");
}

#[tokio::test]
async fn a_panic_of_the_journal_is_an_error_like_others() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    shelf.panic_in_begin();
    let task = world.client.submit(image("a", 1)).unwrap();
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Journal);
    let task = world.client.submit(image("a", 1)).unwrap();
    assert!(world.run(task.outcome()).await.unwrap().is_durable());
}

#[tokio::test]
async fn closing_does_not_wait_for_what_is_only_read() {
    let (world, _shelf) =
        keeping_with(|builder| builder.journal(Arc::new(Hanging)), accepting(|_| answer(&picture("p"))));
    world.settle().await;
    world.run(world.client.close()).await;
    assert_eq!(world.clock_now(), Duration::ZERO);
}

/// A journal that never answers.
#[derive(Debug)]
struct Hanging;

#[async_trait]
impl Journal for Hanging {
    async fn begin(&self, _: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
        std::future::pending().await
    }

    async fn record(&self, _: Vec<Note>) -> Result<Vec<Ticket>, JournalError> {
        std::future::pending().await
    }

    async fn claim(&self, _: Claim) -> Result<Claimed, JournalError> {
        std::future::pending().await
    }

    async fn renew(&self) -> Result<(), JournalError> {
        std::future::pending().await
    }

    async fn durations(&self) -> Result<Option<Durations>, JournalError> {
        std::future::pending().await
    }

    async fn keep_durations(&self, _: Durations) -> Result<(), JournalError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn the_owner_says_that_it_is_alive_as_long_as_a_result_waits_to_be_confirmed() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    let task = world.client.submit(image("a", 1)).unwrap();
    let outcome = world.run(task.outcome()).await.unwrap();
    // Whoever has it is busy saving it; without a sign of life another process takes it over after a minute, and hands
    // the same result over a second time.
    world.pass(120 * SECOND).await;
    assert!(shelf.renewed().len() >= 7, "{:?}", shelf.renewed());
    outcome.confirm().await.unwrap();
}
