//! Processes that come one after the other, on one journal, one clock and one server.

#[path = "../common/time.rs"]
mod time;
#[path = "../common/wire.rs"]
mod wire;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use runware::journal::{Intent, Journal};
use runware::transport::testing::{ManualClock, ScriptedTransport, Step};
use runware::transport::{Attempt, Clock as _};
use runware::types::{ImageInference, Prepared, RawTask, TaskType, TaskUuid};
use runware::{Client, ClientBuilder, Event, Recovered, Task};

use crate::journal::Disk;

pub(crate) use time::settle;
pub(crate) use wire::*;

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
        answer: impl FnMut(u64, &Attempt) -> Step + Send + 'static,
    ) -> Self {
        Self::with(|builder| builder.journal(journal), clock, answer)
    }

    pub(crate) fn with(
        configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
        clock: ManualClock,
        mut answer: impl FnMut(u64, &Attempt) -> Step + Send + 'static,
    ) -> Self {
        let transport = ScriptedTransport::new(Arc::new(clock.clone()));
        let its_clock = clock.clone();
        transport.answer_with(move |attempt| answer(millis(its_clock.now()), attempt));
        let builder = Client::builder().transport(Arc::new(transport.clone())).clock(Arc::new(clock.clone()));
        let client = configure(builder.scope(SCOPE).seed(1)).build().unwrap();
        Self { client, transport, clock }
    }

    /// Lets time run until the future is done.
    pub(crate) async fn run<T>(&self, future: impl Future<Output = T>) -> T {
        time::run(&self.clock, future).await
    }

    /// Lets this much time pass.
    pub(crate) async fn pass(&self, time: Duration) {
        time::pass(&self.clock, time).await;
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

/// A server that does not have the task before it is submitted, and has its result as soon as it was, which it answers
/// with what `taken` says.
pub(crate) fn without(
    taken: impl Fn() -> Step + Send + 'static,
) -> impl FnMut(u64, &Attempt) -> Step + Send + 'static {
    let mut has = false;
    move |_, attempt| match () {
        () if is_details(attempt) => errors(NOT_FOUND),
        () if is_check(attempt) && has => answer(&picture("p")),
        () if is_check(attempt) => answer(""),
        () => {
            has = true;
            taken()
        }
    }
}

/// A server that takes every task, and has the result of task `a` after ten seconds.
pub(crate) fn taking_ten_seconds(now: u64, attempt: &Attempt) -> Step {
    match () {
        () if !is_check(attempt) => answer(ACK),
        () if now < 10_000 => answer(RUNNING),
        () => answer(&picture("p")),
    }
}

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
