//! What the driver's trace holds.
//!
//! Alone in its process: whether an event is of interest is remembered for all threads, and other tests have no
//! subscriber.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, reason = "other tests use more of the world")]

#[path = "lasting/world.rs"]
mod world;

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use runware::transport::testing::Step;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::world::*;

#[tokio::test]
async fn the_trace_tells_the_story_of_a_task_in_ids_and_kinds() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let world = World::new(|number, _| match number {
        0 => errors(r#"{"code":"noAvailableServer","message":"hunter2","taskUUID":"$a"}"#),
        1 => answer(ACK),
        2 => Step::error(lost()),
        _ => answer(&picture("hunter3")),
    });
    let task = world.client.submit(image("a", 1).set("positivePrompt", "hunter1")).unwrap();
    world.transport.push_unclaimed(reply(&picture("hunter4").replace("$a", "$z"), ""));
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!(outcome.results().len(), 1);
    let text = log.0.lock().unwrap().clone();
    let task_uuid = format!("task_uuid={}", id("a"));
    for expected in [
        "message=opened",
        "fault=\"Provider\"",
        "fault=\"Disconnected\"",
        "message=accepted",
        "ending=Ok(Succeeded)",
    ] {
        let line = text.lines().find(|line| line.contains(expected));
        assert!(line.is_some_and(|line| line.contains(&task_uuid)), "{expected} is missing in\n{text}");
    }
    assert!(text.contains(&format!("task_uuid={}", id("z"))), "{text}");
    assert!(text.lines().all(|line| line.starts_with("runware DEBUG ")), "{text}");
    assert!(!text.contains("hunter"), "{text}");
}

/// A subscriber that writes every event of this crate down, with its target and all of its fields.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for &Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0.lock().unwrap(), "{field}={value:?} ").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("runware")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        write!(self.0.lock().unwrap(), "{} {} ", metadata.target(), metadata.level()).unwrap();
        event.record(&mut &*self);
        writeln!(self.0.lock().unwrap()).unwrap();
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
