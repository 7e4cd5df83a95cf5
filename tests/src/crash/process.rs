//! One process of the real program, which may not live to its end.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use runware::transport::Clock as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use super::heard::Heard;
use super::stage::Stage;

/// Longer than any undisturbed process takes.
const PATIENCE: Duration = Duration::from_secs(180);

/// Stands for the exit code of a process that a signal has ended which nobody here has sent.
const CRASHED: i32 = -1;

/// What is asked of a process.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) words: Vec<String>,
    /// What it reads.
    pub(super) stdin: String,
    pub(super) over_websocket: bool,
}

/// How a process went.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) words: String,
    /// When it was started.
    pub(super) from: Duration,
    pub(super) until: Duration,
    /// `None` if it was killed.
    pub(super) code: Option<i32>,
    pub(super) heard: Heard,
    pub(super) errors: String,
}

impl Order {
    pub(super) fn new<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        let words = words.into_iter().map(Into::into).collect();
        Self { words, stdin: String::new(), over_websocket: false }
    }

    /// Starts a process and kills it after `delay`, if it still lives then; without one, it lives to its end.
    pub(super) async fn run(&self, stage: &Stage, delay: Option<Duration>) -> Result<Ended> {
        let from = stage.clock.now();
        let mut child = self.command(stage).spawn().context("the program does not start")?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        if let Some(mut stdin) = child.stdin.take() {
            // A process that ends before it has read everything is judged by its end.
            let _ = stdin.write_all(self.stdin.as_bytes()).await;
        }
        let reading = async { tokio::join!(read_all(stdout), read_all(stderr)) };
        tokio::pin!(reading);
        let end = tokio::select! {
            said = &mut reading => Some(said),
            () = stage.clock.sleep_until(from + delay.unwrap_or(PATIENCE)) => None,
        };
        let is_killed = end.is_none();
        if is_killed {
            child.start_kill().context("it cannot be killed")?;
        }
        let (stdout, stderr) = match end {
            Some(said) => said,
            None => reading.await,
        };
        let status = child.wait().await?;
        let (words, until) = (self.words.join(" "), stage.clock.now());
        if end_is_overdue(delay, until - from) {
            bail!("`{words}` took longer than {} s", PATIENCE.as_secs());
        }
        let errors = String::from_utf8_lossy(&stderr).into_owned();
        let code = status.code().or((!is_killed).then_some(CRASHED));
        Ok(Ended { words, from, until, code, heard: Heard::read(&stdout), errors })
    }

    fn command(&self, stage: &Stage) -> Command {
        let mut command = Command::new(&stage.program);
        let (http, ws) = stage.urls();
        command.env_clear().env("RUNWARE_API_KEY", "crash").kill_on_drop(true);
        command.args(&self.words).arg("--json").arg("--journal").arg(&stage.journal);
        match self.over_websocket {
            true => command.args(["--ws-base-url", &ws, "--http-base-url", &http]),
            false => command.args(["--http-base-url", &http]),
        };
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

fn end_is_overdue(delay: Option<Duration>, took: Duration) -> bool {
    delay.is_none() && took >= PATIENCE
}

async fn read_all(pipe: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut all = Vec::new();
    if let Some(mut pipe) = pipe {
        // What was read before an error counts.
        let _ = pipe.read_to_end(&mut all).await;
    }
    all
}
