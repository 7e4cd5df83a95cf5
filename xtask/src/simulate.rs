//! `cargo xtask simulate`: what polling costs, in virtual time; tables and plots go to `docs/performance`.

use crate::workspace;
use anyhow::{Context, Result};
use std::process::Command;

const RUN: &[&str] =
    &["run", "--quiet", "--release", "--locked", "-p", "runware-tests", "--bin", "simulate", "--"];

pub(crate) fn run(options: &[String]) -> Result<()> {
    workspace::show(Command::new("cargo").args(RUN).args(options)).context("the simulation did not run")
}
