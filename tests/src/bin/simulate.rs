//! `simulate`: polling in virtual time; see `docs/performance/README.md`.

use clap::Parser;
use runware_tests::simulate::goals::{self, Scope};
use runware_tests::simulate::report::{self, Report};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Measures polling schedules in virtual time, without sockets.
#[derive(Parser)]
struct Options {
    /// Equal seeds give equal figures.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many tasks each workload has.
    #[arg(long, default_value_t = 1_000)]
    tasks: usize,
    /// The folder that the tables and plots are written to.
    #[arg(long, default_value = "docs/performance")]
    out: PathBuf,
    /// Only the goals, which are printed and not written; fails if one is missed. Takes up to a minute.
    #[arg(long)]
    goals: bool,
    /// From how many times learning anew the goals are averaged.
    #[arg(long, default_value_t = 20)]
    rounds: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut scope = Scope::default();
    scope.effort.seeds = options.rounds;
    if options.goals {
        let found = goals::measure(scope, options.seed);
        println!("{}", goals::table(&found));
        return if found.all_met() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let report = report::measure(options.tasks, 100_000, scope, options.seed);
    println!("{}", report.table());
    match write(&report, &options.out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("simulate: cannot write to {}: {error}", options.out.display());
            ExitCode::FAILURE
        }
    }
}

fn write(report: &Report, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, text) in report.files() {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}
