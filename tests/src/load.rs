//! What many tasks at once cost one client, over real sockets, with the emulator in a process of its own.
//!
//! Three processes of the binary `load` make a table: one starts a client for each row of it, and each client starts
//! its own emulator. So the memory and the CPU time of a client are its own, and the emulator's ledger is the truth that
//! it is measured against.
//!
//! Memory and CPU time are read from `/proc`: the measurements need Linux.

mod figures;
mod lag;
mod one;
mod options;
mod process;
mod server;
mod table;
mod truth;
mod work;

use std::future::Future;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use runware::transport::{Clock, TokioClock};

use options::{Arguments, Command};

/// Does what the arguments of the process ask for.
///
/// # Errors
///
/// The emulator or the client cannot be run, takes too long, a task was lost, failed, or billed other than once, or
/// the client took up more memory or sent more requests than it may.
pub fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.command {
        None => runtime(1)?.block_on(table::run(&arguments.table)),
        Some(Command::One(one)) => runtime(2)?.block_on(one::run(&one)),
        Some(Command::Emulator(work)) => runtime(1)?.block_on(server::run(&work)),
    }
}

fn runtime(threads: usize) -> Result<tokio::runtime::Runtime> {
    let mut builder = match threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.worker_threads(threads).enable_all().build().context("there is no runtime")
}

/// What comes of `work`, unless that takes longer than `limit`.
async fn within<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    let clock = TokioClock::new();
    tokio::select! {
        done = work => done,
        () = clock.sleep_until(clock.now() + limit) => {
            anyhow::bail!("it took longer than {} s", limit.as_secs_f64())
        }
    }
}
