//! `cargo xtask bench …`: measurements that are made by hand, in release builds.

use crate::workspace;
use anyhow::Result;
use std::process::Command;

/// `cargo xtask bench load …`: many tasks at once over one client and real sockets.
pub(crate) fn load(arguments: &[String]) -> Result<()> {
    let run = ["run", "--release", "--locked", "-p", "runware-tests", "--bin", "load", "--"];
    workspace::show(Command::new("cargo").args(run).args(arguments))
}
