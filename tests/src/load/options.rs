//! What the binary can be asked for.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

/// Many tasks at once over one client and real sockets: requests, checks, lag, CPU time and memory.
#[derive(Debug, Parser)]
#[command(name = "load", args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) table: Table,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// One client and its emulator: one line of JSON
    One(One),
    /// The emulator: its URLs as one line of JSON, and one line of truth for each line `report` that it is given
    Emulator(Work),
}

/// One client process after the other, each of them one line of JSON.
#[derive(Debug, Args)]
pub(super) struct Table {
    /// How many tasks at once, one run for each number
    #[arg(long, value_delimiter = ',', default_value = "1,100,1000,10000,100000", value_parser = tasks())]
    pub(super) tasks: Vec<u64>,
    /// Which ways to the server
    #[arg(long, value_delimiter = ',', default_value = "http,ws")]
    pub(super) transport: Vec<Way>,
    #[command(flatten)]
    pub(super) common: Common,
    #[command(flatten)]
    pub(super) manner: Manner,
    /// Prints a table in Markdown at the end
    #[arg(long)]
    pub(super) table: bool,
}

#[derive(Clone, Debug, Args)]
pub(super) struct One {
    #[arg(long)]
    pub(super) transport: Way,
    #[command(flatten)]
    pub(super) work: Work,
    #[command(flatten)]
    pub(super) manner: Manner,
}

#[derive(Clone, Debug, Args)]
pub(super) struct Work {
    #[arg(long, value_parser = tasks())]
    pub(super) tasks: u64,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Clone, Debug, Args)]
pub(super) struct Common {
    /// The median of the tasks' durations, which are log-normal, in seconds
    #[arg(long, default_value = "5", value_parser = positive)]
    pub(super) median: f64,
    /// The sigma of the tasks' durations
    #[arg(long, default_value = "0.5", value_parser = positive)]
    pub(super) sigma: f64,
    /// What the durations and the ids come from
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// How long one run may take, in seconds
    #[arg(long, default_value = "300", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub(super) timeout: u64,
}

/// What the client does otherwise than by default.
#[derive(Clone, Debug, Args)]
pub(super) struct Manner {
    /// How many requests it sends in a second at most, in the long run; no second has more than this and one second's
    /// worth, or the run fails
    #[arg(long, value_parser = rate)]
    pub(super) rate: Option<f64>,
    /// It looks on the fixed schedule, and learns nothing
    #[arg(long)]
    pub(super) exponential: bool,
}

impl Manner {
    /// The same as arguments.
    fn to_arguments(&self) -> Vec<String> {
        let Self { rate, exponential } = self;
        let rate = rate.map(|rate| format!("--rate={rate}"));
        rate.into_iter().chain(exponential.then(|| "--exponential".to_owned())).collect()
    }
}

impl Common {
    pub(super) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    /// The same as arguments.
    fn to_arguments(&self) -> Vec<String> {
        let Self { median, sigma, seed, timeout } = self;
        let flags = [
            format!("--median={median}"),
            format!("--sigma={sigma}"),
            format!("--seed={seed}"),
            format!("--timeout={timeout}"),
        ];
        flags.into()
    }
}

impl Work {
    /// The arguments of an emulator for this work.
    pub(super) fn to_emulator(&self) -> Vec<String> {
        let words = ["emulator".to_owned(), format!("--tasks={}", self.tasks)];
        words.into_iter().chain(self.common.to_arguments()).collect()
    }
}

impl Table {
    /// The arguments of one client.
    pub(super) fn to_one(&self, way: Way, tasks: u64) -> Vec<String> {
        let words = ["one".to_owned(), format!("--transport={way}"), format!("--tasks={tasks}")];
        words.into_iter().chain(self.common.to_arguments()).chain(self.manner.to_arguments()).collect()
    }
}

/// The one way to the server that a client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum Way {
    Http,
    Ws,
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Ws => "ws",
        })
    }
}

fn tasks() -> clap::builder::RangedU64ValueParser<u64> {
    clap::value_parser!(u64).range(1..=1_000_000)
}

/// A number from 0 to one that keeps every duration sane.
fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=600.0).contains(&number) => Ok(number),
        _ => Err("it has to be a number from 0 to 600".to_owned()),
    }
}

/// Requests in a second.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.1..=100_000.0).contains(&number) => Ok(number),
        _ => Err("it has to be a number from 0.1 to 100000".to_owned()),
    }
}
