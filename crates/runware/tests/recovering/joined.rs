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
    let mut has = false;
    let world = process(&disk, move |_, attempt| match () {
        () if is_details(attempt) => errors(NOT_FOUND),
        () if is_check(attempt) => answer(if has { picture("p") } else { String::new() }.as_str()),
        () => {
            has = true;
            answer(ACK)
        }
    });
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
    let world = process(&disk, |now, attempt| match () {
        () if !is_check(attempt) => answer(ACK),
        () if now < 10_000 => answer(RUNNING),
        () => answer(&picture("p")),
    });
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
    let mut has = false;
    let world = process(&disk, move |_, attempt| match () {
        () if is_details(attempt) => errors(NOT_FOUND),
        () if is_check(attempt) => answer(if has { picture("p") } else { String::new() }.as_str()),
        () => {
            has = true;
            answer(ACK)
        }
    });
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

#[tokio::test]
async fn what_has_ended_since_it_was_read_is_not_handed_over_a_second_time() {
    let disk = Disk::default();
    let (gate, opened) = tokio::sync::oneshot::channel();
    let journal = Arc::new(Gated { inner: disk.open(), gate: std::sync::Mutex::new(None) });
    let world = Process::new(journal.clone(), ManualClock::new(), |now, attempt| match () {
        () if !is_check(attempt) => answer(ACK),
        () if now < 10_000 => answer(RUNNING),
        () => answer(&picture("p")),
    });
    let task = world.client.submit_prepared(image("a", 1)).unwrap();
    world.pass(2 * SECOND).await;
    *journal.gate.lock().unwrap() = Some(opened);
    let client = world.client.clone();
    let recovering = tokio::spawn(async move { client.recover().await });
    settle().await;
    // What the journal has was read while it was open. Before that is looked at, it ends and is confirmed.
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.results().len(), outcome.is_redelivered()), (1, false));
    world.run(outcome.confirm()).await.unwrap();
    drop(task);
    gate.send(()).unwrap();
    let recovered = world.run(recovering).await.unwrap().unwrap();
    for task in recovered.tasks {
        let story = world.story(&task).await;
        assert!(!story.contains(&"p #0".to_owned()), "handed over again as if it were new: {story:?}");
    }
}

/// A journal whose next taking over is told late.
#[derive(Debug)]
struct Gated {
    inner: Arc<crate::journal::MemoryJournal>,
    gate: std::sync::Mutex<Option<tokio::sync::oneshot::Receiver<()>>>,
}

#[runware::transport::async_trait]
impl runware::journal::Journal for Gated {
    async fn begin(
        &self,
        intents: Vec<runware::journal::Intent>,
    ) -> Result<Vec<runware::journal::Begun>, runware::journal::JournalError> {
        self.inner.begin(intents).await
    }

    async fn record(
        &self,
        notes: Vec<runware::journal::Note>,
    ) -> Result<Vec<runware::journal::Ticket>, runware::journal::JournalError> {
        self.inner.record(notes).await
    }

    async fn claim(
        &self,
        claim: runware::journal::Claim,
    ) -> Result<runware::journal::Claimed, runware::journal::JournalError> {
        let claimed = self.inner.claim(claim).await;
        let gate = self.gate.lock().unwrap().take();
        if let Some(gate) = gate {
            gate.await.unwrap();
        }
        claimed
    }

    async fn renew(&self) -> Result<(), runware::journal::JournalError> {
        Ok(())
    }

    async fn durations(&self) -> Result<Option<runware::poll::Durations>, runware::journal::JournalError> {
        Ok(None)
    }

    async fn keep_durations(
        &self,
        _: runware::poll::Durations,
    ) -> Result<(), runware::journal::JournalError> {
        Ok(())
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
    let journal = Arc::new(Unsure(disk.open()));
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
    let journal = Arc::new(Unsure(disk.open()));
    let first = Process::new(journal, ManualClock::new(), |_, _| answer(ACK));
    let task = first.client.submit_prepared(image("a", 1)).unwrap();
    let error = first.run(task.outcome()).await.unwrap_err();
    assert!(!error.is_safe_to_resubmit() && error.to_string().contains("under no other id"), "{error}");
    first.pass(100 * SECOND).await;
    first.run(first.client.close()).await;
    assert_eq!(disk.row(id("a")).stage, Stage::Open);
}

/// A journal whose intents fail after they were written, as when the sync of a disk fails that has written them.
#[derive(Debug)]
struct Unsure(Arc<crate::journal::MemoryJournal>);

#[runware::transport::async_trait]
impl runware::journal::Journal for Unsure {
    async fn begin(
        &self,
        intents: Vec<runware::journal::Intent>,
    ) -> Result<Vec<runware::journal::Begun>, runware::journal::JournalError> {
        _ = self.0.begin(intents).await;
        let kind = runware::journal::JournalErrorKind::Io;
        Err(runware::journal::JournalError::new(kind, "the disk could not be synced"))
    }

