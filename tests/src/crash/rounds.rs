//! The rounds: what is started when, and when it is killed.

use std::future::ready;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use fastrand::Rng;
use futures_util::future::try_join_all;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use runware::transport::Clock as _;
use serde_json::json;

use super::journal;
use super::judge::{Evidence, Report};
use super::options::Options;
use super::process::{Ended, Order};
use super::stage::Stage;

/// Long enough to look at everything once. What may have been sent, and is younger than a minute, takes up all of it.
const ONE_LOOK: &str = "1s";

/// Until the last intents that nobody knows of are old enough to be asked for in the archive, and sent again: by the
/// rules of the program itself, whose clock nobody can turn, that is a minute and two denials.
const TO_THE_END: &str = "100s";

/// Processes are killed within this time, or half as much again as an undisturbed one takes to have its result.
const SPAN: Duration = Duration::from_millis(150);

/// So many rounds share a journal: the more there is in it, the longer it takes to open, and the more processes die of
/// nothing else.
const MOST_ROUNDS: u64 = 300;

/// So many journals are at it at once, since each of them waits for long in the end.
const MOST_JOURNALS: usize = 3;

/// Kills processes for as many rounds as asked for, collects what they left, and compares.
pub(super) async fn run(options: &Options) -> Result<Report> {
    let own;
    let folder = match &options.folder {
        Some(folder) => folder,
        None => {
            own = tempfile::tempdir().context("no folder for the journal")?;
            own.path()
        }
    };
    let mut rng = Rng::with_seed(options.seed);
    let parts = (0..options.rounds.div_ceil(MOST_ROUNDS)).map(|part| {
        let rounds = MOST_ROUNDS.min(options.rounds - part * MOST_ROUNDS);
        let (folder, seed) = (folder.join(part.to_string()), rng.u64(..));
        async move { one_journal(options, rounds, seed, &folder).await }
    });
    let reports = stream::iter(parts).buffer_unordered(MOST_JOURNALS);
    reports.try_fold(Report::default(), |total, report| ready(Ok(total.and(report)))).await
}

/// Kills processes that share a journal, collects what they left, and compares.
async fn one_journal(options: &Options, rounds: u64, seed: u64, folder: &Path) -> Result<Report> {
    let mut rng = Rng::with_seed(seed);
    let stage = Stage::set(rounds, rng.u64(..), folder).await?;
    let from = stage.clock.now();
    let mut evidence = Evidence::default();
    let first = Order::new(["run", "runware:101@1", &prompt(&mut rng), "deliveryMethod=sync"]);
    let first = first.run(&stage, None).await?;
    let span = SPAN.max((first.until - first.from) * 3 / 2);
    add(&mut evidence, first);
    let mut done = 0;
    while done < rounds {
        let next = options.every.min(rounds - done);
        let lanes = (0..options.lanes).map(|lane| {
            let own = next / options.lanes + u64::from(lane < next % options.lanes);
            let rng = Rng::with_seed(rng.u64(..));
            live_and_die(&stage, own, span, rng)
        });
        for ended in try_join_all(lanes).await? {
            ended.into_iter().for_each(|ended| add(&mut evidence, ended));
        }
        done += next;
        collect(&stage, &mut evidence, ONE_LOOK).await?;
    }
    collect(&stage, &mut evidence, TO_THE_END).await?;
    evidence.states = journal::list(&stage).await?;
    evidence.took = stage.clock.now().saturating_sub(from);
    Ok(evidence.judge(rounds, &stage.ledger()))
}

/// One process after the other, each of them killed unless it is quicker.
async fn live_and_die(stage: &Stage, rounds: u64, span: Duration, mut rng: Rng) -> Result<Vec<Ended>> {
    let mut all = Vec::new();
    for _ in 0..rounds {
        let order = draw(&mut rng);
        // Most die early, where everything happens at once; some while they wait for what takes its time.
        let longest = if rng.u32(0..8) == 0 { span * 8 } else { span };
        let delay = longest.mul_f64(rng.f64());
        all.push(order.run(stage, Some(delay)).await?);
    }
    Ok(all)
}

/// Finishes what is open, as far as that goes within `deadline`, while nobody else is there.
async fn collect(stage: &Stage, evidence: &mut Evidence, deadline: &str) -> Result<()> {
    stage.forget_requests();
    let ended = Order::new(["collect", "--deadline", deadline]).run(stage, None).await?;
    let until = stage.first_request().unwrap_or(ended.until);
    evidence.recoveries.push(until.saturating_sub(ended.from));
    add(evidence, ended);
    Ok(())
}

fn add(evidence: &mut Evidence, ended: Ended) {
    evidence.add(&ended.words, ended.code, ended.heard, &ended.errors);
}

fn draw(rng: &mut Rng) -> Order {
    let mut order = match rng.u32(0..20) {
        0..4 => Order::new(["submit", "runware:101@1", &prompt(rng), "deliveryMethod=async"]),
        4..10 => {
            let results = format!("numberResults:={}", rng.u32(1..=3));
            let delivery = if rng.u32(0..4) == 0 { "deliveryMethod=async" } else { "deliveryMethod=sync" };
            Order::new(["run", "runware:101@1", &prompt(rng), &results, delivery])
        }
        10..15 => {
            let lines = (0..rng.u32(1..=8)).map(|_| line(rng)).collect();
            Order { stdin: lines, ..Order::new(["batch", "-"]) }
        }
        _ => Order::new(["collect", "--deadline", "2s"]),
    };
    order.over_websocket = rng.u32(0..4) == 0;
    order
}

fn line(rng: &mut Rng) -> String {
    let task = json!({
        "taskType": "imageInference",
        "model": "runware:101@1",
        "positivePrompt": format!("wave {}", rng.u64(..)),
        "numberResults": rng.u32(1..=2),
        "deliveryMethod": if rng.bool() { "sync" } else { "async" },
    });
    format!("{task}\n")
}

fn prompt(rng: &mut Rng) -> String {
    format!("positivePrompt=wave {}", rng.u64(..))
}
