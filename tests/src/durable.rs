//! What a journal costs: the time that it adds to a submission, and the time until open tasks are looked at again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use runware::Client;
use runware::journal::{Begun, Fact, Intent, Journal as _, Note};
use runware::transport::{Clock as _, TokioClock};
use runware::types::{ImageInference, TaskUuid};
use runware_emulator::{Action, Emulator, Options, RequestKind, Rule};
use runware_journal::SqliteJournal;
use serde_json::{Value, json};

/// What is measured.
#[derive(Debug, Parser)]
#[command(name = "journal")]
struct Arguments {
    /// How many tasks are submitted one after the other, with a journal and without one
    #[arg(long, default_value_t = 500)]
    submissions: u32,
    /// How many open tasks are taken up again
    #[arg(long, default_value_t = 10_000)]
    open: u32,
    /// Where the journals are made [default: where temporary files are]
    #[arg(long)]
    folder: Option<std::path::PathBuf>,
}

/// Which tasks are in the journal.
const SCOPE: &str = "bench";

/// Prints one line of JSON.
///
/// # Errors
///
/// The journal or the emulator cannot be used.
pub fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let served = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let folder = match &arguments.folder {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    let folder = folder.context("no folder for the journals")?;
    let first_check = Arc::<Mutex<Option<Duration>>>::default();
    let clock = TokioClock::new();
    let witness = Arc::clone(&first_check);
    let witness = Rule::new(Action::EmptyErrors).kind(RequestKind::Status).when(move |_| {
        if let Ok(mut first) = witness.lock() {
            first.get_or_insert(clock.now());
        }
        false
    });
    let options = Options::new().duration(Duration::from_secs(3_600)).fault(witness);
    let emulator = served.block_on(Emulator::start(options)).context("the emulator does not start")?;
    let url = emulator.http_url();
    let figures = runtime.block_on(async {
        let submit = submissions(&arguments, &url, folder.path()).await?;
        if let Ok(mut first) = first_check.lock() {
            *first = None;
        }
        let recovery = recovery(&arguments, &url, folder.path(), &first_check, clock).await?;
        anyhow::Ok(json!({"submit": submit, "recovery": recovery}))
    })?;
    println!("{figures}");
    runtime.shutdown_background();
    served.shutdown_background();
    Ok(())
}

/// How long a submission takes until the server has it, alternating between a client with a journal and one without.
async fn submissions(arguments: &Arguments, url: &str, folder: &std::path::Path) -> Result<Value> {
    let clock = TokioClock::new();
    let journal = SqliteJournal::open(folder.join("submit").join("journal.db"))?;
    let builder = || Client::builder().api_key("bench").base_url(url);
    let clients = [builder().build()?, builder().journal(Arc::new(journal)).scope(SCOPE).build()?];
    let mut took = [Vec::new(), Vec::new()];
    // The first ones open connections.
    for number in 0..arguments.submissions.saturating_add(5) {
        for (client, took) in clients.iter().zip(&mut took) {
            let from = clock.now();
            let task = client.submit(ImageInference::new("runware:101@1", format!("wave {number}")))?;
            task.accepted().await?;
            if number >= 5 {
                took.push(clock.now().saturating_sub(from));
            }
        }
    }
    let [without, with] = took.map(|mut took| {
        took.sort_unstable();
        [0.5, 0.99].map(|share| {
            let place = (took.len().saturating_sub(1) as f64 * share).round() as usize;
            took.get(place).map(Duration::as_secs_f64).unwrap_or_default() * 1_000.0
        })
    });
    let pair = |[p50, p99]: [f64; 2]| json!({"p50_ms": rounded(p50), "p99_ms": rounded(p99)});
    let ([p50, p99], [with_p50, with_p99]) = (without, with);
    let added = [with_p50 - p50, with_p99 - p99];
    Ok(json!({
        "submissions": arguments.submissions,
        "without": pair(without),
        "with": pair(with),
        "added": pair(added),
    }))
}

/// How long it takes from the opening of a journal with many open tasks to the first look at one of them.
async fn recovery(
    arguments: &Arguments,
    url: &str,
    folder: &std::path::Path,
    first_check: &Mutex<Option<Duration>>,
    clock: TokioClock,
) -> Result<Value> {
    let path = folder.join("recover").join("journal.db");
    let journal = SqliteJournal::open(&path)?;
    let client = Client::builder().api_key("bench").base_url(url).build()?;
    let ids: Vec<_> =
        (0..arguments.open).map(|number| TaskUuid::from_key(SCOPE, &number.to_string())).collect();
    for ids in ids.chunks(1_000) {
        let intent = |id: &TaskUuid| {
            let prompt =
                format!("wave {id} breaks over a pier of old wood, the sun low behind it, slow motion");
            let task = ImageInference::new("runware:101@1", prompt).task_uuid(*id);
            Ok(Intent::new(SCOPE, &client.prepare(task)?))
        };
        let begun = journal.begin(ids.iter().map(intent).collect::<Result<_>>()?).await?;
        let accepted = begun.into_iter().filter_map(|begun| match begun {
            Begun::New(ticket) => Some(Note { ticket, fact: Fact::Accepted }),
            _ => None,
        });
        journal.record(accepted.collect()).await?;
    }
    drop(journal);
    let from = clock.now();
    let journal = SqliteJournal::open(&path)?;
    let opened = clock.now();
    let client =
        Client::builder().api_key("bench").base_url(url).journal(Arc::new(journal)).scope(SCOPE).build()?;
    let tasks = client.recover().await?.tasks;
    let recovered = clock.now();
    let look = loop {
        if let Some(at) = first_check.lock().ok().and_then(|first| *first) {
            break at;
        }
        clock.sleep_until(clock.now() + Duration::from_millis(1)).await;
    };
    let millis = |until: Duration| rounded(until.saturating_sub(from).as_secs_f64() * 1_000.0);
    Ok(json!({
        "tasks": tasks.len(),
        "opened_ms": millis(opened),
        "recovered_ms": millis(recovered),
        "first_check_ms": millis(look),
        "from_recover_to_first_check_ms": rounded(look.saturating_sub(opened).as_secs_f64() * 1_000.0),
    }))
}

fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
