//! Every job of CI and maintenance: `cargo xtask <job>`, one file each.

mod ci;
mod features;
mod fuzz;
mod tidy;
mod workspace;

use std::process::ExitCode;

struct Job {
    name: &'static str,
    about: &'static str,
    run: fn() -> anyhow::Result<()>,
}

const JOBS: &[Job] = &[
    Job { name: "ci", about: "everything a change must pass, in order", run: ci::run },
    Job {
        name: "features",
        about: "every crate compiles with each of its features alone",
        run: features::run,
    },
    Job { name: "fuzz", about: "each fuzz target for ten seconds, with cargo-fuzz", run: fuzz::run },
    Job { name: "tidy", about: "the rules of the house that no compiler checks", run: tidy::run },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] | ["-h" | "--help" | "help"] => {
            println!("{}", usage());
            ExitCode::SUCCESS
        }
        [name] => match JOBS.iter().find(|job| job.name == *name) {
            Some(job) => report((job.run)()),
            None => misused(&format!("there is no job `{name}`")),
        },
        _ => misused("a job takes no arguments"),
    }
}

fn report(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn misused(problem: &str) -> ExitCode {
    eprintln!("xtask: {problem}\n\n{}", usage());
    ExitCode::from(2)
}

fn usage() -> String {
    let mut text = String::from("Usage: cargo xtask <job>\n\nJobs:");
    for job in JOBS {
        text.push_str(&format!("\n  {:<10}{}", job.name, job.about));
    }
    text
}
