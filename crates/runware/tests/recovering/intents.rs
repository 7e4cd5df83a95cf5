//! Tasks that may or may not have been sent.

use std::time::Duration;

use runware::poll::Plan;
use runware::transport::testing::Step;
use runware::transport::{Attempt, Clock as _, Delivery, ErrorKind as Fault, Reply, TransportError};
use runware::types::{Envelope, RawTask, RequestHash};
use runware::{Ending, ErrorKind, Outcome, Status};

use crate::journal::{Disk, Stage};
use crate::world::*;

/// A disk with one task that was begun so many seconds ago.
fn begun(age: u64) -> Disk {
    let disk = Disk::default();
    disk.put(intent(&image("a", 1)), Duration::from_secs(age));
    disk
}

fn evidence(outcome: &Outcome) -> &str {
    match outcome.ending() {
        Ending::Unknown { evidence, .. } => evidence,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_intent_that_was_never_sent_is_looked_for_denied_twice_and_sent_once_with_the_same_bytes() {
    for (age, first) in [(90, 0), (60, 0), (20, 40_000), (0, 60_000)] {
        let disk = begun(age);
        let world = process(&disk, without(|| answer(ACK)));
        let task = world.recover_one().await;
        let story = world.story(&task).await;
        assert_eq!(story, ["accepted", "p #0", "succeeded"], "{age} s old");
        let [sent, checks, details] = world.times();
        assert_eq!((&sent[..], &details[..]), (&[first + 5_000][..], &[first, first + 5_000][..]));
        assert_eq!(checks[0], 0, "it is looked for first");
        assert_eq!(world.submitted(), [image("a", 1).bytes().to_vec()]);
        let row = disk.row(id("a"));
        assert_eq!((row.stage, row.resent, row.parts.len()), (Stage::Settled, 1, 1));
    }
}

#[tokio::test]
async fn a_task_that_arrived_and_whose_answer_was_lost_is_found_and_not_sent() {
    let disk = begun(90);
    let world = process(&disk, |now, attempt| match () {
        () if is_details(attempt) => errors(NOT_FOUND),
        // It shows late.
        () if now < 3_000 => answer(""),
        () if now < 7_000 => answer(RUNNING),
        () => answer(&picture("p")),
    });
    let task = world.recover_one().await;
    assert_eq!(world.story(&task).await, ["replayed", "p #0", "succeeded"]);
    let [sent, _, details] = world.times();
    assert_eq!((sent.len(), &details[..]), (0, &[0][..]), "one denial proves nothing");
}

#[tokio::test]
async fn a_conflict_with_what_was_taken_for_lost_means_accepted() {
    let disk = begun(90);
    let world = process(&disk, without(|| errors(CONFLICT)));
    let task = world.recover_one().await;
    assert_eq!(world.story(&task).await, ["replayed", "p #0", "succeeded"]);
    assert_eq!(world.times()[2], [0, 5_000], "whose it is, is known");
}

#[tokio::test]
async fn a_task_whose_age_nobody_knows_is_looked_for_and_never_sent() {
    let disk = begun(90);
    disk.reboot();
    let world = process(&disk, without(|| answer(ACK)));
    let task = world.recover_one().await;
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!(outcome.status(), Status::Unknown);
    let [sent, _, details] = world.times();
    assert_eq!((sent.len(), &details[..]), (0, &[60_000, 65_000][..]));
    let row = disk.row(id("a"));
    assert_eq!((row.stage, row.resent), (Stage::Undecided, 0));
    assert_eq!(row.evidence, evidence(&outcome));
}

#[tokio::test]
async fn the_window_is_an_hour_from_the_intent() {
    for (age, expected) in [(3_594, 1), (3_595, 0), (3_598, 0), (3_600, 0), (86_400, 0)] {
        let disk = begun(age);
        let world = process(&disk, without(|| answer(ACK)));
        let task = world.recover_one().await;
        let outcome = world.run(task.outcome()).await.unwrap();
        let [sent, _, details] = world.times();
        assert_eq!((sent.len(), &details[..]), (expected, &[0, 5_000][..]), "{age} s old");
        let (status, stage) = match expected {
            1 => (Status::Succeeded, Stage::Settled),
            _ => (Status::Unknown, Stage::Undecided),
        };
        assert_eq!((outcome.status(), disk.row(id("a")).stage), (status, stage));
    }
}

#[tokio::test]
async fn an_id_that_belongs_to_another_request_is_not_joined() {
    let disk = begun(90);
    let world = process(&disk, move |_, attempt| match is_details(attempt) {
        true => answer(&details(THEIRS, "")),
        false => answer(""),
    });
    let task = world.recover_one().await;
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!((error.kind(), disk.row(id("a")).stage), (ErrorKind::UuidReused, Stage::Refused));
    assert_eq!(world.times()[0], [0; 0]);
}

#[tokio::test]
async fn what_the_archive_has_of_our_request_is_what_came_of_it() {
    let disk = begun(90);
    let ours = String::from_utf8(image("a", 1).bytes().to_vec()).unwrap();
    let world = process(&disk, move |_, attempt| match is_details(attempt) {
        true => answer(&details(&ours, &picture("p"))),
        false => answer(""),
    });
    let task = world.recover_one().await;
    assert_eq!(world.story(&task).await, ["replayed", "p #0", "succeeded"]);
    assert_eq!(world.times()[0], [0; 0]);
}

#[tokio::test]
async fn what_another_key_does_not_show_proves_nothing() {
    let disk = begun(90);
    disk.change(id("a"), |row| row.intent.account = Some("k3y".to_owned()));
    let world = process(&disk, without(|| answer(ACK)));
    let task = world.recover_one().await;
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), world.times()[0].len()), (Status::Unknown, 0));
    assert!(evidence(&outcome).contains("the key k3y"), "{}", evidence(&outcome));
    let row = disk.row(id("a"));
    assert_eq!((row.stage, row.evidence.as_str()), (Stage::Open, ""), "it waits for its own key");
    // Another key of the same organisation sees it.
    let other = process(&disk, |_, _| answer(&picture("p")));
    let task = other.recover_one().await;
    assert_eq!(other.story(&task).await, ["replayed", "p #0", "succeeded"]);
}

