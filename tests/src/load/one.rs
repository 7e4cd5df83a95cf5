//! One client, all tasks at once.

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use runware::poll::{Cadence, Plan};
use runware::transport::{Clock, TokioClock};
use runware::{Client, Status};

use super::figures::Figures;
use super::lag::rounded;
use super::options::{One, Way};
use super::process::Usage;
use super::server::Server;
use super::truth::Urls;
use super::within;

/// Runs the load and prints its figures.
pub(super) async fn run(one: &One) -> Result<()> {
    let figures = within(one.work.common.timeout(), measure(one)).await?;
    println!("{}", serde_json::to_string(&figures)?);
    figures.check()
}

async fn measure(one: &One) -> Result<Figures> {
    let work = &one.work;
    let mut server = Server::start(work).await?;
    let client = connect(one, &server.urls)?;
    let first = client.run(work.warm_up()).await.context("the first task")?;
    ensure!(first.status() == Status::Succeeded, "the first task ended with {:?}", first.status());
    drop(first);
    let truth_before = server.report().await?;

    let clock = TokioClock::new();
    let before = Usage::now()?;
    let outcomes = FuturesUnordered::new();
    for task in work.tasks() {
        let task = client.submit(task)?;
        outcomes.push(async move { task.outcome().await });
    }
    let wall_submit_s = clock.now();
    let counts = count(outcomes).await;
    let wall_s = clock.now();
    let after = Usage::now()?;

    let truth = server.report().await?;
    client.close().await;
    let per_task = |count: u64| rounded(count as f64 / work.tasks as f64);
    let requests = truth.requests - truth_before.requests;
    Ok(Figures {
        transport: one.transport,
        tasks: work.tasks,
        median_s: work.common.median,
        sigma: work.common.sigma,
        seed: work.common.seed,
        rate: one.manner.rate,
        exponential: one.manner.exponential,
        requests,
        requests_per_task: per_task(requests),
        busiest_second: truth.busiest_second,
        submissions: truth.submissions,
        details: truth.details,
        checks: truth.checks,
        checks_per_task: per_task(truth.checks),
        accepted: truth.accepted,
        billed: truth.billed,
        perfect: truth.perfect,
        outcomes: counts.outcomes,
        outcomes_succeeded: counts.succeeded,
        lag_s: truth.lag_s,
        wall_s: rounded(wall_s.as_secs_f64()),
        wall_submit_s: rounded(wall_submit_s.as_secs_f64()),
        client_cpu_s: rounded(after.cpu_s - before.cpu_s),
        client_idle_mib: before.resident_mib,
        client_peak_mib: rounded(after.peak_mib - before.resident_mib),
        client_left_mib: rounded(after.resident_mib - before.resident_mib),
        emulator_cpu_s: rounded(truth.cpu_s - truth_before.cpu_s),
        emulator_peak_mib: truth.peak_mib,
    })
}

/// A client with its defaults, but for where the server is and what was asked for.
fn connect(one: &One, urls: &Urls) -> Result<Client> {
    let mut builder = Client::builder().api_key("load");
    builder = match one.transport {
        Way::Http => builder.base_url(&urls.http),
        Way::Ws => builder.ws_base_url(&urls.ws),
    };
    if let Some(rate) = one.manner.rate {
        builder = builder.rate_limit(rate);
    }
    if one.manner.exponential {
        builder = builder.plan(Plan::new().with_cadence(Cadence::exponential())?);
    }
    builder.build().context("the client")
}

struct Counts {
    outcomes: u64,
    succeeded: u64,
}

/// Takes outcomes as they come, and keeps none.
async fn count(
    mut outcomes: FuturesUnordered<impl Future<Output = Result<runware::Outcome, runware::Error>>>,
) -> Counts {
    let mut counts = Counts { outcomes: 0, succeeded: 0 };
    while let Some(outcome) = outcomes.next().await {
        counts.outcomes += 1;
        match outcome {
            Ok(outcome) if outcome.status() == Status::Succeeded && outcome.results().len() == 1 => {
                counts.succeeded += 1;
            }
            Ok(outcome) => eprintln!("load: {:?} of {} results", outcome.status(), outcome.results().len()),
            Err(error) => eprintln!("load: {error}"),
        }
    }
    counts
}
