//! `cargo xtask ci`: everything a change must pass, in order, stopping at the first failure.

use crate::{features, fuzz, schema, tidy, workspace};
use anyhow::{Result, anyhow};
use std::process::Command;
use std::time::Instant;

enum Step {
    Cargo {
        name: &'static str,
        environment: &'static [(&'static str, &'static str)],
        arguments: &'static [&'static str],
    },
    Job {
        name: &'static str,
        run: fn() -> Result<()>,
    },
}

/// Cheap steps first. The tests' workspace build has every feature of `runware-transport` on, because
/// `tests/` asks for them; each feature alone is the job of `features`.
const STEPS: &[Step] = &[
    cargo("fmt", &["fmt", "--all", "--check"]),
    cargo(
        "clippy, all features",
        &["clippy", "--workspace", "--all-targets", "--all-features", "--locked", "--", "-D", "warnings"],
    ),
    cargo(
        "clippy, default features",
        &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
    ),
    cargo("test", &["test", "--workspace", "--locked"]),
    // In the build that the tests have made: the real program, killed three hundred times.
    cargo(
        "crash",
        &["test", "--workspace", "--locked", "--test", "suite", "--", "--ignored", "--nocapture", "killed"],
    ),
    Step::Job { name: "schema --check", run: schema::check },
    Step::Job { name: "fuzz", run: fuzz::run },
    Step::Job { name: "features", run: features::run },
    Step::Cargo {
        name: "doc",
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
        arguments: &["doc", "--workspace", "--no-deps", "--all-features", "--locked"],
    },
    Step::Job { name: "tidy", run: tidy::run },
];

pub(crate) fn run() -> Result<()> {
    let start = now();
    for step in STEPS {
        let begun = now();
        println!("\n== {} ({})", step.name(), step.command());
        step.run().map_err(|error| {
            anyhow!("{} failed: {error:#}\nrerun it with: {}", step.name(), step.command())
        })?;
        println!("== {}: {:.1} s", step.name(), begun.elapsed().as_secs_f64());
    }
    println!("\nci: {} steps passed in {:.1} s", STEPS.len(), start.elapsed().as_secs_f64());
    Ok(())
}

const fn cargo(name: &'static str, arguments: &'static [&'static str]) -> Step {
    Step::Cargo { name, environment: &[], arguments }
}

impl Step {
    fn name(&self) -> &'static str {
        match self {
            Self::Cargo { name, .. } | Self::Job { name, .. } => name,
        }
    }

    /// What a person types to run this step alone.
    fn command(&self) -> String {
        match self {
            Self::Cargo { environment, arguments, .. } => {
                let mut text: String =
                    environment.iter().map(|(name, value)| format!("{name}=\"{value}\" ")).collect();
                text.push_str("cargo ");
                text.push_str(&arguments.join(" "));
                text
            }
            Self::Job { name, .. } => format!("cargo xtask {name}"),
        }
    }

    fn run(&self) -> Result<()> {
        match self {
            Self::Cargo { environment, arguments, .. } => {
                workspace::show(Command::new("cargo").args(*arguments).envs(environment.iter().copied()))
            }
            Self::Job { run, .. } => run(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a step took is printed and decides nothing")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::STEPS;
    use crate::JOBS;

    #[test]
    fn every_step_names_the_command_that_reruns_it() {
        let commands: Vec<String> = STEPS.iter().map(super::Step::command).collect();
        assert!(commands.contains(&"cargo fmt --all --check".to_owned()), "{commands:?}");
        assert!(
            commands.iter().any(|command| command.starts_with("RUSTDOCFLAGS=\"-D warnings\" cargo doc ")),
            "{commands:?}"
        );
        for job in commands.iter().filter_map(|command| command.strip_prefix("cargo xtask ")) {
            assert!(JOBS.iter().any(|known| known.name == job), "`cargo xtask {job}` is no job");
        }
    }
}