#[tokio::test]
async fn what_another_organisation_has_under_the_id_is_not_what_was_asked_for() {
    let disk = begun(90);
    disk.change(id("a"), |row| row.intent.account = Some("k3y".to_owned()));
    let world = process(&disk, move |_, attempt| match is_details(attempt) {
        true => answer(&details(THEIRS, "")),
        false => answer(""),
    });
    let task = world.recover_one().await;
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), disk.row(id("a")).stage), (Status::Unknown, Stage::Open));
}

#[tokio::test]
async fn an_archive_that_cannot_be_asked_leaves_the_decision_to_somebody() {
    let disk = begun(90);
    let world = process(&disk, |_, attempt| match is_details(attempt) {
        true => errors(r#"{"code":"serviceUnavailable","message":"later"}"#),
        false => answer(""),
    });
    let client = world.client.with_plan(Plan::default().with_deadline(Duration::from_secs(100)));
    let mut recovered = world.run(client.recover()).await.unwrap();
    let outcome = world.run(recovered.tasks.remove(0).outcome()).await.unwrap();
    assert_eq!((outcome.status(), world.times()[0].len()), (Status::Unknown, 0));
    assert!(evidence(&outcome).contains("getTaskDetails could not be asked"), "{}", evidence(&outcome));
    assert!(evidence(&outcome).contains("later"), "{}", evidence(&outcome));
    let row = disk.row(id("a"));
    assert_eq!((row.stage, row.evidence.as_str()), (Stage::Undecided, evidence(&outcome)));
}

#[tokio::test]
async fn a_deadline_before_the_archive_was_asked_changes_nothing() {
    let disk = begun(10);
    let world = process(&disk, |_, _| answer(""));
    let client = world.client.with_plan(Plan::default().with_deadline(Duration::from_secs(30)));
    let mut recovered = world.run(client.recover()).await.unwrap();
    let outcome = world.run(recovered.tasks.remove(0).outcome()).await.unwrap();
    assert!(matches!(outcome.ending(), Ending::StillRunning { accepted: false, .. }), "{outcome:?}");
    assert_eq!(disk.row(id("a")).stage, Stage::Open);
}

#[tokio::test]
async fn what_is_not_kept_byte_for_byte_is_looked_for_and_never_sent() {
    // Not kept at all; another request than was hashed; another task's.
    let other = image("b", 1);
    for (bytes, hash) in [
        (Vec::new(), image("a", 1).hash()),
        (b"{}".to_vec(), image("a", 1).hash()),
        (other.bytes().to_vec(), other.hash()),
        (b"no json".to_vec(), RequestHash::of(b"no json")),
    ] {
        let disk = begun(90);
        disk.change(id("a"), |row| (row.intent.request, row.intent.hash) = (bytes.into(), hash));
        let world = process(&disk, without(|| answer(ACK)));
        let task = world.recover_one().await;
        let outcome = world.run(task.outcome()).await.unwrap();
        let [sent, _, details] = world.times();
        assert_eq!((outcome.status(), sent.len(), &details[..]), (Status::Unknown, 0, &[0, 5_000][..]));
        assert_eq!(disk.row(id("a")).stage, Stage::Undecided);
    }
}

#[tokio::test]
async fn uploads_and_streams_are_looked_for_and_never_sent() {
    let upload = RawTask::new("modelUpload").prepare(id("a")).unwrap();
    let stream = RawTask::new("textInference").set("deliveryMethod", "stream").prepare(id("a")).unwrap();
    for prepared in [upload, stream] {
        let disk = Disk::default();
        disk.put(intent(&prepared), Duration::from_secs(90));
        let world = process(&disk, without(|| answer(ACK)));
        let task = world.recover_one().await;
        let outcome = world.run(task.outcome()).await.unwrap();
        let attempts = world.transport.attempts();
        assert!(attempts.iter().all(|sent| is_check(&sent.attempt) || is_details(&sent.attempt)));
        assert_eq!((outcome.status(), disk.row(id("a")).stage), (Status::Unknown, Stage::Undecided));
    }
}

#[tokio::test]
async fn a_synchronous_task_is_sent_again_and_waited_for() {
    let task = RawTask::from_json(image("a", 1).bytes()).unwrap().set("deliveryMethod", "sync");
    let disk = Disk::default();
    disk.put(intent(&task.prepare(id("a")).unwrap()), Duration::from_secs(90));
    let world = process(&disk, |_, attempt| match () {
        () if is_details(attempt) => errors(NOT_FOUND),
        () if is_check(attempt) => answer(""),
        () => answer(&picture("p")),
    });
    let task = world.recover_one().await;
    assert_eq!(world.story(&task).await, ["accepted", "p #0", "succeeded"]);
    assert_eq!(world.times()[0], [5_000]);
}

#[tokio::test]
async fn what_nobody_could_decide_is_looked_for_once_more() {
    for (age, is_known) in [(90, true), (90, false), (86_400, true)] {
        let disk = begun(age);
        disk.change(id("a"), |row| row.stage = Stage::Undecided);
        if !is_known {
            disk.reboot();
        }
        let world = process(&disk, without(|| answer(ACK)));
        let task = world.recover_one().await;
        let outcome = world.run(task.outcome()).await.unwrap();
        let [sent, _, details] = world.times();
        assert_eq!((outcome.status(), sent.len(), &details[..]), (Status::Unknown, 0, &[0, 5_000][..]));
        assert_eq!(disk.row(id("a")).stage, Stage::Undecided);
        // It may show after all.
        let world = process(&disk, |_, _| answer(&picture("p")));
        let task = world.recover_one().await;
        assert_eq!(world.story(&task).await, ["replayed", "p #0", "succeeded"]);
        assert_eq!(disk.row(id("a")).stage, Stage::Settled);
    }
}

#[tokio::test]
async fn what_somebody_has_decided_to_send_is_sent_at_once() {
    let disk = begun(0);
    disk.change(id("a"), |row| row.stage = Stage::Cleared);
    let world = process(&disk, without(|| answer(ACK)));
    let task = world.recover_one().await;
    assert_eq!(world.story(&task).await, ["accepted", "p #0", "succeeded"]);
    let [sent, _, details] = world.times();
    assert_eq!((&sent[..], details.len()), (&[0][..], 0));
    assert_eq!(world.submitted(), [image("a", 1).bytes().to_vec()]);
    let row = disk.row(id("a"));
    assert_eq!((row.stage, row.resent), (Stage::Settled, 1), "the journal knew before it was sent");
}

#[tokio::test]
async fn an_outage_costs_nothing_but_time() {
    let disk = begun(90);
    let mut has = false;
    let world = process(&disk, move |now, attempt| match () {
        () if is_details(attempt) => errors(NOT_FOUND),
        () if is_check(attempt) => answer(if has { picture("p") } else { String::new() }.as_str()),
        () if now < 30_000 => {
            Step::error(TransportError::new(Fault::Connect, Delivery::NotSent, "no network"))
        }
        () => {
            has = true;
            answer(ACK)
        }
    });
    let task = world.recover_one().await;
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let [sent, _, details] = world.times();
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= 5_000), "each is denied twice before: {sent:?}");
    assert!(details.len() >= 2 * sent.len(), "{sent:?} {details:?}");
    assert_eq!(disk.row(id("a")).resent as usize, sent.len());
}

