//! What the callers of a simulation live through.

use std::sync::Arc;
use std::time::Duration;

use runware::transport::Clock;
use runware::{Client, Ending, Error, Event, Outcome, Task, TaskHandle};

use super::plan::{Caller, Course};
use crate::harness::{Wire, secs, unlearned_plan};

/// One task from its caller's side.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) course: Course,
    /// The waits for the task, in order; only the last may lead to its end.
    pub(super) waits: Vec<Wait>,
    /// What the events brought, where they were read.
    pub(super) read: Option<Read>,
}

/// One call that waited for a task.
#[derive(Debug)]
pub(super) struct Wait {
    pub(super) from: Duration,
    pub(super) until: Duration,
    /// How long it was allowed to take.
    pub(super) deadline: Duration,
    /// How it ended; `None` if the caller left.
    pub(super) end: Option<Result<Outcome, Error>>,
}

/// What came as events.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) results: usize,
    pub(super) failures: usize,
    pub(super) accepted: usize,
}

impl Story {
    /// The task is submitted, and its caller does what that caller does.
    pub(super) async fn begin(course: Course, client: Client, wire: Arc<Wire>, deadline: Duration) -> Self {
        wire.clock().sleep_until(course.starts_at).await;
        let mut story = Self { waits: Vec::new(), read: None, course };
        let task = client.submit_prepared(story.course.prepared()).unwrap();
        let handle = task.handle().clone();
        match story.course.caller {
            Caller::Waits => story.wait(&wire, deadline, task.outcome()).await,
            Caller::Reads => {
                let mut read = Read::default();
                story.wait(&wire, deadline, read_events(&task, &mut read)).await;
                story.read = Some(read);
            }
            Caller::Leaves { after, away } => {
                story.leave(&wire, task, deadline, after).await;
                if story.end().is_none() {
                    wire.clock().sleep_until(wire.now() + away).await;
                    story.resume(&client, &wire, handle, deadline).await;
                }
            }
        }
        story
    }

    /// What the end of the call asks for is done, once nothing goes wrong any more.
    pub(super) async fn go_on(mut self, client: Client, wire: Arc<Wire>) -> Self {
        let deadline = secs(1_800);
        let client = client.with_plan(unlearned_plan().with_deadline(deadline));
        let handle = match self.end() {
            Some(Ok(outcome)) if matches!(outcome.ending(), Ending::Settled) => return self,
            Some(Ok(outcome)) => outcome.handle().clone(),
            Some(Err(error)) if error.is_safe_to_resubmit() => {
                let task = client.submit_prepared(self.course.prepared()).unwrap();
                self.wait(&wire, deadline, task.outcome()).await;
                return self;
            }
            Some(Err(error)) => error.handle().unwrap().clone(),
            None => unreachable!("everybody waits in the end"),
        };
        self.resume(&client, &wire, handle, deadline).await;
        self
    }

    /// How the last wait ended.
    pub(super) fn end(&self) -> Option<&Result<Outcome, Error>> {
        self.waits.last()?.end.as_ref()
    }

    async fn resume(&mut self, client: &Client, wire: &Wire, handle: TaskHandle, deadline: Duration) {
        let task = client.resume(handle).unwrap();
        self.wait(wire, deadline, task.outcome()).await;
    }

    async fn wait(
        &mut self,
        wire: &Wire,
        deadline: Duration,
        end: impl Future<Output = Result<Outcome, Error>>,
    ) {
        let from = wire.now();
        let end = Some(end.await);
        self.waits.push(Wait { from, until: wire.now(), deadline, end });
    }

    /// Waits a while, and drops the task unless it has ended.
    async fn leave(&mut self, wire: &Wire, task: Task, deadline: Duration, after: Duration) {
        let from = wire.now();
        let end = tokio::select! {
            end = task.outcome() => Some(end),
            () = wire.clock().sleep_until(from + after) => None,
        };
        self.waits.push(Wait { from, until: wire.now(), deadline, end });
    }
}

async fn read_events(task: &Task, read: &mut Read) -> Result<Outcome, Error> {
    let mut events = task.events();
    loop {
        match events.next().await.expect("the last event is the end")? {
            Event::Accepted { .. } => read.accepted += 1,
            Event::Result(_) => read.results += 1,
            Event::Failure(_) => read.failures += 1,
            Event::Settled(outcome) => return Ok(outcome),
            _ => {}
        }
    }
}
