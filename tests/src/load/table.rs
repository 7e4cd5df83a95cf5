//! One run after the other.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::figures::Figures;
use super::options::{Table, Way};
use super::{process, within};

/// How much longer than its load a client may take, with starting and ending.
const MARGIN: Duration = Duration::from_secs(30);

/// Runs every load and prints its line; the table after all of them.
pub(super) async fn run(table: &Table) -> Result<()> {
    let mut all = Vec::new();
    for way in &table.transport {
        for tasks in &table.tasks {
            let limit = table.common.timeout() + MARGIN;
            let figures = within(limit, run_one(table, *way, *tasks)).await;
            all.push(figures.with_context(|| format!("{tasks} tasks over {way}"))?);
        }
    }
    if table.table {
        print!("\n{}", markdown(&all));
    }
    Ok(())
}

async fn run_one(table: &Table, way: Way, tasks: u64) -> Result<Figures> {
    let mut client = process::again(&table.to_one(way, tasks))?;
    let lines = client.stdout.take().context("the client cannot be heard")?;
    let line = BufReader::new(lines).lines().next_line().await?;
    if let Some(line) = &line {
        println!("{line}");
    }
    let status = client.wait().await?;
    ensure!(status.success(), "{status}");
    serde_json::from_str(&line.unwrap_or_default()).context("the client said nothing")
}

fn markdown(all: &[Figures]) -> String {
    let mut text = String::from(
        "| transport | tasks | requests per task | most requests in a second | checks per task \
         | lag mean / p50 / p99 / max s | client CPU s | client memory MiB | wall s |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for figures in all {
        let lag = &figures.lag_s;
        text.push_str(&format!(
            "| {} | {} | {:.3} | {} | {:.2} | {:.2} / {:.2} / {:.2} / {:.2} | {:.2} | {:.1} | {:.1} |\n",
            figures.transport,
            figures.tasks,
            figures.requests_per_task,
            figures.busiest_second,
            figures.checks_per_task,
            lag.mean,
            lag.p50,
            lag.p99,
            lag.max,
            figures.client_cpu_s,
            figures.client_peak_mib,
            figures.wall_s,
        ));
    }
    text
}
