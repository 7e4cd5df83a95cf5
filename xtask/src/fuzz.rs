//! `cargo xtask fuzz`: each fuzz target for ten seconds, where `cargo-fuzz` is installed.

use crate::workspace;
use anyhow::{Context, Result};
use std::fs;
use std::process::Command;

/// Long enough to run every seed and to see that the target works; what is rare is found in hours. A fixed seed, since
/// a smoke test should say the same twice.
const LIMITS: &[&str] = &[
    "-seed=1",
    "-max_total_time=10",
    "-timeout=10",
    "-print_final_stats=1",
    "-print_funcs=0",
    "-verbosity=0",
];

pub(crate) fn run() -> Result<()> {
    if workspace::capture(Command::new("cargo").args(["fuzz", "--version"])).is_err() {
        println!(
            "fuzz: cargo-fuzz is not installed, so nothing was run; `cargo install cargo-fuzz --locked` installs it"
        );
        return Ok(());
    }
    for target in targets()? {
        println!("\nfuzz: {target}");
        let found = found(&target);
        fs::create_dir_all(workspace::root().join(&found)).with_context(|| format!("cannot make {found}"))?;
        // Without it a stable compiler refuses the flags that instrument the target.
        workspace::show(Command::new("cargo").args(arguments(&target)).env("RUSTC_BOOTSTRAP", "1"))
            .with_context(|| format!("{target} does not hold; the input is in fuzz/artifacts/{target}"))?;
    }
    Ok(())
}

/// A target for each file of `fuzz/fuzz_targets`.
fn targets() -> Result<Vec<String>> {
    let folder = workspace::root().join("fuzz/fuzz_targets");
    let mut targets = Vec::new();
    for entry in fs::read_dir(&folder).context("cannot list fuzz/fuzz_targets")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        targets.extend(name.strip_suffix(".rs").map(String::from));
    }
    targets.sort_unstable();
    Ok(targets)
}

/// Where the fuzzer puts the inputs that it finds worth keeping: not beside the seeds, which are in git.
fn found(target: &str) -> String {
    format!("fuzz/target/corpus/{target}")
}

fn arguments(target: &str) -> Vec<String> {
    let seeds = [found(target), format!("fuzz/corpus/{target}"), "tests/fixtures/wire".to_owned()];
    let command = ["fuzz", "run", target].map(String::from);
    let limits = LIMITS.iter().map(|limit| (*limit).to_owned());
    command.into_iter().chain(seeds).chain(["--".to_owned()]).chain(limits).collect()
}

#[cfg(test)]
mod tests {
    use super::arguments;

    #[test]
    fn the_fuzzer_writes_beside_no_seed_and_ends() {
        let arguments = arguments("uuid");
        let folders: Vec<_> = arguments.iter().skip(3).take_while(|argument| *argument != "--").collect();
        assert_eq!(folders, ["fuzz/target/corpus/uuid", "fuzz/corpus/uuid", "tests/fixtures/wire"]);
        assert!(arguments.iter().any(|argument| argument.starts_with("-max_total_time=")));
    }
}
