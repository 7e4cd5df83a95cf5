//! What is still under way at a task's deadline.

use runware::poll::Plan;
use runware::transport::testing::Step;
use runware::transport::{Delivery, ErrorKind, TransportError};
use runware::types::TaskType;
use runware::{Client, ErrorKind as Kind, Status, Task};

use crate::world::*;

/// A plan with this deadline.
fn plan(deadline: std::time::Duration) -> Plan {
    Plan::new().with_deadline(deadline)
}

/// A client that gives its tasks this much time.
fn hasty(world: &World, deadline: std::time::Duration) -> Client {
    world.client.with_plan(plan(deadline))
}

fn timed_out(delivery: Delivery) -> Step {
    Step::error(TransportError::new(ErrorKind::Timeout, delivery, "no answer in time"))
}

/// The submission of task `a`.
fn submit(client: &Client) -> Task {
    client.submit(image("a", 1)).unwrap()
}

#[tokio::test]
async fn what_never_left_until_the_deadline_is_safe_to_submit_again() {
    let world = World::new(|_, _| timed_out(Delivery::NotSent).after(5 * SECOND));
    let error = world.run(submit(&hasty(&world, 5 * SECOND)).outcome()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_resubmit()), (Kind::NotAccepted, true), "{error:?}");
    assert_eq!(world.clock_now(), 5 * SECOND);
    assert_eq!(world.transport.attempts().len(), 1);
}

#[tokio::test]
async fn what_may_have_left_until_the_deadline_is_not() {
    let world = World::new(|_, _| timed_out(Delivery::MaybeSent).after(5 * SECOND));
    let outcome = world.run(submit(&hasty(&world, 5 * SECOND)).outcome()).await.unwrap();
    assert_eq!((outcome.status(), world.clock_now()), (Status::StillRunning, 5 * SECOND));
    assert_eq!(world.transport.attempts().len(), 1);
}

#[tokio::test]
async fn an_answer_at_the_deadline_is_taken_in() {
    let world = World::new(|_, _| answer(&picture("p")).after(5 * SECOND));
    let task = image("a", 1).set("deliveryMethod", "sync");
    let task = hasty(&world, 5 * SECOND).submit(task).unwrap();
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
}

#[tokio::test]
async fn an_attempt_that_may_still_leave_is_not_joined_by_another_within_a_second() {
    // One request with two tasks waits for its connection; the deadline of the first comes before it leaves.
    let world = World::new(|number, attempt| match number {
        _ if is_check(attempt) => answer(&picture("p")),
        0 => answer(&format!("{ACK},{}", ACK.replace("$a", "$b"))).after(10 * SECOND),
        _ => answer(ACK),
    });
    let _other = world.client.submit(image("b", 1)).unwrap();
    let first = submit(&hasty(&world, 2 * SECOND));
    assert_eq!(world.run(first.outcome()).await.unwrap().status(), Status::StillRunning);
    let second = submit(&world.client);
    assert_eq!(world.run(second.outcome()).await.unwrap().status(), Status::Succeeded);
    let sent = world.times_of(&TaskType::ImageInference);
    assert_eq!(sent, [0, 11_000], "a second after the answer");
}

#[tokio::test]
async fn an_attempt_that_never_left_need_not_be_waited_out() {
    let world = World::new(|number, attempt| match number {
        _ if is_check(attempt) => answer(&picture("p")),
        0 => timed_out(Delivery::NotSent).after(10 * SECOND),
        _ => answer(&format!("{ACK},{}", ACK.replace("$a", "$b"))),
    });
    let _other = world.client.submit(image("b", 1)).unwrap();
    let first = submit(&hasty(&world, 2 * SECOND));
    assert_eq!(world.run(first.outcome()).await.unwrap().status(), Status::StillRunning);
    let second = submit(&world.client);
    assert_eq!(world.run(second.outcome()).await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.times_of(&TaskType::ImageInference), [0, 10_000]);
}

#[tokio::test]
async fn looking_in_between_does_not_make_an_id_free_to_be_sent() {
    let world = World::new(|number, attempt| match number {
        _ if is_check(attempt) => blank(),
        _ => answer(ACK),
    });
    let task = submit(&world.client);
    world.run(task.accepted()).await.unwrap();
    drop(task);
    world.settle().await;
    let _watched = world.client.resume(runware::TaskHandle::new(id("a"))).unwrap();
    world.settle().await;
    let _again = submit(&world.client);
    world.pass(3 * SECOND).await;
    assert_eq!(world.times_of(&TaskType::ImageInference), [0, 1000]);
}
