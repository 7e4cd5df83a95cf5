//! What it costs to keep tasks: durable intents, results, and taking over what was left open.
//!
//! Every write is synced, in the directory for temporary files: to measure a disk, that must be on it. `TMPDIR` chooses
//! another one.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a bench stops at the line that failed")]

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use runware::journal::{Begun, Claim, Fact, Intent, Journal, Note, Part, PartKind};
use runware::types::{ImageInference, RawJson, TaskUuid};
use runware_journal::SqliteJournal;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

const SCOPE: &str = "https://api.example";

/// How many tasks there are to be taken over.
const OPEN: u64 = 10_000;

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .sample_size(20);
    targets = intents, results, recovery
}
criterion_main!(benches);

fn intents(criterion: &mut Criterion) {
    let runtime = runtime();
    let (_directory, journal) = journal();
    let mut next = 0..;
    let mut group = criterion.benchmark_group("durable intents");
    for together in [1, 100] {
        group.throughput(Throughput::Elements(together as u64));
        group.bench_function(format!("{together} in one call"), |bencher| {
            bencher.iter_batched(
                || next.by_ref().take(together).map(intent).collect::<Vec<_>>(),
                |intents| runtime.block_on(journal.begin(intents)).unwrap(),
                BatchSize::PerIteration,
            );
        });
    }
    group.throughput(Throughput::Elements(100));
    group.bench_function("100 callers of one each", |bencher| {
        bencher.iter_batched(
            || next.by_ref().take(100).map(intent).collect::<Vec<_>>(),
            |intents| {
                runtime.block_on(async {
                    let mut calls = JoinSet::new();
                    for intent in intents {
                        let journal = journal.clone();
                        calls.spawn(async move { journal.begin(vec![intent]).await.unwrap() });
                    }
                    calls.join_all().await
                })
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn results(criterion: &mut Criterion) {
    let runtime = runtime();
    let (_directory, journal) = journal();
    let mut next = 0..;
    let mut group = criterion.benchmark_group("durable results");
    group.throughput(Throughput::Elements(100));
    group.bench_function("100 tasks: accepted, one result, settled", |bencher| {
        bencher.iter_batched(
            || {
                let intents = next.by_ref().take(100).map(intent).collect();
                let begun = runtime.block_on(journal.begin(intents)).unwrap();
                let facts = |begun| {
                    let Begun::New(ticket) = begun else { panic!() };
                    [Fact::Accepted, Fact::Ended(part()), Fact::Settled { cost: None }]
                        .map(|fact| Note { ticket, fact })
                };
                begun.into_iter().flat_map(facts).collect::<Vec<_>>()
            },
            |notes| assert!(runtime.block_on(journal.record(notes)).unwrap().is_empty()),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn recovery(criterion: &mut Criterion) {
    let runtime = runtime();
    let (directory, journal) = journal();
    for start in (0..OPEN).step_by(500) {
        runtime.block_on(journal.begin((start..start + 500).map(intent).collect())).unwrap();
    }
    let mut group = criterion.benchmark_group(format!("{OPEN} open tasks"));
    group.sample_size(10);
    group.bench_function("claim", |bencher| {
        bencher.iter(|| {
            let claimed = runtime.block_on(journal.claim(Claim::all(SCOPE))).unwrap();
            assert_eq!(claimed.tasks.len() as u64, OPEN);
        });
    });
    drop(journal);
    group.bench_function("open, reading all of it", |bencher| {
        bencher.iter(|| SqliteJournal::open(directory.path().join("journal.db")).unwrap());
    });
    group.finish();
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn journal() -> (TempDir, SqliteJournal) {
    let directory = tempfile::tempdir().unwrap();
    let journal = SqliteJournal::open(directory.path().join("journal.db")).unwrap();
    (directory, journal)
}

fn intent(number: u64) -> Intent {
    let prompt = format!("a lighthouse at dawn, number {number}, {}", "in great detail, ".repeat(20));
    let task = ImageInference::new("runware:101@1", prompt).width(1024).height(1024);
    Intent::new(SCOPE, &task.prepare(TaskUuid::from_key("bench", &number.to_string())).unwrap())
}

fn part() -> Part {
    let raw = r#"{"taskType":"imageInference","imageUUID":"b7db282d-2943-4f12-992f-77df3ad3ec71","cost":0.0013,
        "imageURL":"https://im.runware.ai/image/ws/0.5/ii/b7db282d-2943-4f12-992f-77df3ad3ec71.jpg"}"#;
    Part { ordinal: 0, index: Some(0), kind: PartKind::Result, raw: RawJson::parse(raw).unwrap() }
}
