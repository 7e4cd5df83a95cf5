//! `cargo xtask crash`: the real program over the emulator, killed at random moments, and nothing lost.

use crate::workspace;
use anyhow::{Context, Result};
use std::process::Command;

const RUN: &[&str] = &["run", "--quiet", "--locked", "-p", "runware-tests", "--bin", "crash", "--"];

pub(crate) fn run(options: &[String]) -> Result<()> {
    workspace::show(Command::new("cargo").args(RUN).args(options)).context("something was lost")
}
