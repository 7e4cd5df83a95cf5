//! Libraries that come before the C library with `LD_PRELOAD`: they look at the calls of a process, or let them fail.
//!
//! Their sources are in `preload/`. They need Linux and a C compiler.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles one of them into a folder.
pub(crate) fn compile(name: &str, folder: &Path) -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("preload");
    let library = folder.join(name).with_extension("so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library);
    compiler.arg(sources.join(name).with_extension("c")).arg("-ldl");
    assert!(compiler.status().unwrap().success());
    library
}
