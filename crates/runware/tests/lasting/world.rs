//! A client on a script.

#[path = "../common/time.rs"]
mod time;
#[path = "../common/wire.rs"]
mod wire;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use runware::transport::testing::{ManualClock, ScriptedTransport, Step};
use runware::transport::{Attempt, Delivery, ErrorKind, Reply, TransportError};
use runware::types::{Envelope, ImageInference, RawTask, TaskType, TaskUuid};
use runware::{Client, Event, Task};

pub(crate) use wire::*;

/// A client whose server is a function, and whose time is moved by hand.
pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) transport: ScriptedTransport,
    pub(crate) clock: ManualClock,
}

impl World {
    /// The server answers the n-th attempt (from 0) with what `answer` says.
    pub(crate) fn new(mut answer: impl FnMut(usize, &Attempt) -> Step + Send + 'static) -> Self {
        let clock = ManualClock::new();
        let transport = ScriptedTransport::new(Arc::new(clock.clone()));
        let mut number = 0;
        transport.answer_with(move |attempt| {
            number += 1;
            answer(number - 1, attempt)
        });
        let builder = Client::builder().transport(Arc::new(transport.clone()));
        let client = builder.clock(Arc::new(clock.clone())).seed(1).build().unwrap();
        Self { client, transport, clock }
    }

    /// Lets time run until the future is done.
    pub(crate) async fn run<T>(&self, future: impl Future<Output = T>) -> T {
        time::run(&self.clock, future).await
    }

    /// Lets everything happen that can without time passing.
    pub(crate) async fn settle(&self) {
        time::settle().await;
    }

    /// Lets this much time pass.
    pub(crate) async fn pass(&self, time: Duration) {
        time::pass(&self.clock, time).await;
    }

    pub(crate) fn clock_now(&self) -> Duration {
        use runware::transport::Clock;
        self.clock.now()
    }

    /// When something of this type was sent, in milliseconds.
    pub(crate) fn times_of(&self, task_type: &TaskType) -> Vec<u128> {
        let attempts = self.transport.attempts();
        let sent = attempts.iter().filter(|recorded| is(&recorded.attempt, task_type));
        sent.map(|recorded| recorded.at.as_millis()).collect()
    }

    /// The events of a task to its end, one word each with its time in milliseconds.
    pub(crate) async fn story(&self, task: &Task) -> Vec<String> {
        let mut events = task.events();
        let mut story = Vec::new();
        while let Some(event) = self.run(events.next()).await {
            let word = match event {
                Ok(Event::Accepted { replayed, .. }) => {
                    (if replayed { "replayed" } else { "accepted" }).to_owned()
                }
                Ok(Event::Result(result)) => {
                    let item = result.item();
                    let name = item.field("imageUUID").or_else(|| item.field("text")).unwrap();
                    name.decode::<String>().unwrap()
                }
                Ok(Event::Failure(failure)) => failure.error().code().to_owned(),
                Ok(Event::PollFault(cause)) => cause.to_string(),
                Ok(Event::Settled(outcome)) => outcome.status().as_str().to_owned(),
                Ok(other) => format!("{other:?}"),
                Err(error) => format!("{:?}", error.kind()),
            };
            story.push(format!("{} {word}", self.clock_now().as_millis()));
        }
        story
    }
}

pub(crate) fn id(key: &str) -> TaskUuid {
    TaskUuid::from_key("test", key)
}

/// The image task `key` with so many results.
pub(crate) fn image(key: &str, results: u32) -> RawTask {
    let task =
        ImageInference::new("runware:101@1", "a lighthouse").number_results(results).task_uuid(id(key));
    RawTask::from(task)
}

/// A reply with these items and errors; `$a`, `$b` and so on stand for the ids of tasks.
pub(crate) fn reply(items: &str, errors: &str) -> Reply {
    let mut body = format!(r#"{{"data":[{items}],"errors":[{errors}]}}"#);
    for key in ["a", "b", "z"] {
        body = body.replace(&format!("${key}"), &id(key).to_string());
    }
    Reply::new(200, Envelope::decode(body).unwrap())
}

pub(crate) const FAILED: &str = r#"{"code":"timeoutProvider","status":"error","taskUUID":"$a"}"#;

pub(crate) fn answer(items: &str) -> Step {
    Step::reply(reply(items, ""))
}

pub(crate) fn errors(errors: &str) -> Step {
    Step::reply(reply("", errors))
}

pub(crate) fn blank() -> Step {
    answer("")
}

pub(crate) fn lost() -> TransportError {
    TransportError::new(ErrorKind::Disconnected, Delivery::MaybeSent, "the connection was lost")
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);
