//! A task is sent again only after the journal knows of it.

use runware::poll::Plan;
use runware::transport::testing::Step;
use runware::transport::{Attempt, Delivery, ErrorKind as TransportErrorKind, Reply, TransportError};
use runware::types::{Envelope, TaskType};
use runware::{ErrorKind, Status};

use crate::world::{SECOND, answer, errors, id, image, is_check, is_details, picture};
use crate::{keeping, keeping_with};

const IMAGE: TaskType = TaskType::ImageInference;

/// A server that is too busy at first, or not to be reached.
fn reluctant(times: usize) -> impl FnMut(usize, &Attempt) -> Step + Send + 'static {
    move |number, attempt| match (is_check(attempt), number < times) {
        (true, _) => answer(&picture("p")),
        (false, true) => {
            Step::error(TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, "refused"))
        }
        (false, false) => answer(crate::world::ACK),
    }
}

#[tokio::test]
async fn a_second_attempt_is_written_down_before_it_leaves() {
    let (world, shelf) = keeping(reluctant(1));
    let task = world.client.submit(image("a", 1)).unwrap();
    shelf.record_takes(2 * SECOND);
    world.run(task.accepted()).await.unwrap();
    // Without a journal the second attempt follows at once.
    assert_eq!(world.times_of(&IMAGE), [0, 2_000]);
    assert_eq!(shelf.log()[..2], ["0 begun a", "2000 resending a"]);
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_sent_again_until_it_can() {
    let (world, shelf) = keeping(reluctant(1));
    shelf.fail_record(true);
    let task = world.client.submit(image("a", 1)).unwrap();
    world.pass(60 * SECOND).await;
    assert_eq!(world.times_of(&IMAGE), [0]);
    shelf.fail_record(false);
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.times_of(&IMAGE).len(), 2);
}

#[tokio::test]
async fn what_can_never_be_sent_again_is_not_accepted_by_its_deadline() {
    let plan = Plan::default().with_deadline(30 * SECOND);
    let (world, shelf) = keeping_with(|builder| builder.plan(plan), reluctant(1));
    shelf.fail_record(true);
    let task = world.client.submit(image("a", 1)).unwrap();
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!((error.kind(), world.clock_now()), (ErrorKind::NotAccepted, 30 * SECOND));
    assert_eq!(world.times_of(&IMAGE), [0]);
}

#[tokio::test]
async fn a_task_of_another_process_is_not_sent_again() {
    let (world, shelf) = keeping(reluctant(1));
    let task = world.client.submit(image("a", 1)).unwrap();
    shelf.record_takes(SECOND);
    world.settle().await;
    shelf.fence(crate::world::id("a"));
    assert_eq!(world.run(task.outcome()).await.unwrap_err().kind(), ErrorKind::TakenOver);
    world.pass(1_000 * SECOND).await;
    assert_eq!(world.times_of(&IMAGE), [0]);
}

#[tokio::test]
async fn each_further_attempt_is_written_down() {
    let (world, shelf) = keeping(move |number, attempt| match (is_check(attempt), number) {
        (true, _) => answer(&picture("p")),
        (false, 0 | 1) => errors(r#"{"code":"serviceUnavailable","message":"later"}"#),
        (false, _) => answer(crate::world::ACK),
    });
    let task = world.client.submit(image("a", 1)).unwrap();
    let outcome = world.run(task.outcome()).await;
    let words = shelf.words();
    let resent = words.iter().filter(|word| *word == "resending a").count();
    assert_eq!(resent + 1, world.times_of(&IMAGE).len(), "{words:?} {outcome:?}");
}

#[tokio::test]
async fn what_waits_for_its_turn_is_not_written_down_again_while_the_owner_is_alive() {
    for (is_stopped, resent) in [(false, 0), (true, 1)] {
        let (world, shelf) = keeping(move |number, _| match number {
            0 => {
                let busy = r#"{"errors":[{"code":"serverOverloaded","message":"later","taskUUID":"$b"}]}"#;
                let body = busy.replace("$b", &id("b").to_string()).into_bytes();
                let reply = Reply::new(429, Envelope::decode(body).unwrap());
                Step::reply(reply.with_retry_after(50 * SECOND))
            }
            _ => answer(crate::world::ACK),
        });
        let _first = world.client.submit(image("b", 1)).unwrap();
        world.settle().await;
        let _second = world.client.submit(image("a", 1)).unwrap();
        world.settle().await;
        if is_stopped {
            world.clock.advance_to(50 * SECOND);
        } else {
            world.pass(50 * SECOND).await;
        }
        world.settle().await;
        let words = shelf.words();
        assert_eq!(words.iter().filter(|word| *word == "resending a").count(), resent, "{words:?}");
        let sent = world.transport.attempts().into_iter().skip(1).flat_map(|sent| sent.attempt.calls.clone());
        let uuids: Vec<_> = sent.filter_map(|call| call.task_uuid).collect();
        assert!(uuids.contains(&id("a")), "{uuids:?}");
    }
}

/// A server that loses the first submission, and whose archive denies it.
fn forgetful() -> impl FnMut(usize, &Attempt) -> Step + Send + 'static {
    let mut sent = 0;
    move |_, attempt| match () {
        () if is_details(attempt) => errors(crate::world::NOT_FOUND),
        () if is_check(attempt) => answer(if sent == 1 { String::new() } else { picture("p") }.as_str()),
        () => {
            sent += 1;
            if sent == 1 { Step::error(crate::cut()) } else { answer(crate::world::ACK) }
        }
    }
}

/// The clock that everything goes by stands still while the machine sleeps; that of the server does not.
#[tokio::test]
async fn what_the_machine_slept_through_counts_for_the_hour() {
    for (asleep, expected) in [(3_500, Status::Succeeded), (3_600, Status::Unknown)] {
        let (world, _) = keeping(forgetful());
        let task = world.client.submit(image("a", 1)).unwrap();
        world.pass(62 * SECOND).await;
        // Once more the archive has to deny it, which comes after the hour then.
        world.clock.suspend(asleep * SECOND);
        assert_eq!(world.run(task.outcome()).await.unwrap().status(), expected, "{asleep} s");
        let times = world.times_of(&IMAGE);
        let expected = if expected == Status::Succeeded { &[0, 65_000][..] } else { &[0] };
        assert_eq!(times, expected);
    }
}

#[tokio::test]
async fn a_time_of_day_that_is_set_back_changes_nothing() {
    let (world, _) = keeping(forgetful());
    world.clock.suspend(86_400 * SECOND);
    let task = world.client.submit(image("a", 1)).unwrap();
    world.pass(62 * SECOND).await;
    world.clock.set_back(86_400 * SECOND);
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.times_of(&IMAGE), [0, 65_000]);
}

/// Whoever was silent for longer than its lease may have lost its tasks, also if it slept.
#[tokio::test]
async fn what_was_cleared_before_the_machine_slept_is_written_down_again() {
    for (asleep, resent) in [(0, 0), (60, 1)] {
        let (world, shelf) = keeping(|_, _| answer(crate::world::ACK));
        shelf.begin_takes(SECOND);
        let _task = world.client.submit(image("a", 1)).unwrap();
        world.settle().await;
        world.clock.suspend(asleep * SECOND);
        world.pass(2 * SECOND).await;
        let words = shelf.words();
        assert_eq!(words.iter().filter(|word| *word == "resending a").count(), resent, "{words:?}");
        assert_eq!(world.times_of(&IMAGE).len(), 1);
    }
}
