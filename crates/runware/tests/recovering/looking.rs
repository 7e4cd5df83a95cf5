//! Clients that only look for what earlier processes have begun.

use std::time::Duration;

use runware::transport::Attempt;
use runware::transport::testing::{ManualClock, Step};
use runware::{Ending, Status};

use crate::journal::{Disk, Stage};
use crate::world::*;

/// A process on this disk that only looks.
fn looking(disk: &Disk, answer: impl FnMut(u64, &Attempt) -> Step + Send + 'static) -> Process {
    let journal = disk.open();
    Process::with(|builder| builder.journal(journal).looks_only(), ManualClock::new(), answer)
}

/// A disk with a task that was begun so long ago.
fn begun(stage: Stage) -> Disk {
    let disk = Disk::default();
    disk.put(intent(&image("a", 1)), Duration::from_secs(90));
    disk.change(id("a"), |row| row.stage = stage);
    disk
}

/// Whether nobody has decided about it, or somebody wants it sent again.
#[tokio::test]
async fn what_may_never_have_arrived_is_left_to_others() {
    for stage in [Stage::Open, Stage::Cleared] {
        let disk = begun(stage);
        let world = looking(&disk, without(|| answer(ACK)));
        let task = world.client.resume(id("a")).unwrap();
        let outcome = world.run(task.outcome()).await.unwrap();
        let Ending::Unknown { evidence, .. } = outcome.ending() else { panic!("{outcome:?}") };
        assert!(evidence.contains(&id("a").to_string()) && evidence.contains("only looks"), "{evidence}");
        assert_eq!(world.times()[0], [0; 0]);
        assert_eq!(disk.row(id("a")).stage, stage, "nobody has to decide");

        disk.kill_all();
        let world = process(&disk, without(|| answer(ACK)));
        let task = world.recover_one().await;
        assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
        assert_eq!(world.submitted().len(), 1);
    }
}

#[tokio::test]
async fn what_has_arrived_is_fetched() {
    let disk = begun(Stage::Open);
    let world = looking(&disk, |_, _| answer(&picture("p")));
    let task = world.client.resume(id("a")).unwrap();
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.times()[0], [0; 0]);
}