/// A server that does not have the task, and is too busy to take it until then, in milliseconds.
fn busy(until: u64) -> impl FnMut(u64, &Attempt) -> Step + Send + 'static {
    let mut has = false;
    move |now, attempt| match () {
        () if is_details(attempt) => errors(NOT_FOUND),
        () if is_check(attempt) => answer(if has { picture("p") } else { String::new() }.as_str()),
        () if now < until => Step::body(503, named(r#"{"errors":[{"code":"serverOverloaded"}]}"#.to_owned())),
        () => {
            has = true;
            answer(ACK)
        }
    }
}

#[tokio::test]
async fn what_the_archive_has_denied_twice_is_offered_to_a_busy_server_until_that_takes_it() {
    let disk = begun(90);
    let world = process(&disk, busy(120_000));
    let task = world.recover_one().await;
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let [sent, _, details] = world.times();
    assert_eq!(details, [0, 5_000], "what the archive has said holds");
    assert_eq!(sent[..6], [5_000, 6_000, 7_000, 8_121, 11_768, 16_946], "as often as any refused task");
    assert_eq!((sent.len(), sent[18]), (19, 124_046));
    assert!(world.submitted().iter().all(|bytes| *bytes == image("a", 1).bytes().to_vec()));
    let row = disk.row(id("a"));
    assert_eq!((row.stage, row.resent as usize), (Stage::Settled, sent.len()), "each is written down");
}

#[tokio::test]
async fn what_a_busy_server_has_not_taken_by_the_deadline_is_left_to_the_next_process() {
    let disk = begun(90);
    let world = process(&disk, busy(u64::MAX));
    let client = world.client.with_plan(Plan::default().with_deadline(Duration::from_secs(300)));
    let mut recovered = world.run(client.recover()).await.unwrap();
    let outcome = world.run(recovered.tasks.remove(0).outcome()).await.unwrap();
    assert!(matches!(outcome.ending(), Ending::StillRunning { accepted: false, .. }), "{outcome:?}");
    assert_eq!((disk.row(id("a")).stage, world.clock.now()), (Stage::Open, 300 * SECOND));
    world.run(world.client.close()).await;
    let next = process(&disk, without(|| answer(ACK)));
    let task = next.recover_one().await;
    assert_eq!(next.story(&task).await, ["accepted", "p #0", "succeeded"]);
    assert_eq!(next.times()[0], [5_000]);
}

#[tokio::test]
async fn a_busy_server_is_not_offered_a_task_after_its_hour() {
    let disk = begun(3_500);
    let world = process(&disk, busy(u64::MAX));
    let task = world.recover_one().await;
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), disk.row(id("a")).stage), (Status::Unknown, Stage::Undecided));
    let [sent, ..] = world.times();
    assert!(sent.len() > 3 && sent.iter().all(|at| *at < 100_000), "{sent:?}");
}

