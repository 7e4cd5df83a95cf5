//! Tasks that somebody looks after, or has asked for before.

use std::sync::Arc;
use std::time::Duration;

use runware::poll::Plan;
use runware::transport::Clock as _;
use runware::transport::testing::ManualClock;
use runware::types::RawTask;
use runware::{ErrorKind, Status};

use crate::journal::{Death, Disk, Stage};
use crate::world::*;

#[tokio::test]
async fn recovering_twice_is_recovering_once() {
    let disk = Disk::default();
    disk.put(intent(&image("a", 1)), Duration::from_secs(90));
    let world = process(&disk, without(|| answer(ACK)));
    let first = world.recover_one().await;
    let second = world.recover_one().await;
    world.pass(3 * SECOND).await;
    let third = world.recover_one().await;
    for task in [first, second, third] {
        assert_eq!(world.story(&task).await, ["accepted", "p #0", "succeeded"]);
    }
    let [sent, _, details] = world.times();
    assert_eq!((&sent[..], &details[..]), (&[5_000][..], &[0, 5_000][..]));
    let again = world.recover_one().await;
    assert_eq!(world.story(&again).await, ["replayed", "p #0 again", "succeeded"], "it is not confirmed");
    let outcome = world.run(again.outcome()).await.unwrap();
    world.run(outcome.confirm()).await.unwrap();
    assert!(world.recover().await.tasks.is_empty());
}

#[tokio::test]
async fn a_task_that_is_watched_is_joined() {
    let disk = Disk::default();
    let world = process(&disk, taking_ten_seconds);
    let task = world.client.submit_prepared(image("a", 1)).unwrap();
    world.pass(2 * SECOND).await;
    let joined = world.recover_one().await;
    world.pass(SECOND).await;
    for task in [task, joined] {
        assert_eq!(world.story(&task).await, ["accepted", "p #0", "succeeded"]);
        let outcome = world.run(task.outcome()).await.unwrap();
        world.run(outcome.confirm()).await.unwrap();
    }
    assert_eq!(world.times()[0], [0]);
}

#[tokio::test]
async fn a_task_whose_intent_is_on_its_way_is_not_disturbed() {
    let disk = Disk::default();
    let world =
        process(&disk, |_, attempt| answer(&if is_check(attempt) { picture("p") } else { ACK.into() }));
    let task = world.client.submit_prepared(image("a", 1)).unwrap();
    let recovered = world.recover().await;
    assert_eq!(world.story(&task).await, ["accepted", "p #0", "succeeded"]);
    assert!(recovered.tasks.len() <= 1 && recovered.held_elsewhere == 0);
    assert_eq!((world.times()[0].len(), disk.row(id("a")).stage), (1, Stage::Settled));
}

#[tokio::test]
async fn what_another_client_of_this_process_looks_after_is_left_to_it() {
    let disk = Disk::default();
    let (journal, clock) = (disk.open(), ManualClock::new());
    let running = |now, attempt: &_| match () {
        () if !is_check(attempt) => answer(ACK),
        () if now < 20_000 => answer(RUNNING),
        () => answer(&picture("p")),
    };
    let one = Process::new(journal.clone(), clock.clone(), running);
    let other = Process::new(journal, clock, running);
    let task = one.client.submit_prepared(image("a", 1)).unwrap();
    one.pass(2 * SECOND).await;
    let recovered = other.recover().await;
    assert_eq!((recovered.tasks.len(), recovered.held_elsewhere), (0, 1));
    // Nor does it send what the other one has sent; it looks.
    let watched = other.client.submit_prepared(image("a", 1)).unwrap();
    let outcome = other.run(watched.outcome()).await.unwrap();
    assert_eq!((outcome.status(), outcome.is_durable()), (Status::Succeeded, false));
    assert_eq!(one.story(&task).await, ["accepted", "p #0", "succeeded"]);
    assert_eq!((one.times()[0].len(), other.times()[0].len()), (1, 0));
    // Once nobody looks after it any more, it can be had.
    let task = other.recover_one().await;
    assert_eq!(other.story(&task).await, ["replayed", "p #0 again", "succeeded"]);
}

#[tokio::test]
async fn what_a_process_that_is_alive_looks_after_is_left_to_it_and_watched_at_most() {
    let disk = Disk::default();
    let one = process(&disk, |_, attempt| answer(if is_check(attempt) { RUNNING } else { ACK }));
    let _task = one.client.submit_prepared(image("a", 1)).unwrap();
    one.pass(2 * SECOND).await;
    let before = disk.row(id("a"));
    let other = process(&disk, |_, _| answer(&picture("p")));
    let recovered = other.recover().await;
    assert_eq!((recovered.tasks.len(), recovered.held_elsewhere), (0, 1));
    let task = other.client.submit_prepared(image("a", 1)).unwrap();
    let outcome = other.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), other.times()[0].len()), (Status::Succeeded, 0));
    assert_eq!(format!("{:?}", disk.row(id("a"))), format!("{before:?}"));
}

