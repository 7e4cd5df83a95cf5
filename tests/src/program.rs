//! The real `runware` program: where it is, made anew where it is older than its sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

/// The program of the build that this one belongs to.
///
/// Building the whole workspace makes both. Where only this package was built, the other may be missing or older than
/// its sources, and is built here.
///
/// # Errors
///
/// It cannot be built.
pub fn runware() -> Result<PathBuf> {
    let here = std::env::current_exe().context("this program does not know where it is")?;
    let folder = here.ancestors().skip(1).find(|folder| !folder.ends_with("deps"));
    let folder = folder.context("this program is nowhere")?;
    let program = folder.join("runware");
    if !is_fresh(&program) {
        build(folder)?;
    }
    Ok(program)
}

/// True if nothing that the program is made from is newer, by what cargo notes beside it.
fn is_fresh(program: &Path) -> bool {
    let Some(built) = modified(program) else { return false };
    let Ok(notes) = fs::read_to_string(program.with_extension("d")) else { return false };
    let sources = notes.split_once(": ").map_or("", |(_, sources)| sources);
    sources.split_whitespace().all(|source| modified(Path::new(source)).is_some_and(|at| at <= built))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

fn build(folder: &Path) -> Result<()> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet", "--locked", "-p", "runware-cli", "--bin", "runware"]);
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let status = command.current_dir(env!("CARGO_MANIFEST_DIR")).status().context("cargo does not start")?;
    ensure!(status.success(), "the program `runware` cannot be built");
    Ok(())
}
