//! Processes that come one after the other, on one journal, one clock and one server.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use runware::journal::{Intent, Journal};
use runware::transport::testing::{ManualClock, ScriptedTransport, Step};
use runware::transport::{Attempt, Clock as _};
use runware::types::{ImageInference, Prepared, RawTask, TaskType, TaskUuid};
use runware::{Client, Event, Recovered, Task};

use crate::journal::Disk;

/// A process with a client.
pub(crate) struct Process {
    pub(crate) client: Client,
    pub(crate) transport: ScriptedTransport,
    pub(crate) clock: ManualClock,
}

/// A process on this disk, whose server answers each attempt with what `answer` says, given the time in milliseconds.
pub(crate) fn process(disk: &Disk, answer: impl FnMut(u64, &Attempt) -> Step + Send + 'static) -> Process {
    Process::new(disk.open(), ManualClock::new(), answer)
}

impl Process {
    pub(crate) fn new(
        journal: Arc<dyn Journal>,
        clock: ManualClock,
        mut answer: impl FnMut(u64, &Attempt) -> Step + Send + 'static,
    ) -> Self {
        let transport = ScriptedTransport::new(Arc::new(clock.clone()));
        let its_clock = clock.clone();
        transport.answer_with(move |attempt| answer(millis(its_clock.now()), attempt));
        let builder = Client::builder().transport(Arc::new(transport.clone())).clock(Arc::new(clock.clone()));
        let client = builder.scope(SCOPE).journal(journal).seed(1).build().unwrap();
        Self { client, transport, clock }
    }

    /// Lets time run, from one alarm to the next, until the future is done; two hours at most.
    pub(crate) async fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let end = self.clock.now() + Duration::from_secs(7_200);
        for _ in 0..20_000 {
            for _ in 0..60 {
                let ready = std::future::poll_fn(|context| match future.as_mut().poll(context) {
                    Poll::Ready(done) => Poll::Ready(Some(done)),
                    Poll::Pending => Poll::Ready(None),
                });
                if let Some(done) = ready.await {
                    return done;
                }
                tokio::task::yield_now().await;
            }
            if let Some(wake) = self.clock.next_wake().filter(|wake| *wake <= end) {
                self.clock.advance_to(wake);
            }
        }
        panic!("the test hangs at {:?}", self.clock.now());
    }

    /// Lets this much time pass, from one alarm to the next.
    pub(crate) async fn pass(&self, time: Duration) {
        let end = self.clock.now() + time;
        settle().await;
        while let Some(wake) = self.clock.next_wake().filter(|wake| *wake <= end) {
            self.clock.advance_to(wake);
            settle().await;
        }
        self.clock.advance_to(end);
        settle().await;
    }

    pub(crate) async fn recover(&self) -> Recovered {
        self.run(self.client.recover()).await.unwrap()
    }

    /// The one task that is there to be recovered.
    pub(crate) async fn recover_one(&self) -> Task {
        let mut recovered = self.recover().await;
        assert_eq!((recovered.tasks.len(), recovered.held_elsewhere), (1, 0), "{recovered:?}");
        recovered.tasks.remove(0)
    }

    /// When something of this type was sent, in milliseconds.
    pub(crate) fn times_of(&self, task_type: &TaskType) -> Vec<u64> {
        let attempts = self.transport.attempts();
        let sent = attempts.iter().filter(|recorded| is(&recorded.attempt, task_type));
        sent.map(|recorded| millis(recorded.at)).collect()
    }

    /// When it was submitted, looked at, and looked for in the archive.
    pub(crate) fn times(&self) -> [Vec<u64>; 3] {
        [TaskType::ImageInference, TaskType::GetResponse, TaskType::GetTaskDetails]
            .map(|task_type| self.times_of(&task_type))
    }

    /// The bytes that were submitted.
    pub(crate) fn submitted(&self) -> Vec<Vec<u8>> {
        let attempts = self.transport.attempts();
        let sent = attempts.iter().filter(|recorded| is(&recorded.attempt, &TaskType::ImageInference));
        sent.flat_map(|recorded| recorded.attempt.calls.iter().map(|call| call.bytes.to_vec())).collect()
    }

    /// The events of a task to its end, one word each: results by name, number, and whether they come again.
    pub(crate) async fn story(&self, task: &Task) -> Vec<String> {
        let mut events = task.events();
        let mut story = Vec::new();
        while let Some(event) = self.run(events.next()).await {
            story.push(match event {
                Ok(Event::Accepted { replayed, .. }) => {
                    (if replayed { "replayed" } else { "accepted" }).to_owned()
                }
                Ok(Event::Result(result)) => {
                    let name =
                        ["imageUUID", "text"].iter().find_map(|name| result.item().field(name)).unwrap();
                    let id = result.delivery_id().unwrap().to_string();
                    let ordinal = id.rsplit('/').next().unwrap().to_owned();
                    let again = if result.is_redelivered() { " again" } else { "" };
                    format!("{} #{ordinal}{again}", name.decode::<String>().unwrap())
                }
                Ok(Event::Failure(failure)) => failure.error().code().to_owned(),
                Ok(Event::PollFault(cause)) => cause.to_string(),
                Ok(Event::Settled(outcome)) => outcome.status().as_str().to_owned(),
                Ok(other) => format!("{other:?}"),
                Err(error) => format!("{:?}", error.kind()),
            });
        }
        story
    }
}

/// Lets everything happen that can without time passing.
pub(crate) async fn settle() {
    for _ in 0..60 {
        tokio::task::yield_now().await;
    }
}

pub(crate) const SCOPE: &str = "test";

pub(crate) fn id(key: &str) -> TaskUuid {
    TaskUuid::from_key("recovering", key)
}

/// The image task `key` with so many results.
pub(crate) fn image(key: &str, results: u32) -> Prepared {
    let task =
        ImageInference::new("runware:101@1", "a lighthouse").number_results(results).task_uuid(id(key));
    RawTask::from(task).set("deliveryMethod", "async").prepare(id(key)).unwrap()
}

pub(crate) fn intent(prepared: &Prepared) -> Intent {
    Intent::new(SCOPE, prepared)
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
pub(crate) fn reply(items: &str, errors: &str) -> Step {
    Step::body(200, named(format!(r#"{{"data":[{items}],"errors":[{errors}]}}"#)))
}

pub(crate) fn named(mut text: String) -> String {
    for key in ["a", "b", "c"] {
        text = text.replace(&format!("${key}"), &id(key).to_string());
    }
    text
}

/// An image of task `a`.
pub(crate) fn picture(uuid: &str) -> String {
    format!(r#"{{"taskType":"imageInference","taskUUID":"$a","imageUUID":"{uuid}","imageURL":"u/{uuid}"}}"#)
}

/// A text of task `a`, which has neither an id nor a number of its own.
pub(crate) fn text(text: &str) -> String {
    format!(r#"{{"taskType":"textInference","taskUUID":"$a","text":"{text}"}}"#)
}

pub(crate) const ACK: &str = r#"{"taskType":"imageInference","taskUUID":"$a"}"#;
pub(crate) const RUNNING: &str = r#"{"taskType":"imageInference","taskUUID":"$a","status":"processing"}"#;
pub(crate) const CONFLICT: &str = r#"{"code":"conflictTaskUUID","taskUUID":"$a"}"#;
pub(crate) const NOT_FOUND: &str = r#"{"code":"taskNotFound","taskUUID":"$a"}"#;

pub(crate) fn answer(items: &str) -> Step {
    reply(items, "")
}

pub(crate) fn errors(errors: &str) -> Step {
    reply("", errors)
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap()
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);
