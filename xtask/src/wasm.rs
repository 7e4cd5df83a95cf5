//! `cargo xtask wasm`: `runware-types` compiles for WebAssembly, where there is no operating system.
//!
//! Needs a network the first time, and so it is no part of `ci`.

mod debian;

use crate::workspace;
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

/// The features to try, and the crates of the standard library to compile for each where there is no compiled one:
/// with `core` and `alloc` alone, a dependency that wants more does not compile.
const RUNS: &[(&[&str], &str)] = &[(&["--no-default-features"], "core,alloc"), (&[], "std")];

enum Compiler {
    /// The one that compiles everything else, with the target beside it.
    Usual,
    /// One without the target, which compiles the standard library too.
    Extracted(debian::Compiler),
}

pub(crate) fn run() -> Result<()> {
    let compiler = compiler()?;
    for (features, library) in RUNS {
        let mut command = Command::new("cargo");
        command.args(["check", "--quiet", "--locked", "--package", "runware-types", "--target", TARGET]);
        command.args(["--target-dir", "target/wasm"]).args(*features);
        if let Compiler::Extracted(compiler) = &compiler {
            // Only a nightly compiler compiles its own library, unless it is told that it is one.
            command.arg(format!("-Zbuild-std={library}")).env("RUSTC_BOOTSTRAP", "1");
            compiler.set(&mut command);
        }
        println!("{command:?}");
        workspace::show(&mut command).with_context(|| format!("`runware-types` with {library}"))?;
    }
    Ok(())
}

/// Whatever is there already, before anything that must be downloaded.
fn compiler() -> Result<Compiler> {
    if has_target()? {
        return Ok(Compiler::Usual);
    }
    if let Some(compiler) = debian::cached()? {
        return Ok(Compiler::Extracted(compiler));
    }
    println!("the compiler has no target {TARGET}; asking rustup for it");
    let rustup = match add_target() {
        Ok(()) => return Ok(Compiler::Usual),
        Err(error) => error,
    };
    println!("nothing from rustup; asking Debian for a compiler");
    match debian::extract() {
        Ok(compiler) => Ok(Compiler::Extracted(compiler)),
        Err(debian) => bail!(
            "cannot compile for {TARGET} here: the compiler does not have this target, and no other way is open\n\
             * rustup: {rustup:#}\n\
             * Debian's packages: {debian:#}\n\
             Install the target with `rustup target add {TARGET}`; on Debian without rustup, run `apt-get update` as \
             root and try again."
        ),
    }
}

fn has_target() -> Result<bool> {
    let root = workspace::capture(Command::new("rustc").args(["--print", "sysroot"]))?;
    Ok(Path::new(root.trim()).join("lib/rustlib").join(TARGET).exists())
}

fn add_target() -> Result<()> {
    let mut rustup = Command::new("rustup");
    workspace::show(rustup.args(["target", "add", TARGET]).env("RUST_BACKTRACE", "0"))?;
    ensure!(has_target()?, "it gave the target to another compiler than `rustc`");
    Ok(())
}
