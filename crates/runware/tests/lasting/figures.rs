//! What a client counts: exact figures, of a server on a script.

use std::time::Duration;

use runware::poll::{Backoff, Cadence, Plan};
use runware::transport::testing::Step;
use runware::transport::{Delivery, ErrorKind, Reply, TransportError};
use runware::types::TaskUuid;
use runware::{Client, LagBound, Stats};

use crate::world::*;

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Looks after 1, 1.5, 2.25 … s, and after a fault, 0.5 s.
pub(crate) fn plan() -> Plan {
    let cadence = Cadence::Exponential { first: SECOND, factor: 1.5, cap: 10 * SECOND, spread: 0.0 };
    let recovery = Backoff::exponential(millis(500), 2.0, 10 * SECOND);
    Plan::new().with_cadence(cadence).unwrap().with_recovery(recovery).unwrap()
}

fn busy(status: u16) -> Step {
    let body = r#"{"errors":[{"code":"serviceUnavailable","message":"Later."}]}"#;
    Step::body(status, body)
}

fn at_work(task: &str) -> String {
    format!(r#"{{"taskType":"imageInference","taskUUID":"${task}","status":"processing"}}"#)
}

fn done(task: &str) -> String {
    picture(task).replace("$a", &format!("${task}"))
}

/// Two tasks that are submitted together. The first look shows both at work, the second one fails, the third one shows
/// one of them done, and the fourth one the other.
pub(crate) fn two_tasks() -> World {
    World::new(|number, _| {
        let items = |items: [String; 2]| Step::reply(reply(&items.join(","), "")).after(millis(100));
        match number {
            0 => items([ack("a"), ack("b")]),
            1 => items([at_work("a"), at_work("b")]),
            2 => busy(503),
            3 => items([done("a"), at_work("b")]),
            _ => Step::reply(reply(&done("b"), "")),
        }
    })
}

fn ack(task: &str) -> String {
    format!(r#"{{"taskType":"imageInference","taskUUID":"${task}"}}"#)
}

pub(crate) async fn run_both(world: &World) {
    let client = world.client.with_plan(plan());
    let tasks = ["a", "b"].map(|name| client.submit(image(name, 1)).unwrap());
    for task in &tasks {
        let _ = world.run(task.outcome()).await.unwrap();
    }
    world.settle().await;
}

/// The figures of a stretch of time, those left out that a test does not ask for.
fn counted(stats: Stats) -> [u64; 9] {
    let Stats { requests, submissions, status_checks, archive_questions, retries, faults, throttled, .. } =
        stats;
    let (settled, given_up) = (stats.tasks_settled, stats.tasks_given_up);
    let sorts =
        [stats.submission_requests, stats.check_requests, stats.archive_requests, stats.price_requests];
    assert_eq!(requests, sorts.iter().sum::<u64>());
    [requests, submissions, status_checks, archive_questions, retries, faults, throttled, settled, given_up]
}

#[tokio::test]
async fn two_tasks_and_a_fault_in_figures() {
    let world = two_tasks();
    assert_eq!(world.client.stats(), Stats::default());
    run_both(&world).await;
    let times: Vec<_> = world.transport.attempts().iter().map(|sent| sent.at.as_millis()).collect();
    assert_eq!(times, [0, 1_000, 2_500, 3_500, 5_750]);

    let stats = world.client.stats();
    assert_eq!(counted(stats), [5, 2, 2 + 2 + 2 + 1, 0, 1, 1, 1, 2, 0]);
    assert_eq!((stats.submission_requests, stats.check_requests, stats.archive_requests), (1, 4, 0));
    assert_eq!((stats.largest_batch, stats.mean_batch()), (2, Some(9.0 / 5.0)));
    assert_eq!((stats.tasks_open, stats.requests_in_flight), (0, 0));
    // The retry cost five tokens, and the two answers since gave one back each.
    assert_eq!((stats.submission_tokens, stats.check_tokens), (500, 497));
    // From the look at 1.0 s to the answer at 3.6 s, and from the look at 3.5 s to the answer at 5.75 s.
    let LagBound { tasks, sum, max, .. } = stats.notice_lag_bound;
    assert_eq!((tasks, sum, max), (2, millis(2_600 + 2_250), millis(2_600)));
    assert_eq!(stats.notice_lag_bound.mean(), Some(millis(2_425)));
}

#[tokio::test]
async fn how_things_stand_and_what_was_added_since() {
    let world = two_tasks();
    let client = world.client.with_plan(plan());
    let tasks = ["a", "b"].map(|name| client.submit(image(name, 1)).unwrap());
    world.settle().await;
    let sent = client.stats();
    assert_eq!((sent.tasks_open, sent.requests_in_flight, sent.requests), (2, 1, 1));
    assert_eq!(sent.request_limit, 16);
    world.pass(millis(500)).await;
    let accepted = client.stats();
    assert_eq!((accepted.tasks_open, accepted.requests_in_flight), (2, 0));
    assert_eq!(accepted.notice_lag_bound, LagBound::default());
    assert_eq!(accepted.notice_lag_bound.mean(), None);

    world.pass(5 * SECOND).await;
    let lately = client.stats().since(accepted);
    assert_eq!(counted(lately), [3, 0, 6, 0, 1, 1, 1, 1, 0]);
    // The server said that it is busy: half as many requests as before.
    assert_eq!((lately.tasks_open, lately.largest_batch, lately.request_limit), (1, 2, 8));
    assert_eq!(lately.notice_lag_bound.sum, millis(2_600));

    // Nobody wants to know of the other one.
    drop(tasks);
    world.settle().await;
    let stats = client.stats();
    assert_eq!((stats.tasks_open, stats.tasks_settled, stats.tasks_given_up), (0, 1, 1));
}

#[tokio::test]
async fn what_was_never_sent_is_a_fault_and_no_request() {
    let world = World::new(|number, _| match number {
        0 => Step::error(TransportError::new(ErrorKind::Connect, Delivery::NotSent, "refused")),
        1 => Step::reply(reply(&ack("a"), "")),
        _ => Step::reply(reply(&at_work("a"), "")),
    });
    let client = world.client.with_plan(plan().with_deadline(2 * SECOND));
    let task = client.submit(image("a", 1)).unwrap();
    let _ = world.run(task.outcome()).await.unwrap();
    let stats = client.stats();
    assert_eq!(counted(stats), [2, 1, 1, 0, 1, 1, 0, 0, 1]);
    assert_eq!((stats.largest_batch, stats.notice_lag_bound), (1, LagBound::default()));
}

#[tokio::test]
async fn what_is_done_at_the_first_look_was_not_when_it_was_sent() {
    let world = World::new(|number, _| match number {
        0 => Step::reply(reply(&ack("a"), "")).after(millis(100)),
        _ => Step::reply(reply(&done("a"), "")).after(millis(50)),
    });
    let task = world.client.with_plan(plan()).submit(image("a", 1)).unwrap();
    let _ = world.run(task.outcome()).await.unwrap();
    assert_eq!(world.client.stats().notice_lag_bound.sum, millis(1_050));
}

/// Nobody knows how long it had been done.
#[tokio::test]
async fn a_task_that_is_done_when_it_is_resumed_counts_without_a_bound() {
    let world = World::new(|_, _| Step::reply(reply(&done("a"), "")));
    let handle = runware::TaskHandle::new(id("a")).with_expected(1);
    let task = world.client.resume(handle).unwrap();
    let _ = world.run(task.outcome()).await.unwrap();
    let stats = world.client.stats();
    assert_eq!((stats.tasks_settled, stats.notice_lag_bound), (1, LagBound::default()));
}

#[tokio::test]
async fn questions_of_callers_count_and_so_do_those_who_leave() {
    let world = World::new(|number, _| match number {
        0..=2 => busy(429),
        3 => Step::reply(reply("", "")),
        _ => Step::hang(),
    });
    let client = world.client.with_plan(plan());
    let asked: TaskUuid = id("a");
    world.run(client.task_details(asked)).await.unwrap_err();
    assert_eq!(counted(client.stats()), [3, 0, 0, 3, 2, 3, 3, 0, 0]);
    world.run(client.status(asked)).await.unwrap();
    assert_eq!(counted(client.stats()), [4, 0, 1, 3, 2, 3, 3, 0, 0]);

    let leaving: Client = client.clone();
    let question = tokio::spawn(async move { leaving.status(asked).await });
    world.settle().await;
    assert_eq!(client.stats().requests_in_flight, 1);
    question.abort();
    world.settle().await;
    assert_eq!((client.stats().requests_in_flight, client.stats().requests), (0, 5));
}

#[tokio::test]
async fn a_closed_client_has_nothing_open() {
    let world = World::new(|_, _| Step::hang());
    let _task = world.client.submit(image("a", 1)).unwrap();
    world.settle().await;
    assert_eq!((world.client.stats().tasks_open, world.client.stats().requests_in_flight), (1, 1));
    world.client.close().await;
    world.settle().await;
    let stats = world.client.stats();
    assert_eq!((stats.tasks_open, stats.requests_in_flight, stats.requests), (0, 0, 1));
    assert_eq!((stats.tasks_settled, stats.tasks_given_up), (0, 1));
}

/// A status of a message comes over HTTP alone.
#[tokio::test]
async fn a_code_that_says_so_counts_as_throttled_too() {
    let limit = r#"{"code":"rateLimitExceeded","message":"Slow down."}"#;
    let world = World::new(move |_, _| Step::reply(Reply::new(200, reply("", limit).envelope)));
    world.run(world.client.status(id("a"))).await.unwrap_err();
    assert_eq!(counted(world.client.stats()), [1, 0, 1, 0, 0, 1, 1, 0, 0]);
}
