//! A process that submits tasks and takes up those of others, with a journal that it shares with them.
//!
//! It prints what comes of its tasks, and which of them it owns when.
//!
//! Its clocks are fast, all of them alike: what takes minutes by the rules of the journal takes seconds.

mod witnessed;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use futures_util::future::try_join_all;
use runware::transport::Clock as _;
use runware::types::{ImageInference, TaskUuid};
use runware::{Client, Ending, Error, ErrorKind, Event, Task};
use runware_journal::{Filter, Options, SqliteJournal, Stage};
use serde_json::{Value, json};

use crate::haste::{Haste, HastyBoot};
use witnessed::Witnessed;

/// How often it looks for tasks that nobody looks after.
const EVERY: Duration = Duration::from_secs(2);

#[derive(Debug, Parser)]
#[command(name = "worker")]
struct Arguments {
    #[arg(long)]
    journal: PathBuf,
    /// The emulator's URL
    #[arg(long)]
    url: String,
    /// How many times as fast as the machine's its clocks are
    #[arg(long)]
    times: u32,
    /// The number of its first task
    #[arg(long, default_value_t = 0)]
    first: u32,
    /// How many tasks it submits
    #[arg(long, default_value_t = 0)]
    tasks: u32,
}

/// Works until its standard input has ended and nothing is open any more.
///
/// # Errors
///
/// The journal or the emulator cannot be used, or something ended as nothing here should.
pub fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let work = runtime.block_on(run(&Arguments::parse()));
    // The thread that reads standard input may never come back.
    runtime.shutdown_background();
    work
}

/// The id of a task by its number.
pub fn id(number: u32) -> TaskUuid {
    TaskUuid::from_key("runware-worker", &number.to_string())
}

async fn run(arguments: &Arguments) -> Result<()> {
    let clock = Haste::new(arguments.times);
    let boot = Arc::new(HastyBoot::new(arguments.times));
    let journal =
        Options::new().clock(Arc::clone(&boot) as _).open(&arguments.journal).context("the journal")?;
    let client = Client::builder()
        .api_key("worker")
        .base_url(&arguments.url)
        .clock(Arc::new(clock))
        .journal(Arc::new(Witnessed::new(journal.clone(), boot)))
        .build()?;
    let is_over = end_of_input();
    let own = arguments.first..arguments.first.saturating_add(arguments.tasks);
    let own = own.map(|number| {
        let prompt = format!("wave {number}");
        client.submit(ImageInference::new("runware:101@1", prompt).task_uuid(id(number)))
    });
    watch_all(own.collect::<Result<_, _>>()?).await?;
    loop {
        watch_all(client.recover().await?.tasks).await?;
        if is_over.load(Ordering::Relaxed) && nothing_is_open(&journal)? {
            client.close().await;
            return Ok(());
        }
        clock.sleep_until(clock.now() + EVERY).await;
    }
}

fn end_of_input() -> Arc<AtomicBool> {
    let is_over = Arc::<AtomicBool>::default();
    let flag = Arc::clone(&is_over);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        flag.store(true, Ordering::Relaxed);
    });
    is_over
}

fn nothing_is_open(journal: &SqliteJournal) -> Result<bool> {
    let open = Filter::new().stages([Stage::Open, Stage::Settled]);
    Ok(journal.list(&open)?.is_empty())
}

async fn watch_all(tasks: Vec<Task>) -> Result<()> {
    try_join_all(tasks.iter().map(watch)).await?;
    Ok(())
}

/// Prints what comes of a task, and confirms it. That another process has taken it over is nothing unusual.
async fn watch(task: &Task) -> Result<()> {
    let ended = match follow(task).await? {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    if ended.kind() != ErrorKind::TakenOver {
        return Err(ended).context("a task");
    }
    print(&json!({"event": "takenOver", "taskUUID": task.handle().task_uuid()}))
}

async fn follow(task: &Task) -> Result<Result<(), Error>> {
    let id = task.handle().task_uuid();
    let mut events = task.events();
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::Result(result)) => {
                let delivery = result.delivery_id().map(|id| id.to_string());
                let item: Value = serde_json::from_str(result.item().raw().as_str())?;
                // Of what is not kept the owner of the task does not know: it hands it over as if for the first time.
                let event = if result.is_durable() { "result" } else { "notKept" };
                print(&json!({
                    "event": event,
                    "taskUUID": id,
                    "deliveryId": delivery,
                    "redelivered": result.is_redelivered(),
                    "item": item,
                }))?;
            }
            Ok(Event::Settled(outcome)) => {
                return Ok(match outcome.ending() {
                    // With what had come of it here.
                    Ending::Interrupted { error, .. } if error.kind() == ErrorKind::TakenOver => {
                        Err(error.clone())
                    }
                    _ => outcome.confirm().await,
                });
            }
            Ok(_) => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(()))
}

fn print(line: &Value) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("nobody listens")
}
