//! Every job of CI and maintenance: `cargo xtask <job>`, one file each.

mod bench;
mod ci;
mod crash;
mod features;
mod fuzz;
mod schema;
mod simulate;
mod tidy;
mod wasm;
mod workspace;

use Run::{Alone, WithOptions};
use std::process::ExitCode;

/// A job is named by all of its words: one that takes a flag is a job of its own.
struct Job {
    name: &'static str,
    about: &'static str,
    run: Run,
}

/// Whether options may follow the name of a job.
enum Run {
    Alone(fn() -> anyhow::Result<()>),
    WithOptions(fn(&[String]) -> anyhow::Result<()>),
}

const JOBS: &[Job] = &[
    Job {
        name: "bench load",
        about: "what many tasks at once cost over real sockets; --help lists the options",
        run: WithOptions(bench::load),
    },
    Job {
        name: "bench journal",
        about: "what a journal adds to a submission, and how fast ten thousand open tasks are taken up again",
        run: WithOptions(bench::journal),
    },
    Job { name: "ci", about: "everything a change must pass, in order", run: Alone(ci::run) },
    Job {
        name: "crash",
        about: "the real program, killed at random moments, again and again; --rounds N, --seed S",
        run: WithOptions(crash::run),
    },
    Job {
        name: "features",
        about: "every crate compiles with each of its features alone",
        run: Alone(features::run),
    },
    Job { name: "fuzz", about: "each fuzz target for ten seconds, with cargo-fuzz", run: Alone(fuzz::run) },
    Job {
        name: "schema",
        about: "write the JSON schemas of runware-types to docs/schema",
        run: Alone(schema::write),
    },
    Job {
        name: "schema --check",
        about: "docs/schema holds these schemas and no others",
        run: Alone(schema::check),
    },
    Job {
        name: "simulate",
        about: "what polling costs, in virtual time, to docs/performance; --help lists the options",
        run: WithOptions(simulate::run),
    },
    Job { name: "tidy", about: "the rules of the house that no compiler checks", run: Alone(tidy::run) },
    Job {
        name: "wasm",
        about: "runware-types compiles for WebAssembly; may download a compiler",
        run: Alone(wasm::run),
    },
];

fn main() -> ExitCode {
    let words = std::env::args().skip(1).collect::<Vec<_>>();
    if matches!(words.join(" ").as_str(), "" | "-h" | "--help" | "help") {
        println!("{}", usage());
        return ExitCode::SUCCESS;
    }
    match JOBS.iter().find_map(|job| job.asked_for(&words)) {
        Some(outcome) => report(outcome),
        None => misused(&format!("there is no job `{}`", words.join(" "))),
    }
}

impl Job {
    /// What comes of the job, if these words ask for it.
    fn asked_for(&self, words: &[String]) -> Option<anyhow::Result<()>> {
        match self.run {
            Alone(run) => (self.name == words.join(" ")).then(run),
            WithOptions(run) => {
                let (name, options) = words.split_at_checked(self.name.split(' ').count())?;
                (self.name == name.join(" ")).then(|| run(options))
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn is_found(job: &Job, words: &[&str]) -> bool {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        job.asked_for(&words).is_some()
    }

    #[test]
    fn only_a_job_that_takes_options_is_found_with_them() {
        let alone = Job { name: "alone", about: "", run: Alone(|| Ok(())) };
        assert!(is_found(&alone, &["alone"]));
        assert!(!is_found(&alone, &["alone", "--seed=1"]));
        assert!(!is_found(&alone, &[]));
        let open = Job { name: "two words", about: "", run: WithOptions(|_| Ok(())) };
        assert!(is_found(&open, &["two", "words"]));
        assert!(is_found(&open, &["two", "words", "--seed", "1"]));
        assert!(!is_found(&open, &["two"]));
        assert!(!is_found(&open, &["two words", "--seed"]));
    }
}
