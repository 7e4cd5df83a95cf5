//! Tasks that two have reason to think are theirs.

use std::time::Duration;

use runware::poll::Plan;
use runware::transport::testing::ManualClock;
use runware::{ErrorKind, Status};

use crate::journal::{Disk, MemoryJournal, Stage};
use crate::world::*;

#[tokio::test]
async fn what_has_ended_since_it_was_read_is_not_handed_over_a_second_time() {
    let disk = Disk::default();
    let journal = disk.open();
    let world = Process::new(journal.clone(), ManualClock::new(), taking_ten_seconds);
    ends_after_it_was_read(&world, &world, &journal).await;
}

#[tokio::test]
async fn what_another_client_of_this_process_has_ended_since_it_was_read_is_not_handed_over_again() {
    let disk = Disk::default();
    let journal = disk.open();
    let clock = ManualClock::new();
    let one = Process::new(journal.clone(), clock.clone(), taking_ten_seconds);
    let other = Process::new(journal.clone(), clock, taking_ten_seconds);
    ends_after_it_was_read(&one, &other, &journal).await;
}

/// What the journal has is read by `other` while a task of `one` is open. Before that is looked at, the task ends and is
/// confirmed.
async fn ends_after_it_was_read(one: &Process, other: &Process, journal: &MemoryJournal) {
    let task = one.client.submit_prepared(image("a", 1)).unwrap();
    one.pass(2 * SECOND).await;
    let gate = journal.awkward.claimed.close();
    let client = other.client.clone();
    let recovering = tokio::spawn(async move { client.recover().await });
    settle().await;
    let outcome = one.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.results().len(), outcome.is_redelivered()), (1, false));
    one.run(outcome.confirm()).await.unwrap();
    drop(task);
    gate.send(()).unwrap();
    let recovered = other.run(recovering).await.unwrap().unwrap();
    for task in recovered.tasks {
        let story = other.story(&task).await;
        assert!(!story.contains(&"p #0".to_owned()), "handed over again as if it were new: {story:?}");
    }
}

