//! Every job of CI and maintenance: `cargo xtask <job>`, one file each.

mod ci;
mod features;
mod fuzz;
mod schema;
mod tidy;
mod wasm;
mod workspace;

use std::process::ExitCode;

/// A job is named by all of its words: one that takes a flag is a job of its own.
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
    Job {
        name: "schema",
        about: "write the JSON schemas of runware-types to docs/schema",
        run: schema::write,
    },
    Job {
        name: "schema --check",
        about: "docs/schema holds these schemas and no others",
        run: schema::check,
    },
    Job { name: "tidy", about: "the rules of the house that no compiler checks", run: tidy::run },
    Job {
        name: "wasm",
        about: "runware-types compiles for WebAssembly; may download a compiler",
        run: wasm::run,
    },
];

fn main() -> ExitCode {
    let words = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    if matches!(words.as_str(), "" | "-h" | "--help" | "help") {
        println!("{}", usage());
        return ExitCode::SUCCESS;
    }
    match JOBS.iter().find(|job| job.name == words) {
        Some(job) => report((job.run)()),
        None => misused(&format!("there is no job `{words}`")),
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
        text.push_str(&format!("\n  {:<16}{}", job.name, job.about));
    }
    text
}