#[tokio::test]
async fn what_was_only_watched_is_kept_once_it_is_taken_over() {
    let disk = Disk::default();
    let journal = disk.open();
    let one = Process::new(journal.clone(), ManualClock::new(), |_, attempt| {
        answer(if is_check(attempt) { RUNNING } else { ACK })
    });
    let _task = one.client.submit_prepared(image("a", 2)).unwrap();
    one.pass(2 * SECOND).await;
    let other = process(&disk, |now, _| match now {
        0..30_000 => answer(&format!("{},{RUNNING}", picture("p"))),
        _ => answer(&format!("{},{}", picture("p"), picture("q"))),
    });
    let task = other.client.submit_prepared(image("a", 2)).unwrap();
    other.pass(10 * SECOND).await;
    assert_eq!(disk.row(id("a")).parts.len(), 0, "it is not this one's to write about");
    disk.kill(&journal);
    let recovered = other.recover_one().await;
    let outcome = other.run(recovered.outcome()).await.unwrap();
    assert_eq!((outcome.results().len(), outcome.is_durable()), (2, true));
    assert_eq!(other.run(task.outcome()).await.unwrap().results().len(), 2);
    let row = disk.row(id("a"));
    assert_eq!((row.stage, row.parts.len()), (Stage::Settled, 2));
    let names: Vec<String> = row.parts.values().map(|part| part.raw.as_str().to_owned()).collect();
    assert!(names[0].contains("\"p\"") && names[1].contains("\"q\""), "{names:?}");
}

#[tokio::test]
async fn the_same_request_under_the_same_id_is_the_same_task() {
    let disk = Disk::default();
    disk.put(intent(&image("a", 1)), Duration::from_secs(90));
    let world = process(&disk, without(|| answer(ACK)));
    // As after a crash: it may have been sent.
    let task = world.client.submit_prepared(image("a", 1)).unwrap();
    assert_eq!(world.story(&task).await, ["accepted", "p #0", "succeeded"]);
    let [sent, checks, details] = world.times();
    assert_eq!((&sent[..], checks[0], &details[..]), (&[5_000][..], 0, &[0, 5_000][..]));
    // Settled, confirmed: it is told from the journal.
    for _ in 0..2 {
        disk.kill_all();
        let next = process(&disk, |_, _| panic!("nothing is asked"));
        let task = next.client.submit_prepared(image("a", 1)).unwrap();
        assert_eq!(next.story(&task).await, ["replayed", "p #0 again", "succeeded"]);
        let outcome = next.run(task.outcome()).await.unwrap();
        next.run(outcome.confirm()).await.unwrap();
    }
    assert_eq!(disk.row(id("a")).stage, Stage::Confirmed);
}

#[tokio::test]
async fn a_confirmed_task_whose_results_are_gone_is_looked_up_and_not_bought_again() {
    let disk = Disk::default();
    disk.put(intent(&image("a", 1)), Duration::from_secs(90));
    disk.change(id("a"), |row| row.stage = Stage::Confirmed);
    let world = process(&disk, |_, attempt| match is_check(attempt) {
        true => answer(&picture("p")),
        false => panic!("it is not sent"),
    });
    let task = world.client.submit_prepared(image("a", 1)).unwrap();
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
}

#[tokio::test]
async fn another_request_under_the_same_id_is_refused() {
    let disk = Disk::default();
    disk.put(intent(&image("a", 1)), Duration::from_secs(90));
    let world = process(&disk, |_, _| panic!("nothing is sent"));
    let other = RawTask::from_json(image("a", 1).bytes()).unwrap().set("positivePrompt", "a fox");
    let task = world.client.submit_prepared(other.prepare(id("a")).unwrap()).unwrap();
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UuidReused);
    assert!(error.to_string().contains("in the journal"), "{error}");
}

#[tokio::test]
async fn a_handle_of_another_request_does_not_keep_the_journals_task_from_anybody() {
    let disk = Disk::default();
    disk.put(intent(&image("a", 1)), Duration::from_secs(90));
    let world = process(&disk, |_, _| answer(&picture("p")));
    let other = RawTask::from_json(image("a", 1).bytes()).unwrap().set("positivePrompt", "a fox");
    let handle = runware::TaskHandle::from(&other.prepare(id("a")).unwrap());
    let resumed = world.client.resume(handle).unwrap();
    let task = world.recover_one().await;
    assert_eq!(world.run(resumed.outcome()).await.unwrap_err().kind(), ErrorKind::UuidReused);
    assert_eq!(world.story(&task).await, ["replayed", "p #0", "succeeded"]);
}

