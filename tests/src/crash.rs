//! The real program over the emulator, killed at random moments, again and again, with one journal for some hundreds of
//! them.
//!
//! What the processes printed, what the journal holds and what the emulator's ledger says are compared at the end:
//! every result that was billed was delivered, and none was billed twice.

mod heard;
mod journal;
mod judge;
mod options;
mod process;
mod rounds;
mod stage;

use anyhow::{Context, Result, ensure};
use clap::Parser;

pub use heard::{Heard, Line};
pub use judge::{Evidence, Report};
use options::Options;

/// Does what the arguments of the process ask for.
///
/// # Errors
///
/// The program or the emulator cannot be run, or a result was lost, or a task was billed twice.
pub fn main() -> Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("there is no runtime")?;
    let report = runtime.block_on(rounds::run(&options))?;
    for complaint in &report.complaints {
        eprintln!("crash: {complaint}");
    }
    println!("{report}");
    ensure!(report.complaints.is_empty(), "seed {}: {} complaints", options.seed, report.complaints.len());
    Ok(())
}
