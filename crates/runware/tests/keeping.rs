//! A client that keeps its tasks in a journal, on a script and a clock that is moved by hand.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

#[path = "keeping/facts.rs"]
mod facts;
#[path = "keeping/intents.rs"]
mod intents;
#[path = "keeping/interleaved.rs"]
mod interleaved;
#[path = "keeping/journal.rs"]
mod journal;
#[path = "keeping/options.rs"]
mod options;
#[path = "keeping/sending.rs"]
mod sending;
#[path = "keeping/slow.rs"]
mod slow;
#[path = "keeping/streams.rs"]
mod streams;
#[path = "keeping/upkeep.rs"]
mod upkeep;
#[allow(dead_code, reason = "shared with the tests of lasting connections")]
#[path = "lasting/world.rs"]
mod world;

use std::sync::Arc;

use runware::transport::testing::{ManualClock, ScriptedTransport, Step};
use runware::transport::{Attempt, Delivery, ErrorKind, TransportError};
use runware::{Client, ClientBuilder};

use journal::Shelf;
use world::World;

/// A client with a journal; the server answers the n-th attempt (from 0) with what `answer` says.
fn keeping(answer: impl FnMut(usize, &Attempt) -> Step + Send + 'static) -> (World, Arc<Shelf>) {
    keeping_with(|builder| builder, answer)
}

fn keeping_with(
    configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
    answer: impl FnMut(usize, &Attempt) -> Step + Send + 'static,
) -> (World, Arc<Shelf>) {
    let clock = ManualClock::new();
    let shelf = Shelf::new(&clock);
    let world = world_on(clock, |builder| configure(builder.journal(shelf.clone())), answer);
    (world, shelf)
}

fn world_on(
    clock: ManualClock,
    configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
    mut answer: impl FnMut(usize, &Attempt) -> Step + Send + 'static,
) -> World {
    let transport = ScriptedTransport::new(Arc::new(clock.clone()));
    let mut number = 0;
    transport.answer_with(move |attempt| {
        number += 1;
        answer(number - 1, attempt)
    });
    let builder = Client::builder().transport(Arc::new(transport.clone())).clock(Arc::new(clock.clone()));
    let client = configure(builder.seed(1)).build().unwrap();
    World { client, transport, clock }
}

/// Answers submissions with their acknowledgement, and the n-th status check (from 1) with what `check` says.
fn accepting(
    mut check: impl FnMut(usize) -> Step + Send + 'static,
) -> impl FnMut(usize, &Attempt) -> Step + Send + 'static {
    let mut checks = 0;
    move |_, attempt| {
        if world::is_check(attempt) {
            checks += 1;
            return check(checks);
        }
        let items = attempt.calls.iter().map(|call| {
            let task_uuid = call.task_uuid.unwrap();
            format!(r#"{{"taskType":"imageInference","taskUUID":"{task_uuid}"}}"#)
        });
        world::answer(&items.collect::<Vec<_>>().join(","))
    }
}

/// An attempt of which nobody knows what became.
fn cut() -> TransportError {
    TransportError::new(ErrorKind::Interrupted, Delivery::MaybeSent, "the connection was cut")
}
