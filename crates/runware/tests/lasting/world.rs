//! A client on a script.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use runware::transport::testing::{ManualClock, ScriptedTransport, Step};
use runware::transport::{Attempt, Delivery, ErrorKind, Reply, TransportError};
use runware::types::{Envelope, ImageInference, RawTask, TaskType, TaskUuid};
use runware::{Client, Event, Task};

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

    /// Lets time run, from one alarm to the next, until the future is done; an hour at most.
    pub(crate) async fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        for _ in 0..10_000 {
            // Everything that can happen now does, before time passes.
            for _ in 0..50 {
                let ready = std::future::poll_fn(|context| match future.as_mut().poll(context) {
                    Poll::Ready(done) => Poll::Ready(Some(done)),
                    Poll::Pending => Poll::Ready(None),
                });
                if let Some(done) = ready.await {
                    return done;
                }
                tokio::task::yield_now().await;
            }
            if let Some(wake) = self.clock.next_wake().filter(|wake| *wake <= Duration::from_secs(3600)) {
                self.clock.advance_to(wake);
            }
        }
        panic!("the test hangs at {:?}", self.clock_now());
    }

    /// Lets everything happen that can without time passing.
    pub(crate) async fn settle(&self) {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    /// Lets this much time pass, from one alarm to the next.
    pub(crate) async fn pass(&self, time: Duration) {
        let end = self.clock_now() + time;
        self.settle().await;
        while let Some(wake) = self.clock.next_wake().filter(|wake| *wake <= end) {
            self.clock.advance_to(wake);
            self.settle().await;
        }
        self.clock.advance_to(end);
        self.settle().await;
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

pub(crate) fn is(attempt: &Attempt, task_type: &TaskType) -> bool {
    attempt.calls.iter().any(|call| RawTask::from_json(&call.bytes).unwrap().task_type() == task_type)
}

pub(crate) fn is_check(attempt: &Attempt) -> bool {
    is(attempt, &TaskType::GetResponse)
}

pub(crate) fn is_details(attempt: &Attempt) -> bool {
    is(attempt, &TaskType::GetTaskDetails)
}

/// A reply with these items and errors; `$a`, `$b` and so on stand for the ids of tasks.
pub(crate) fn reply(items: &str, errors: &str) -> Reply {
    let mut body = format!(r#"{{"data":[{items}],"errors":[{errors}]}}"#);
    for key in ["a", "b", "z"] {
        body = body.replace(&format!("${key}"), &id(key).to_string());
    }
    Reply::new(200, Envelope::decode(body).unwrap())
}

/// An image of task `a`.
pub(crate) fn picture(uuid: &str) -> String {
    format!(r#"{{"taskType":"imageInference","taskUUID":"$a","imageUUID":"{uuid}","imageURL":"u/{uuid}"}}"#)
}

/// A text of task `a`, which has no id of its own.
pub(crate) fn text(text: &str) -> String {
    format!(r#"{{"taskType":"textInference","taskUUID":"$a","text":"{text}"}}"#)
}

pub(crate) const ACK: &str = r#"{"taskType":"imageInference","taskUUID":"$a"}"#;
pub(crate) const RUNNING: &str = r#"{"taskType":"imageInference","taskUUID":"$a","status":"processing"}"#;
pub(crate) const FAILED: &str = r#"{"code":"timeoutProvider","status":"error","taskUUID":"$a"}"#;
pub(crate) const CONFLICT: &str = r#"{"code":"conflictTaskUUID","taskUUID":"$a"}"#;
pub(crate) const NOT_FOUND: &str = r#"{"code":"taskNotFound","taskUUID":"$a"}"#;

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
