//! Answers that are too large for the connection.

use runware::transport::testing::Step;
use runware::transport::{Delivery, ErrorKind, TransportError};
use runware::{ErrorKind as Kind, Status};

use crate::world::*;

/// As a socket says it, whose messages have no status.
fn too_large() -> Step {
    Step::error(TransportError::new(
        ErrorKind::TooLarge,
        Delivery::Answered,
        "a message is larger than 1 MiB",
    ))
}

#[tokio::test]
async fn an_answer_that_is_too_large_twice_is_too_large_for_good() {
    let world = World::new(|number, _| if number == 0 { answer(ACK) } else { too_large() });
    let error = world.run(world.client.run(image("a", 1))).await.unwrap_err();
    assert_eq!(error.kind(), Kind::QueryFailed);
    let text = error.to_string();
    assert!(text.contains("larger than the limit") && text.contains("`body_limits`"), "{text}");
    assert!(world.clock_now() < 30 * SECOND, "{:?}", world.clock_now());
}

#[tokio::test]
async fn an_answer_that_is_too_large_now_and_then_may_be_somebody_elses() {
    let world = World::new(|number, _| match number {
        0 => answer(ACK),
        8.. => answer(&picture("p")),
        _ if number % 2 == 0 => answer(RUNNING),
        _ => too_large(),
    });
    let outcome = world.run(world.client.run(image("a", 1))).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
}
