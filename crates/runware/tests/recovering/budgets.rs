//! Clients with a budget, and tasks that were begun without a price.

use std::time::Duration;

use runware::journal::{Intent, Reserve};
use runware::transport::Attempt;
use runware::transport::testing::{ManualClock, Step};
use runware::types::Money;
use runware::{Budget, Ending, ErrorKind, Status, SubmitOptions, Task};

use crate::journal::{Disk, Row, Stage};
use crate::world::*;

/// A process with a budget on this disk.
fn limited(disk: &Disk, answer: impl FnMut(u64, &Attempt) -> Step + Send + 'static) -> Process {
    let (journal, budget) = (disk.open(), Budget::new(money("1")));
    Process::with(|builder| builder.journal(journal).budget(budget), ManualClock::new(), answer)
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

/// The intent of a task for which something is set aside.
fn counted() -> Intent {
    let reserve = Reserve { budget: "spring".to_owned(), cap: money("1"), price: Some(money("0.02")) };
    let mut intent = intent(&image("a", 1));
    intent.reserve = Some(reserve);
    intent
}

/// A disk with a task without a price that was begun so long ago.
fn unpriced(change: impl FnOnce(&mut Row)) -> Disk {
    let disk = Disk::default();
    disk.put(intent(&image("a", 1)), Duration::from_secs(90));
    disk.change(id("a"), change);
    disk
}

fn submit(world: &Process, options: SubmitOptions) -> Task {
    world.client.submit_prepared_with(image("a", 1), options).unwrap()
}

#[tokio::test]
async fn what_the_server_has_is_joined_without_a_price() {
    let disk = unpriced(|row| row.is_accepted = true);
    let world = limited(&disk, |_, _| answer(&picture("p")));
    let task = submit(&world, SubmitOptions::new());
    assert_eq!(world.story(&task).await, ["replayed", "p #0", "succeeded"]);
    assert_eq!(world.times()[0], [0; 0]);
}

#[tokio::test]
async fn what_has_settled_is_handed_over_again_without_a_price() {
    let disk = unpriced(|row| row.is_accepted = true);
    let first = process(&disk, |_, _| answer(&picture("p")));
    let task = first.recover_one().await;
    let _ = first.run(task.outcome()).await.unwrap();
    disk.kill_all();
    let world = limited(&disk, |_, _| panic!("nothing is asked"));
    let task = submit(&world, SubmitOptions::new());
    assert_eq!(world.story(&task).await, ["replayed", "p #0 again", "succeeded"]);
}

#[tokio::test]
async fn what_counts_already_is_sent_again_without_a_price() {
    let disk = Disk::default();
    disk.put(counted(), Duration::from_secs(90));
    let world = limited(&disk, without(|| answer(ACK)));
    let task = submit(&world, SubmitOptions::new());
    assert_eq!(world.story(&task).await, ["accepted", "p #0", "succeeded"]);
    assert_eq!(world.submitted(), [image("a", 1).bytes().to_vec()]);
}

/// It may never have been sent, or may be sent again because somebody wants it so: either would buy it outside of the cap.
#[tokio::test]
async fn what_does_not_count_is_looked_for_and_not_sent_under_a_budget() {
    for stage in [Stage::Open, Stage::Cleared] {
        for is_submitted in [false, true] {
            let disk = unpriced(|row| row.stage = stage);
            let world = limited(&disk, without(|| answer(ACK)));
            let task = match is_submitted {
                true => submit(&world, SubmitOptions::new()),
                false => world.recover_one().await,
            };
            let outcome = world.run(task.outcome()).await.unwrap();
            let Ending::Unknown { evidence, .. } = outcome.ending() else { panic!("{outcome:?}") };
            assert!(evidence.contains("begun without a price"), "{evidence}");
            assert_eq!(world.times()[0], [0; 0]);
            assert_eq!(disk.row(id("a")).stage, stage, "nobody has to decide");

            // With its price it is sent.
            disk.kill_all();
            let world = limited(&disk, without(|| answer(ACK)));
            let task = submit(&world, SubmitOptions::new().price(money("0.02")));
            assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
            assert_eq!(world.submitted().len(), 1);
        }
    }
}

#[tokio::test]
async fn what_does_not_count_is_fetched_where_it_is_found() {
    let disk = unpriced(|_| {});
    let world = limited(&disk, |_, _| answer(&picture("p")));
    let task = world.recover_one().await;
    assert_eq!(world.story(&task).await, ["replayed", "p #0", "succeeded"]);
    assert_eq!(world.times()[0], [0; 0]);
}

#[tokio::test]
async fn what_is_new_is_not_sent_without_a_price() {
    let disk = Disk::default();
    let world = limited(&disk, |_, _| panic!("nothing is sent"));
    let error = world.run(submit(&world, SubmitOptions::new()).outcome()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_resubmit()), (ErrorKind::Unpriced, true));
    assert!(disk.rows().is_empty());
}

/// What is looked for without a price is told to be submitted again with one, and that may happen while it is looked for.
#[tokio::test]
async fn a_price_that_comes_while_it_is_looked_for_counts() {
    let disk = unpriced(|_| {});
    let world = limited(&disk, without(|| answer(ACK)));
    let _looking = world.recover_one().await;
    let task = submit(&world, SubmitOptions::new().price(money("0.02")));
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded, "{outcome:?}");
    assert_eq!(world.submitted().len(), 1);
}

#[tokio::test]
async fn what_was_refused_is_not_sent_again_without_a_price() {
    let disk = unpriced(|row| row.stage = Stage::Refused);
    let world = limited(&disk, |_, _| panic!("nothing is sent"));
    let error = world.run(submit(&world, SubmitOptions::new()).outcome()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_resubmit()), (ErrorKind::Unpriced, true));
    assert!(error.to_string().contains("`Client::resume` watches it without a price"), "{error}");
    assert_eq!(disk.row(id("a")).stage, Stage::Refused);
}
