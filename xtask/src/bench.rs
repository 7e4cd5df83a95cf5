//! `cargo xtask bench …`: measurements that are made by hand, in release builds.

use crate::workspace;
use anyhow::Result;
use std::process::Command;

/// `cargo xtask bench load …`: many tasks at once over one client and real sockets.
pub(crate) fn load(arguments: &[String]) -> Result<()> {
    run("load", arguments)
}

/// `cargo xtask bench journal …`: what a journal adds to a submission, and how fast open tasks are taken up again.
pub(crate) fn journal(arguments: &[String]) -> Result<()> {
    run("journal", arguments)
}

fn run(name: &str, arguments: &[String]) -> Result<()> {
    let run = ["run", "--release", "--locked", "-p", "runware-tests", "--bin", name, "--"];
    workspace::show(Command::new("cargo").args(run).args(arguments))
}
