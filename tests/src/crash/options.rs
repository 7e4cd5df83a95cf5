//! What the binary can be asked for.

use std::path::PathBuf;

use clap::Parser;

/// Starts the real program over the emulator and kills it at random moments, with one journal for each three
/// hundred of them.
///
/// Prints one line of figures, and fails if a result was lost or a task was billed twice.
#[derive(Debug, Parser)]
#[command(name = "crash")]
pub(super) struct Options {
    /// How many processes are started and killed
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) rounds: u64,
    /// What the tasks, their durations and the moments come from
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// How many processes live at once
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=32))]
    pub(super) lanes: u64,
    /// After so many rounds, what is left open is collected without being disturbed
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) every: u64,
    /// The journals are made in this folder, and left there
    #[arg(long)]
    pub(super) folder: Option<PathBuf>,
}
