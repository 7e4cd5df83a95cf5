//! A server that is busy.

use runware::transport::testing::Step;
use runware::{ErrorKind, Status};

use crate::world::*;

#[tokio::test]
async fn after_retry_after_nothing_of_any_kind_is_sent_until_then() {
    for (busy_kind, status) in [(Check, 429), (Check, 503), (Submission, 429), (Submission, 503)] {
        let world = World::new(
            |builder| builder.batch_limit(1),
            move |now, attempt| match kind(attempt) {
                // Every answer but this one takes no time.
                kind if kind == busy_kind && names(attempt, 0) && now < 3_000 => busy(status, Some(7)),
                _ => working(attempt),
            },
        );
        // Two are submitted; the first look at them is due within a second.
        let _tasks = world.submit(0..2);
        world.pass(1_000).await;
        let busy_at = *world.times(busy_kind).first().unwrap();
        // These want to be submitted, looked at, and looked up.
        let _more = world.submit(10..13);
        let _resumed = world.client.resume(id(20)).unwrap();
        world.pass(30_000).await;
        let sent = world.sent();
        let between: Vec<_> =
            sent.iter().filter(|s| (busy_at + 1..busy_at + 7_000).contains(&s.at)).collect();
        assert_eq!(between, Vec::<&Sent>::new(), "{busy_kind:?} {status}, busy at {busy_at}");
        let then: Vec<_> = sent.iter().filter(|s| s.at == busy_at + 7_000).map(|s| s.kind).collect();
        assert!(then.contains(&Submission) && then.contains(&Check), "{then:?}");
    }
}

#[tokio::test]
async fn the_archive_is_not_asked_either() {
    let world = World::new(
        |builder| builder,
        |now, attempt| match kind(attempt) {
            Check if now >= 60_000 => busy(429, Some(20)),
            Check => Step::body(200, r#"{"data":[]}"#),
            _ => Step::body(200, r#"{"data":[]}"#),
        },
    );
    let _unknown = world.client.resume(id(0)).unwrap();
    world.pass(100_000).await;
    let busy_at = world.times(Check).into_iter().find(|at| *at >= 60_000).unwrap();
    let asked = world.times(Details);
    assert!(asked.iter().all(|at| !(busy_at + 1..busy_at + 20_000).contains(at)), "{busy_at} {asked:?}");
    assert!(!asked.is_empty());
}

#[tokio::test]
async fn an_hour_holds_the_client_for_a_minute_and_the_task_for_the_hour() {
    let world = World::new(
        |builder| builder.batch_limit(1),
        |_, attempt| match kind(attempt) {
            Submission if names(attempt, 0) => busy(429, Some(3_600)),
            _ => good(attempt),
        },
    );
    let first = world.submit([0]);
    world.pass(1_000).await;
    let second = world.submit([1]);
    assert_eq!(world.run(second[0].outcome()).await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.times(Submission), [0, 60_000]);
    // Its deadline is before the end of the hour.
    assert_eq!(world.run(first[0].outcome()).await.unwrap_err().kind(), ErrorKind::NotAccepted);
}

#[tokio::test]
async fn a_busy_server_gets_half_as_many_requests_and_later_as_many_as_before() {
    let world = World::new(
        |builder| builder.batch_limit(1),
        |now, attempt| match kind(attempt) {
            Submission if now == 0 => after(busy(503, None), 100),
            _ => after(working(attempt), 100),
        },
    );
    let tasks = world.submit(0..80);
    world.pass(100).await;
    assert_eq!(
        world.times(Submission),
        [0, 0, 0, 0, 100, 100],
        "4 of 16, and 2 of 8: one cut for all of them"
    );
    world.pass(20_000).await;
    drop(tasks);
    // By now there were more than 92 answers.
    let start = world.now();
    let _more = world.submit(100..120);
    world.pass(50).await;
    assert_eq!(world.times(Submission).iter().filter(|at| **at >= start).count(), 4);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_not_taken_for_a_busy_one() {
    let world = World::new(
        |builder| builder.batch_limit(1),
        |now, attempt| match kind(attempt) {
            Submission if now == 0 => Step::hang(),
            _ => after(working(attempt), 100),
        },
    );
    let _tasks = world.submit(0..20);
    world.pass(29_999).await;
    assert_eq!(world.times(Submission), [0; 4]);
    world.pass(50).await;
    assert_eq!(world.times(Submission)[4..], [30_000; 4]);
}
