//! The checkout, and running `cargo` in it.

use anyhow::{Context, Result, bail};
use cargo_metadata::{CargoOpt, Metadata, MetadataCommand};
use std::path::Path;
use std::process::{Command, Stdio};

/// The root of the checkout: xtask is always compiled inside it.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// Runs a program in the root, its output shown as it comes, with nothing to read from.
pub(crate) fn show(command: &mut Command) -> Result<()> {
    show_in(root(), command)
}

/// Like [`show`], in another folder.
pub(crate) fn show_in(folder: &Path, command: &mut Command) -> Result<()> {
    let status = command
        .current_dir(folder)
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("{status}");
    }
    Ok(())
}

/// Runs a program in the root and returns what it printed.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("{command:?} printed something that is not UTF-8"))
}

/// The workspace as `cargo metadata` sees it, every feature on.
///
/// Limited to this machine's platform: the crates of the others need not even be downloaded.
pub(crate) fn metadata() -> Result<Metadata> {
    let host = host()?;
    MetadataCommand::new()
        .current_dir(root())
        .features(CargoOpt::AllFeatures)
        .other_options(["--locked", "--filter-platform", &host].map(String::from))
        .exec()
        .context("cargo metadata")
}

fn host() -> Result<String> {
    let version = capture(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(String::from).context("`rustc -vV` names no host")
}
