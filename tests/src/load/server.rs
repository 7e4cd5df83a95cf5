//! The emulator in its process, and the hold that a client has on it.

use anyhow::{Context, Result};
use runware_emulator::{Emulator, Options, Script};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines, stdin};
use tokio::process::{Child, ChildStdin, ChildStdout};

use super::options::Work;
use super::process::{self, Usage};
use super::truth::{Truth, Urls};

/// Tasks beside those of the load.
const OTHERS: usize = 10;

/// What a client says when it wants to know what really happened.
const REPORT: &str = "report";

/// Serves the tasks of a load until there is nobody any more to ask for reports.
pub(super) async fn run(work: &Work) -> Result<()> {
    let emulator = Emulator::start(options(work)?).await.context("the emulator does not start")?;
    let urls = Urls { http: emulator.http_url(), ws: emulator.ws_url() };
    println!("{}", serde_json::to_string(&urls)?);
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        anyhow::ensure!(line == REPORT, "`{REPORT}` is all that can be asked for");
        let truth = Truth::of(&emulator.ledger(), work, &Usage::now()?);
        println!("{}", serde_json::to_string(&truth)?);
    }
    Ok(())
}

fn options(work: &Work) -> Result<Options> {
    let room = usize::try_from(work.tasks)?.saturating_add(OTHERS);
    let options = Options::new().seed(work.common.seed).max_tasks(room);
    let scripts = work.ids().zip(work.durations());
    Ok(scripts
        .fold(options, |options, (id, duration)| options.script_task(id, Script::new().duration(duration))))
}

/// The emulator of a client, in another process. It ends when this is dropped.
pub(super) struct Server {
    pub(super) urls: Urls,
    orders: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    /// Kills the process when it is dropped, and when it lives after the end of the orders.
    _process: Child,
}

impl Server {
    pub(super) async fn start(work: &Work) -> Result<Self> {
        let mut process = process::again(&work.to_emulator())?;
        let orders = process.stdin.take().context("the emulator cannot be told anything")?;
        let lines = process.stdout.take().context("the emulator cannot be heard")?;
        let mut lines = BufReader::new(lines).lines();
        let urls = read(&mut lines).await?;
        Ok(Self { urls, orders, lines, _process: process })
    }

    /// What really happened until now.
    pub(super) async fn report(&mut self) -> Result<Truth> {
        self.orders.write_all(format!("{REPORT}\n").as_bytes()).await.context("the emulator is gone")?;
        read(&mut self.lines).await
    }
}

async fn read<T: DeserializeOwned>(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<T> {
    let line = lines.next_line().await?.context("the emulator ended without a word")?;
    serde_json::from_str(&line).with_context(|| format!("the emulator said `{line}`"))
}
