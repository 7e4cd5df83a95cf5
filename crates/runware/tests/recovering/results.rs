//! Tasks of which something has come.

use std::time::Duration;

use runware::journal::{Part, PartKind};
use runware::types::{Prepared, RawJson, RawTask};
use runware::{Status, TaskHandle};

use crate::journal::{Disk, Stage};
use crate::world::*;

/// A disk with a task of an earlier process that has these parts.
fn kept(prepared: &Prepared, parts: &[(PartKind, String)], stage: Stage) -> Disk {
    let disk = Disk::default();
    disk.put(intent(prepared), Duration::from_secs(300));
    disk.change(id("a"), |row| {
        (row.stage, row.is_accepted) = (stage, true);
        for (ordinal, (kind, raw)) in (0..).zip(parts) {
            let raw = RawJson::parse(named(raw.clone())).unwrap();
            row.parts.insert(ordinal, Part { ordinal, index: None, kind: *kind, raw });
        }
    });
    disk
}

fn results<const N: usize>(names: [&str; N]) -> Vec<(PartKind, String)> {
    names.map(|name| (PartKind::Result, picture(name))).to_vec()
}

#[tokio::test]
async fn a_task_in_flight_is_looked_at_until_it_ends() {
    let disk = kept(&image("a", 2), &[], Stage::Open);
    let world = process(&disk, |now, _| match now {
        0 => answer(RUNNING),
        1..4_000 => answer(&format!("{},{RUNNING}", picture("p"))),
        _ => answer(&format!("{},{}", picture("p"), picture("q"))),
    });
    let task = world.recover_one().await;
    assert_eq!(world.story(&task).await, ["replayed", "p #0", "q #1", "succeeded"]);
    let [sent, checks, details] = world.times();
    assert_eq!((sent.len(), checks[0], details.len()), (0, 0, 0));
    let outcome = world.run(task.outcome()).await.unwrap();
    assert!(outcome.is_durable() && !outcome.is_redelivered());
    world.run(outcome.confirm()).await.unwrap();
    assert_eq!(disk.row(id("a")).stage, Stage::Confirmed);
    assert!(world.recover().await.tasks.is_empty(), "what is confirmed is not handed over again");
}

#[tokio::test]
async fn what_had_come_is_handed_over_again_under_the_same_name_and_the_rest_once() {
    let disk = kept(&image("a", 3), &results(["q", "p"]), Stage::Open);
    let world = process(&disk, |now, _| match now {
        // In another order than they came in.
        0 => answer(&format!("{},{RUNNING},{}", picture("p"), picture("q"))),
        _ => answer(&format!("{},{},{}", picture("p"), picture("r"), picture("q"))),
    });
    let task = world.recover_one().await;
    assert_eq!(world.story(&task).await, ["replayed", "q #0 again", "p #1 again", "r #2", "succeeded"]);
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!(outcome.results().len(), 3);
    assert!(outcome.is_durable() && outcome.is_redelivered());
    let row = disk.row(id("a"));
    assert_eq!((row.stage, row.parts.len()), (Stage::Settled, 3));
}

#[tokio::test]
async fn results_without_a_name_or_number_are_not_doubled() {
    let prepared = image("a", 3);
    let texts = [(PartKind::Result, text("same")), (PartKind::Result, text("same"))];
    let disk = kept(&prepared, &texts, Stage::Open);
    let running = r#"{"taskType":"textInference","taskUUID":"$a","status":"processing"}"#;
    let world = process(&disk, move |now, _| match now {
        0 => answer(&format!("{},{},{running}", text("same"), text("same"))),
        _ => answer(&format!("{},{},{}", text("same"), text("same"), text("same"))),
    });
    let task = world.recover_one().await;
    let story = world.story(&task).await;
    assert_eq!(story, ["replayed", "same #0 again", "same #1 again", "same #2", "succeeded"]);
}

#[tokio::test]
async fn failures_are_not_doubled_however_they_came() {
    let item =
        r#"{"taskType":"imageInference","taskUUID":"$a","status":"error","code":"flagged","message":"no"}"#;
    let error = r#"{"code":"timeoutProvider","status":"error","taskUUID":"$a","message":"late"}"#;
    let parts = [(PartKind::Failure, item.to_owned()), (PartKind::Failure, error.to_owned())];
    let disk = kept(&image("a", 3), &parts, Stage::Open);
    let world = process(&disk, move |now, _| match now {
        0 => reply(&format!("{item},{RUNNING}"), error),
        _ => reply(&format!("{item},{}", picture("p")), error),
    });
    let task = world.recover_one().await;
    assert_eq!(world.story(&task).await, ["replayed", "flagged", "timeoutProvider", "p #2", "partial"]);
    assert_eq!(disk.row(id("a")).parts.len(), 3);
}