#[tokio::test]
async fn who_was_stopped_with_a_task_that_waits_for_its_turn_does_not_send_what_others_have_taken_over() {
    let disk = Disk::default();
    let journal = disk.open();
    let busy = r#"{"code":"serverOverloaded","message":"later","taskUUID":"$b"}"#;
    let stopped = Process::new(journal.clone(), ManualClock::new(), move |_, _| {
        let body = named(format!(r#"{{"errors":[{busy}]}}"#));
        let reply = runware::transport::Reply::new(429, runware::types::Envelope::decode(body).unwrap());
        runware::transport::testing::Step::reply(reply.with_retry_after(Duration::from_secs(30)))
    });
    let _first = stopped.client.submit_prepared(image("b", 1)).unwrap();
    settle().await;
    let second = stopped.client.submit_prepared(image("a", 1)).unwrap();
    settle().await;
    assert_eq!((stopped.submitted().len(), disk.rows().len()), (1, 2), "begun, and not sent");
    // Then it is stopped for ten minutes, its lease ends, and somebody else finds that the task was never sent.
    disk.kill(&journal);
    disk.age(Duration::from_secs(600));
    let mut has = false;
    let other = process(&disk, move |_, attempt| match () {
        () if is_details(attempt) => errors(&format!("{NOT_FOUND},{}", NOT_FOUND.replace("$a", "$b"))),
        () if is_check(attempt) => answer(if has { picture("p") } else { String::new() }.as_str()),
        () => {
            has = true;
            answer(ACK)
        }
    });
    let tasks = other.recover().await.tasks;
    let a = tasks.iter().find(|task| task.handle().task_uuid() == id("a")).unwrap();
    let outcome = other.run(a.outcome()).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    // It wakes up.
    let before = stopped.submitted().len();
    stopped.clock.advance_to(Duration::from_secs(600));
    stopped.pass(100 * SECOND).await;
    assert_eq!(stopped.submitted().len(), before, "two owners have sent it");
    assert_eq!(stopped.run(second.outcome()).await.unwrap_err().kind(), ErrorKind::TakenOver);
}

#[tokio::test]
async fn an_intent_that_failed_and_is_there_all_the_same_is_not_bought_by_somebody_else() {
    let disk = Disk::default();
    let journal = disk.open_unsure();
    let first = Process::new(journal, ManualClock::new(), |_, _| answer(ACK));
    let task = first.client.submit_prepared(image("a", 1)).unwrap();
    let error = first.run(task.outcome()).await.unwrap_err();
    assert_eq!((error.kind(), first.submitted().len()), (ErrorKind::Journal, 0));
    first.pass(100 * SECOND).await;
    first.run(first.client.close()).await;
    assert_eq!(disk.row(id("a")).stage, Stage::Refused, "nobody has sent it");
    disk.kill_all();
    disk.age(Duration::from_secs(100));
    let second = process(&disk, |_, attempt| match () {
        () if is_details(attempt) => errors(NOT_FOUND),
        () if is_check(attempt) => answer(""),
        () => answer(ACK),
    });
    let _tasks = second.recover().await.tasks;
    second.pass(60 * SECOND).await;
    // Whoever was told that nothing was sent, and that it is safe, has submitted it anew under another id.
    let is_bought = !second.submitted().is_empty();
    assert!(!(error.is_safe_to_resubmit() && is_bought), "it is bought behind the back of who was told so");
}

#[tokio::test]
async fn what_an_earlier_process_may_have_sent_is_not_refused_because_it_could_not_be_begun_again() {
    let disk = Disk::default();
    disk.put(intent(&image("a", 1)), Duration::from_secs(90));
    let journal = disk.open_unsure();
    let first = Process::new(journal, ManualClock::new(), |_, _| answer(ACK));
    let task = first.client.submit_prepared(image("a", 1)).unwrap();
    let error = first.run(task.outcome()).await.unwrap_err();
    assert!(!error.is_safe_to_resubmit() && error.to_string().contains("under no other id"), "{error}");
    first.pass(100 * SECOND).await;
    first.run(first.client.close()).await;
    assert_eq!(disk.row(id("a")).stage, Stage::Open);
}

#[tokio::test]
async fn what_was_confirmed_and_pruned_does_not_come_as_if_it_were_new() {
    let disk = Disk::default();
    disk.put(intent(&image("a", 1)), Duration::from_secs(90));
    disk.change(id("a"), |row| (row.stage, row.is_accepted) = (Stage::Confirmed, true));
    let world =
        process(&disk, |_, attempt| answer(&if is_check(attempt) { picture("p") } else { ACK.into() }));
    let task = world.client.submit_prepared(image("a", 1)).unwrap();
    let story = world.story(&task).await;
    assert!(!story.contains(&"p #0".to_owned()), "{story:?}");
}

#[tokio::test]
async fn what_one_client_gives_up_before_it_is_begun_is_not_taken_from_another_one() {
    let disk = Disk::default();
    let journal = disk.open();
    let gate = journal.awkward.begun.close();
    let clock = ManualClock::new();
    let serve = || without(|| answer(ACK));
    let one = Process::new(journal.clone(), clock.clone(), serve());
    let other = Process::new(journal, clock, serve());
    // The intent is durable, and the answer is late: the task is given up at its deadline.
    let hasty = one.client.with_plan(Plan::default().with_deadline(3 * SECOND));
    let given_up = hasty.submit_prepared(image("a", 1)).unwrap();
    assert_eq!(one.run(given_up.outcome()).await.unwrap_err().kind(), ErrorKind::Journal);
    let task = other.client.submit_prepared(image("a", 1)).unwrap();
    other.pass(5 * SECOND).await;
    gate.send(()).unwrap();
    other.pass(5 * SECOND).await;
    // A journal refuses what is to be sent again after this, and what was set aside for it is free.
    assert_ne!(disk.row(id("a")).stage, Stage::Refused, "refused while another client looks after it");
    let outcome = other.run(task.outcome()).await;
    assert!(
        outcome.is_ok(),
        "nobody else looks after it: {:?}, {:?}",
        outcome.err(),
        disk.row(id("a")).stage
    );
}