#[tokio::test]
async fn tasks_of_another_service_are_left_alone() {
    let disk = Disk::default();
    let prepared = image("a", 1);
    disk.put(runware::journal::Intent::new("elsewhere", &prepared), Duration::from_secs(90));
    let world = process(&disk, |_, _| panic!("nothing is asked"));
    let recovered = world.recover().await;
    assert_eq!((recovered.tasks.len(), recovered.held_elsewhere), (0, 0));
}

#[tokio::test]
async fn a_task_that_is_dropped_waits_for_the_next_one() {
    let disk = Disk::default();
    disk.put(intent(&image("a", 1)), Duration::from_secs(90));
    let world = process(&disk, |_, _| answer(RUNNING));
    drop(world.recover().await);
    world.pass(SECOND).await;
    let next = process(&disk, |_, _| answer(&picture("p")));
    assert_eq!(next.recover().await.tasks.len(), 1, "though the first process is alive");
}

#[tokio::test]
async fn without_a_journal_and_after_the_end_there_is_nothing_to_recover() {
    let disk = Disk::default();
    let world = process(&disk, |_, _| panic!("nothing is asked"));
    world.run(world.client.close()).await;
    assert_eq!(world.run(world.client.recover()).await.unwrap_err().kind(), ErrorKind::Closed);
    let bare = runware::Client::builder().transport(Arc::new(world.transport.clone())).build().unwrap();
    assert_eq!(bare.recover().await.unwrap_err().kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn a_task_that_is_dropped_and_taken_up_again_goes_on_where_it_stood() {
    let disk = Disk::default();
    let world = process(&disk, |now, attempt| match () {
        () if !is_check(attempt) => answer(ACK),
        () if now < 5_000 => answer(&format!("{},{RUNNING}", picture("p"))),
        () => answer(&format!("{},{}", picture("p"), picture("q"))),
    });
    let mut again = world.client.submit_prepared(image("a", 2)).unwrap();
    world.pass(3 * SECOND).await;
    for round in 0..3 {
        drop(again);
        // Before the driver has heard of it, or the journal.
        again = match round {
            0 => world.recover_one().await,
            1 => world.client.resume(id("a")).unwrap(),
            _ => world.client.submit_prepared(image("a", 2)).unwrap(),
        };
        settle().await;
    }
    assert_eq!(world.story(&again).await, ["replayed", "p #0 again", "q #1", "succeeded"]);
    let outcome = world.run(again.outcome()).await.unwrap();
    world.run(outcome.confirm()).await.unwrap();
    assert_eq!((disk.row(id("a")).stage, world.times()[0].len()), (Stage::Confirmed, 1));
}

#[tokio::test]
async fn a_journal_that_does_not_answer_is_waited_for_until_the_deadline() {
    let dead = Disk::default().open_until(Death::at(0, false));
    let world = Process::new(dead, ManualClock::new(), |_, _| panic!("nothing is asked"));
    let client = world.client.with_plan(Plan::default().with_deadline(30 * SECOND));
    let error = world.run(client.recover()).await.unwrap_err();
    assert_eq!((error.kind(), world.clock.now()), (ErrorKind::Journal, 30 * SECOND));
    // One that is resumed is looked at all the same, five seconds late, and ends at its deadline as ever.
    let mut answers = [RUNNING.to_owned(), picture("p")].into_iter();
    let dead = Disk::default().open_until(Death::at(0, false));
    let world = Process::new(dead, ManualClock::new(), move |_, _| answer(&answers.next().unwrap()));
    let task = world.client.resume(runware::TaskHandle::new(id("a")).with_expected(1)).unwrap();
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), outcome.is_durable()), (Status::Succeeded, false));
    assert_eq!(world.times()[1][0], 5_000);
}

#[tokio::test]
async fn ten_thousand_tasks_are_taken_up_together() {
    let disk = Disk::default();
    for number in 0..10_000 {
        let task = RawTask::new("imageInference").set("deliveryMethod", "async");
        let prepared = task.prepare(id(&number.to_string())).unwrap();
        disk.put(intent(&prepared), Duration::from_secs(90));
        disk.accept_last();
    }
    let world = process(&disk, |_, attempt| {
        let items = attempt.calls.iter().map(|call| {
            let uuid = call.task_uuid.unwrap();
            format!(r#"{{"taskType":"imageInference","taskUUID":"{uuid}","imageUUID":"i","imageURL":"u"}}"#)
        });
        answer(&items.collect::<Vec<_>>().join(","))
    });
    let recovered = world.recover().await;
    assert_eq!(recovered.tasks.len(), 10_000);
    let ids: Vec<_> = recovered.tasks.iter().map(|task| task.handle().task_uuid()).collect();
    assert!((0..).zip(&ids).all(|(number, known)| *known == id(&number.to_string())), "oldest first");
    for task in recovered.tasks {
        assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    }
    assert_eq!((world.times()[1].len(), world.clock.now()), (100, Duration::ZERO));
    assert!(disk.rows().iter().all(|row| row.stage == Stage::Settled));
}