#[tokio::test]
async fn only_the_services_own_refusal_leaves_things_as_they_were() {
    let disk = begun(90);
    let world = process(&disk, |_, attempt| match () {
        () if is_details(attempt) => errors(NOT_FOUND),
        () if is_check(attempt) => answer(""),
        // Something in front of the service, which may have passed it on.
        () => Step::body(503, "busy"),
    });
    let task = world.recover_one().await;
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), world.times()[0].len()), (Status::Unknown, 2));
}

/// A journal that takes its time to write down what happens to tasks.
#[derive(Debug)]
struct Slow(
    std::sync::Arc<crate::journal::MemoryJournal>,
    runware::transport::testing::ManualClock,
    Duration,
);

#[runware::transport::async_trait]
impl runware::journal::Journal for Slow {
    async fn begin(
        &self,
        intents: Vec<runware::journal::Intent>,
    ) -> Result<Vec<runware::journal::Begun>, runware::journal::JournalError> {
        self.0.begin(intents).await
    }

    async fn record(
        &self,
        notes: Vec<runware::journal::Note>,
    ) -> Result<Vec<runware::journal::Ticket>, runware::journal::JournalError> {
        self.1.sleep_until(self.1.now() + self.2).await;
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

/// "An id is not sent again later than an hour after its first send: a forgotten one would be bought anew." The archive
/// denies the task twice within its hour, and the journal takes five minutes to write down that it is sent again.
#[tokio::test]
async fn what_the_journal_clears_only_after_the_hour_is_not_sent() {
    let disk = begun(3_500);
    let clock = runware::transport::testing::ManualClock::new();
    let journal = std::sync::Arc::new(Slow(disk.open(), clock.clone(), Duration::from_secs(300)));
    let world = Process::new(journal, clock, without(|| answer(ACK)));
    let task = world.recover_one().await;
    world.pass(Duration::from_secs(1_000)).await;
    let [sent, ..] = world.times();
    assert!(sent.iter().all(|at| *at < 100_000), "sent {sent:?} ms after its 3500th second");
    // It is looked for once more, and then somebody decides.
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), disk.row(id("a")).stage), (Status::Unknown, Stage::Undecided));
}