#[tokio::test]
async fn what_has_settled_is_handed_over_again_without_a_request_until_it_is_confirmed() {
    let disk = kept(&image("a", 2), &results(["p", "q"]), Stage::Settled);
    for _ in 0..2 {
        let world = process(&disk, |_, _| panic!("nothing is asked"));
        let task = world.recover_one().await;
        assert_eq!(world.story(&task).await, ["replayed", "p #0 again", "q #1 again", "succeeded"]);
        let outcome = world.run(task.outcome()).await.unwrap();
        assert!(outcome.is_durable() && outcome.is_redelivered());
        assert!(outcome.results().iter().all(|result| result.is_redelivered() && result.is_durable()));
        disk.kill_all();
        disk.reboot();
    }
    let world = process(&disk, |_, _| panic!("nothing is asked"));
    let task = world.recover_one().await;
    let outcome = world.run(task.outcome()).await.unwrap();
    world.run(outcome.confirm()).await.unwrap();
    disk.kill_all();
    assert!(process(&disk, |_, _| panic!("nothing is asked")).recover().await.tasks.is_empty());
}

#[tokio::test]
async fn what_had_all_come_and_was_not_called_settled_needs_no_request_either() {
    let disk = kept(&image("a", 2), &results(["p", "q"]), Stage::Open);
    let world = process(&disk, |_, _| panic!("nothing is asked"));
    let task = world.recover_one().await;
    assert_eq!(world.story(&task).await, ["replayed", "p #0 again", "q #1 again", "succeeded"]);
    assert_eq!(disk.row(id("a")).stage, Stage::Settled);
}

#[tokio::test]
async fn what_settled_short_of_what_was_asked_for_stays_so() {
    let disk = kept(&image("a", 3), &results(["p"]), Stage::Settled);
    let world = process(&disk, |_, _| panic!("nothing is asked"));
    let task = world.recover_one().await;
    assert_eq!(world.story(&task).await, ["replayed", "p #0 again", "partial"]);
}

#[tokio::test]
async fn a_resumed_task_that_the_journal_has_is_handed_over_again_and_kept() {
    let prepared = image("a", 2);
    let disk = kept(&prepared, &results(["p", "q"]), Stage::Settled);
    let world = process(&disk, |_, _| panic!("nothing is asked"));
    let task = world.client.resume(id("a")).unwrap();
    assert_eq!(world.story(&task).await, ["replayed", "p #0 again", "q #1 again", "succeeded"]);

    let disk = kept(&prepared, &results(["p"]), Stage::Open);
    let world = process(&disk, |_, _| answer(&format!("{},{}", picture("p"), picture("q"))));
    let task = world.client.resume(TaskHandle::from(&prepared)).unwrap();
    assert_eq!(world.story(&task).await, ["replayed", "p #0 again", "q #1", "succeeded"]);
    let outcome = world.run(task.outcome()).await.unwrap();
    world.run(outcome.confirm()).await.unwrap();
    assert_eq!(disk.row(id("a")).stage, Stage::Confirmed);
}

#[tokio::test]
async fn a_resumed_task_that_the_journal_does_not_have_is_watched_as_ever() {
    let world = process(&Disk::default(), |_, _| answer(&picture("p")));
    let handle = TaskHandle::new(id("a")).with_expected(1);
    let outcome = world.run(world.client.resume(handle).unwrap().outcome()).await.unwrap();
    assert_eq!((outcome.status(), outcome.is_durable()), (Status::Succeeded, false));
    assert_eq!(world.times()[1], [0]);
}

#[tokio::test]
async fn a_handle_of_another_request_is_not_what_the_journal_has() {
    let disk = kept(&image("a", 2), &results(["p", "q"]), Stage::Settled);
    let other = RawTask::from_json(image("a", 1).bytes()).unwrap().set("positivePrompt", "a fox");
    let world = process(&disk, |_, _| panic!("nothing is asked"));
    let task = world.client.resume(TaskHandle::from(&other.prepare(id("a")).unwrap())).unwrap();
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!(error.kind(), runware::ErrorKind::UuidReused);
    assert!(error.to_string().contains("in the journal"), "{error}");
    let other = process(&disk, |_, _| panic!("nothing is asked"));
    assert_eq!(other.recover().await.tasks.len(), 1, "it is free again");
}
