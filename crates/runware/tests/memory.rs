//! What the tasks of a client keep in memory.
//!
//! The allocator counts what this thread asks of it, and all of a client runs on this thread.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use allocation_counter::measure;
use runware::journal::{Begun, Claim, Claimed, Intent, Journal, JournalError, Note, Ticket};
use runware::poll::Durations;
use runware::transport::testing::PausedClock;
use runware::transport::{Attempt, Clock, Replies, Reply, Transport, TransportError, async_trait};
use runware::types::{Envelope, ImageInference, RawTask, TaskType, TaskUuid};
use runware::{Client, ClientBuilder, Status, Task};
use tokio::runtime::Runtime;

const TASKS: usize = 5_000;

/// A server that does the same to every task, and keeps nothing.
#[derive(Debug)]
struct Server {
    clock: PausedClock,
    /// When what was submitted is answered.
    accepts_after: Duration,
    /// What a status check shows of a task, beside its id.
    shows: &'static str,
    checks: AtomicUsize,
    under_way: AtomicUsize,
}

#[async_trait]
impl Transport for Server {
    async fn send(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        let first = RawTask::from_json(&attempt.calls.first().unwrap().bytes).unwrap();
        let shows = if *first.task_type() == TaskType::GetResponse {
            self.checks.fetch_add(attempt.calls.len(), Ordering::Relaxed);
            self.shows
        } else {
            self.clock.sleep_until(self.clock.now() + self.accepts_after).await;
            ""
        };
        let items = attempt.calls.iter().map(|call| {
            let task_uuid = call.task_uuid.unwrap();
            format!(r#"{{"taskType":"imageInference","taskUUID":"{task_uuid}"{shows}}}"#)
        });
        let body = format!(r#"{{"data":[{}]}}"#, items.collect::<Vec<_>>().join(","));
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        Ok(Replies::one(Reply::new(200, Envelope::decode(body).unwrap())))
    }
}

/// A journal that says that everything is durable, and keeps nothing itself.
#[derive(Debug, Default)]
struct Forgetful {
    begun: AtomicU64,
}

#[async_trait]
impl Journal for Forgetful {
    async fn begin(&self, intents: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
        let ticket = |_| Ticket { id: self.begun.fetch_add(1, Ordering::Relaxed), epoch: 1 };
        Ok(intents.iter().map(ticket).map(Begun::New).collect())
    }

    async fn record(&self, _notes: Vec<Note>) -> Result<Vec<Ticket>, JournalError> {
        Ok(Vec::new())
    }

    async fn claim(&self, _claim: Claim) -> Result<Claimed, JournalError> {
        Ok(Claimed::new(Vec::new(), 0))
    }

    async fn renew(&self) -> Result<(), JournalError> {
        Ok(())
    }

    async fn durations(&self) -> Result<Option<Durations>, JournalError> {
        Ok(None)
    }

    async fn keep_durations(&self, _durations: Durations) -> Result<(), JournalError> {
        Ok(())
    }
}

fn with_a_journal(builder: ClientBuilder) -> ClientBuilder {
    builder.journal(Arc::new(Forgetful::default()))
}

fn without_a_journal(builder: ClientBuilder) -> ClientBuilder {
    builder
}

/// A client and its server, on a clock that jumps to the next alarm when there is nothing else to do.
fn world(
    accepts_after: Duration,
    shows: &'static str,
    configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> (Runtime, Client, Arc<Server>) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (client, server) = runtime.block_on(async {
        let (checks, under_way) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let server = Arc::new(Server { clock: PausedClock::new(), accepts_after, shows, checks, under_way });
        let client =
            configure(Client::builder().transport(server.clone()).clock(Arc::new(server.clock)).seed(1))
                .build()
                .unwrap();
        pass(Duration::from_millis(1)).await;
        (client, server)
    });
    (runtime, client, server)
}

async fn pass(time: Duration) {
    PausedClock::new().sleep_until(time).await;
}

/// The n-th task, whose prompt is so long.
fn image(number: usize, prompt: usize) -> RawTask {
    let task_uuid = TaskUuid::from_key("memory", &number.to_string());
    RawTask::from(ImageInference::new("runware:101@1", "x".repeat(prompt)).task_uuid(task_uuid))
}

fn submit(client: &Client, prompt: usize) -> Vec<Task> {
    (0..TASKS).map(|number| client.submit(image(number, prompt)).unwrap()).collect()
}

/// The bytes that each of the tasks keeps once they run and each was looked at.
fn running(prompt: usize, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> i64 {
    let (runtime, client, server) = world(Duration::from_millis(20), r#","status":"processing""#, configure);
    let mut tasks = Vec::new();
    let allocated = measure(|| {
        runtime.block_on(async {
            tasks = submit(&client, prompt);
            for task in &tasks {
                assert!(!task.accepted().await.unwrap());
            }
            // By then those that stand back have been looked at too.
            pass(Duration::from_secs(20)).await;
        });
    });
    assert_eq!(server.under_way.load(Ordering::Relaxed), 0);
    assert!(server.checks.load(Ordering::Relaxed) >= TASKS);
    allocated.bytes_current / TASKS as i64
}

/// The bytes that each of the tasks keeps beside its request as long as it waits to be sent.
fn waiting(configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> i64 {
    let (runtime, client, _) = world(Duration::from_secs(20), "", configure);
    let mut tasks = Vec::new();
    let allocated = measure(|| {
        runtime.block_on(async {
            tasks = submit(&client, 20);
            pass(Duration::from_secs(1)).await;
        });
    });
    let request = image(0, 20).prepare(TaskUuid::from_key("memory", "0")).unwrap().bytes().len();
    allocated.bytes_current / TASKS as i64 - request as i64
}

#[test]
fn a_running_task_takes_seven_hundred_bytes_at_most() {
    let each = running(20, without_a_journal);
    println!("{each} bytes for each running task");
    assert!(each <= 700, "{each} bytes");
}

#[test]
fn the_request_of_a_running_task_is_let_go_of() {
    let (small, large) = (running(20, without_a_journal), running(2_000, without_a_journal));
    assert!(large <= small + 10, "{small} and {large} bytes");
}

#[test]
fn a_task_that_waits_to_be_sent_takes_seven_hundred_bytes_at_most_beside_its_request() {
    let each = waiting(without_a_journal);
    println!("{each} bytes beside its request for each task that waits to be sent");
    assert!(each <= 700, "{each} bytes");
}

/// What runs has let go of its request, with a journal too: a prompt of 2,000 letters would not fit.
#[test]
fn a_task_takes_one_kib_at_most_beside_its_request_with_a_journal_and_without() {
    for (name, configure) in [("without", without_a_journal as fn(_) -> _), ("with", with_a_journal)] {
        let (waiting, running) = (waiting(configure), running(2_000, configure));
        println!("{waiting} bytes while it waits to be sent, {running} while it runs, {name} a journal");
        assert!(waiting.max(running) <= 1_024, "{waiting} and {running} bytes, {name} a journal");
    }
}

/// Submits all tasks, with ids of their own in each round, and takes their outcomes.
async fn take_outcomes(client: &Client, round: usize) {
    let numbers = round * TASKS..(round + 1) * TASKS;
    let tasks = numbers.map(|number| client.submit(image(number, 20)).unwrap());
    for task in tasks.collect::<Vec<_>>() {
        assert_eq!(task.outcome().await.unwrap().status(), Status::Succeeded);
    }
    pass(Duration::from_secs(5)).await;
}

#[test]
fn nothing_stays_of_a_task_whose_outcome_was_taken() {
    let (runtime, client, _) =
        world(Duration::from_millis(20), r#","imageURL":"https://im.runware.ai/a.jpg""#, without_a_journal);
    let [first, second] =
        [0, 1].map(|round| measure(|| runtime.block_on(take_outcomes(&client, round))).bytes_current);
    println!("{first} bytes stay of {TASKS} tasks that have ended, and {second} more of as many others");
    // Room for tasks may stay, which the next ones use, but none of what a task is.
    assert!(first <= 64 * TASKS as i64, "{first} bytes");
    assert!(second <= TASKS as i64, "{second} bytes");
}