/// The same where the journal is in time, and the client is silent until the hour is over, at the server's wish.
#[tokio::test]
async fn what_has_its_turn_only_after_the_hour_is_not_sent() {
    let disk = begun(3_540);
    let clock = runware::transport::testing::ManualClock::new();
    let journal = std::sync::Arc::new(Slow(disk.open(), clock.clone(), Duration::from_secs(20)));
    let world = Process::new(journal, clock, |_, attempt| match () {
        () if is_details(attempt) => errors(NOT_FOUND),
        () if is_check(attempt) => answer(""),
        () => {
            let body = Envelope::decode(named(r#"{"errors":[{"code":"serverOverloaded"}]}"#.to_owned()));
            Step::reply(Reply::new(503, body.unwrap()).with_retry_after(Duration::from_secs(60)))
        }
    });
    let task = world.recover_one().await;
    world.pass(Duration::from_secs(10)).await;
    let other = world.client.submit_prepared(image("b", 1)).unwrap();
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), disk.row(id("a")).stage), (Status::Unknown, Stage::Undecided));
    let submitted = world.submitted();
    assert!(submitted.iter().all(|bytes| *bytes == image("b", 1).bytes().to_vec()), "{submitted:?}");
    let row = disk.row(id("a"));
    assert_eq!((row.resent, submitted.is_empty()), (1, false), "the journal had cleared it");
    drop(other);
}

/// A busy server that has refused a task for certain changes nothing about what somebody has decided: it is not for them
/// to decide again ten seconds later.
#[tokio::test]
async fn what_somebody_has_decided_is_offered_to_a_busy_server_until_that_takes_it() {
    let disk = begun(90);
    disk.change(id("a"), |row| row.stage = Stage::Cleared);
    let world = process(&disk, busy(30_000));
    let task = world.recover_one().await;
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded, "{:?} {:?}", outcome.ending(), world.times());
}
