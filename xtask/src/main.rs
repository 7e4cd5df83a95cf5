//! Every job of CI and maintenance: `cargo xtask <job>`, one file each.

mod bench;
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

/// A job that is given the words after its name.
struct OpenJob {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> anyhow::Result<()>,
}

const OPEN_JOBS: &[OpenJob] = &[OpenJob {
    name: "bench load",
    about: "what many tasks at once cost over real sockets; `--help` says what can be chosen",
    run: bench::load,
}];

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let words = arguments.join(" ");
    for job in OPEN_JOBS {
        if let Some(rest) = after(job.name, &arguments) {
            return report((job.run)(rest));
        }
    }
    if matches!(words.as_str(), "" | "-h" | "--help" | "help") {
        println!("{}", usage());
        return ExitCode::SUCCESS;
    }
    match JOBS.iter().find(|job| job.name == words) {
        Some(job) => report((job.run)()),
        None => misused(&format!("there is no job `{words}`")),
    }
}

/// The words after the name of a job, where they begin with it.
fn after<'a>(name: &str, words: &'a [String]) -> Option<&'a [String]> {
    let (begin, rest) = words.split_at_checked(name.split(' ').count())?;
    (begin.join(" ") == name).then_some(rest)
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
    for job in OPEN_JOBS {
        text.push_str(&format!("\n  {:<16}{}", format!("{} …", job.name), job.about));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn a_job_is_given_the_words_after_its_name() {
        let words = ["bench", "load", "--tasks", "1"].map(String::from);
        assert_eq!(after("bench load", &words), words.get(2..));
        assert_eq!(after("bench", &words), words.get(1..));
        assert_eq!(after("bench loads", &words), None);
        assert_eq!(after("bench load --tasks 1 2", &words), None);
    }
}
