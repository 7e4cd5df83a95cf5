//! A client, and a server that is a function of what it is sent.

#[path = "../common/time.rs"]
mod time;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use runware::transport::testing::{ManualClock, ScriptedTransport, Step};
use runware::transport::{Attempt, Clock as _, Reply};
use runware::types::{Envelope, ImageInference, RawTask, TaskType, TaskUuid};
use runware::{Client, ClientBuilder, Task};

/// A client whose time is moved by hand.
pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) transport: ScriptedTransport,
    pub(crate) clock: ManualClock,
}

/// A request that was sent: when, in milliseconds, of what, and of how many tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) at: u64,
    pub(crate) kind: Kind,
    pub(crate) size: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Submission,
    Check,
    Details,
}

pub(crate) use Kind::{Check, Details, Submission};

impl World {
    /// The server answers each attempt with what `answer` says, given the time in milliseconds.
    pub(crate) fn new(
        configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
        mut answer: impl FnMut(u64, &Attempt) -> Step + Send + 'static,
    ) -> Self {
        let clock = ManualClock::new();
        let transport = ScriptedTransport::new(Arc::new(clock.clone()));
        let its_clock = clock.clone();
        transport.answer_with(move |attempt| answer(millis(its_clock.now()), attempt));
        let builder = Client::builder().transport(Arc::new(transport.clone()));
        let client = configure(builder.clock(Arc::new(clock.clone())).seed(1)).build().unwrap();
        Self { client, transport, clock }
    }

    /// Submits the image tasks of these numbers.
    pub(crate) fn submit(&self, numbers: impl IntoIterator<Item = usize>) -> Vec<Task> {
        numbers.into_iter().map(|number| self.client.submit(image(number)).unwrap()).collect()
    }

    /// Lets time run until the future is done.
    pub(crate) async fn run<T>(&self, future: impl Future<Output = T>) -> T {
        time::run(&self.clock, future).await
    }

    /// Lets this much time pass.
    pub(crate) async fn pass(&self, millis: u64) {
        time::pass(&self.clock, Duration::from_millis(millis)).await;
    }

    pub(crate) fn now(&self) -> u64 {
        millis(self.clock.now())
    }

    /// What was sent so far.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        let attempts = self.transport.attempts();
        let sent = attempts.iter().map(|recorded| Sent {
            at: millis(recorded.at),
            kind: kind(&recorded.attempt),
            size: recorded.attempt.calls.len(),
        });
        sent.collect()
    }

    /// How many tasks each request of this kind had.
    pub(crate) fn sizes(&self, kind: Kind) -> Vec<usize> {
        self.sent().into_iter().filter(|sent| sent.kind == kind).map(|sent| sent.size).collect()
    }

    /// When the requests of this kind were sent.
    pub(crate) fn times(&self, kind: Kind) -> Vec<u64> {
        self.sent().into_iter().filter(|sent| sent.kind == kind).map(|sent| sent.at).collect()
    }
}

/// The most requests that were under way at once, if each took this long.
pub(crate) fn peak(sent: &[Sent], takes: u64) -> usize {
    let under_way = |now: u64| sent.iter().filter(|other| other.at <= now && now < other.at + takes).count();
    sent.iter().map(|sent| under_way(sent.at)).max().unwrap_or_default()
}

pub(crate) fn kind(attempt: &Attempt) -> Kind {
    match RawTask::from_json(&attempt.calls[0].bytes).unwrap().task_type() {
        TaskType::GetResponse => Check,
        TaskType::GetTaskDetails => Details,
        _ => Submission,
    }
}

pub(crate) fn id(number: usize) -> TaskUuid {
    TaskUuid::from_key("paced", &number.to_string())
}

pub(crate) fn image(number: usize) -> RawTask {
    RawTask::from(ImageInference::new("runware:101@1", "a lighthouse").task_uuid(id(number)))
}

/// Whether a request is about the task of this number.
pub(crate) fn names(attempt: &Attempt, number: usize) -> bool {
    attempt.calls.iter().any(|call| call.task_uuid == Some(id(number)))
}

/// A server that takes every task and has its result as soon as it is asked about.
pub(crate) fn good(attempt: &Attempt) -> Step {
    let ended = kind(attempt) == Check;
    let items = attempt.calls.iter().map(|call| {
        let uuid = call.task_uuid.unwrap();
        let image = if ended { r#","imageUUID":"i","imageURL":"u""# } else { "" };
        format!(r#"{{"taskType":"imageInference","taskUUID":"{uuid}"{image}}}"#)
    });
    Step::body(200, format!(r#"{{"data":[{}]}}"#, items.collect::<Vec<_>>().join(",")))
}

/// A server that takes every task and goes on working at it.
pub(crate) fn working(attempt: &Attempt) -> Step {
    if kind(attempt) == Submission {
        return good(attempt);
    }
    let items = attempt.calls.iter().map(|call| {
        let uuid = call.task_uuid.unwrap();
        format!(r#"{{"taskType":"imageInference","taskUUID":"{uuid}","status":"processing"}}"#)
    });
    Step::body(200, format!(r#"{{"data":[{}]}}"#, items.collect::<Vec<_>>().join(",")))
}

/// A refusal that names no task.
pub(crate) fn nameless(status: u16, code: &str) -> Step {
    Step::body(status, format!(r#"{{"errors":[{{"code":"{code}","message":"no"}}]}}"#))
}

/// The server is busy.
pub(crate) fn busy(status: u16, retry_after: Option<u64>) -> Step {
    let body = r#"{"errors":[{"code":"rateLimitExceeded","message":"slow down"}]}"#;
    let mut reply = Reply::new(status, Envelope::decode(body).unwrap());
    reply.retry_after = retry_after.map(Duration::from_secs);
    Step::reply(reply)
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap()
}

pub(crate) fn after(step: Step, millis: u64) -> Step {
    step.after(Duration::from_millis(millis))
}