    async fn record(
        &self,
        notes: Vec<runware::journal::Note>,
    ) -> Result<Vec<runware::journal::Ticket>, runware::journal::JournalError> {
        self.0.record(notes).await
    }

    async fn claim(
        &self,
        claim: runware::journal::Claim,
    ) -> Result<runware::journal::Claimed, runware::journal::JournalError> {
        self.0.claim(claim).await
    }

    async fn renew(&self) -> Result<(), runware::journal::JournalError> {
        Ok(())
    }

    async fn durations(&self) -> Result<Option<runware::poll::Durations>, runware::journal::JournalError> {
        Ok(None)
    }

    async fn keep_durations(
        &self,
        _: runware::poll::Durations,
    ) -> Result<(), runware::journal::JournalError> {
        Ok(())
    }
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
async fn what_another_client_of_this_process_has_ended_since_it_was_read_is_not_handed_over_again() {
    let disk = Disk::default();
    let (gate, opened) = tokio::sync::oneshot::channel();
    let journal = Arc::new(Gated { inner: disk.open(), gate: std::sync::Mutex::new(None) });
    let clock = ManualClock::new();
    let serve = |now, attempt: &_| match () {
        () if !is_check(attempt) => answer(ACK),
        () if now < 10_000 => answer(RUNNING),
        () => answer(&picture("p")),
    };
    let one = Process::new(journal.clone(), clock.clone(), serve);
    let other = Process::new(journal.clone(), clock, serve);
    let task = one.client.submit_prepared(image("a", 1)).unwrap();
    one.pass(2 * SECOND).await;
    *journal.gate.lock().unwrap() = Some(opened);
    let client = other.client.clone();
    let recovering = tokio::spawn(async move { client.recover().await });
    settle().await;
    let outcome = one.run(task.outcome()).await.unwrap();
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
async fn what_one_client_gives_up_before_it_is_begun_is_not_taken_from_another_one() {
    let disk = Disk::default();
    let (gate, opened) = tokio::sync::oneshot::channel();
    let journal = Arc::new(Late { inner: disk.open(), gate: std::sync::Mutex::new(Some(opened)) });
    let clock = ManualClock::new();
    let mut has = false;
    let serve = move |_, attempt: &_| match () {
        () if is_details(attempt) => errors(NOT_FOUND),
        () if is_check(attempt) => answer(if has { picture("p") } else { String::new() }.as_str()),
        () => {
            has = true;
            answer(ACK)
        }
    };
    let one = Process::new(journal.clone(), clock.clone(), serve);
    let other = Process::new(journal, clock, serve);
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

/// A journal whose first intents are told late.
#[derive(Debug)]
struct Late {
    inner: Arc<crate::journal::MemoryJournal>,
    gate: std::sync::Mutex<Option<tokio::sync::oneshot::Receiver<()>>>,
}

#[runware::transport::async_trait]
impl runware::journal::Journal for Late {
    async fn begin(
        &self,
        intents: Vec<runware::journal::Intent>,
    ) -> Result<Vec<runware::journal::Begun>, runware::journal::JournalError> {
        let begun = self.inner.begin(intents).await;
        let gate = self.gate.lock().unwrap().take();
        if let Some(gate) = gate {
            gate.await.unwrap();
        }
        begun
    }

    async fn record(
        &self,
        notes: Vec<runware::journal::Note>,
    ) -> Result<Vec<runware::journal::Ticket>, runware::journal::JournalError> {
        self.inner.record(notes).await
    }

    async fn claim(
        &self,
        claim: runware::journal::Claim,
    ) -> Result<runware::journal::Claimed, runware::journal::JournalError> {
        self.inner.claim(claim).await
    }

    async fn renew(&self) -> Result<(), runware::journal::JournalError> {
        Ok(())
    }

    async fn durations(&self) -> Result<Option<runware::poll::Durations>, runware::journal::JournalError> {
        Ok(None)
    }

    async fn keep_durations(
        &self,
        _: runware::poll::Durations,
    ) -> Result<(), runware::journal::JournalError> {
        Ok(())
    }
}
