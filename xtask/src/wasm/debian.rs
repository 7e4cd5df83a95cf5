//! A compiler with the source of its library from Debian's packages, unpacked and not installed.
//!
//! Debian compiles its browsers with it, so it is recent on an old system too. To install it would replace the
//! system's own `rustc`.

use crate::workspace;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler, and the source of the standard library.
const WANTED: &[&str] = &["rustc-web", "rust-web-src"];

/// The compiler's own libraries, by the start of their names: a version follows.
const OWN: &str = "libstd-rust-web";

pub(super) struct Compiler {
    rustc: PathBuf,
    /// The folder of the shared libraries that it is made of.
    libraries: PathBuf,
}

/// The compiler as an earlier run left it.
pub(super) fn cached() -> Result<Option<Compiler>> {
    if folder().exists() { Compiler::unpacked().map(Some) } else { Ok(None) }
}

/// Downloads and unpacks it. The folder gets its name at the end, so that an interrupted run leaves no half.
pub(super) fn extract() -> Result<Compiler> {
    let closure = capture("apt-cache", &[&["depends", "--recurse", "--important"], WANTED].concat())?;
    let installed = capture("dpkg-query", &["--show", "--showformat", "${Package} ${db:Status-Status}\n"])?;
    let partial = folder().with_extension("partial");
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    fs::create_dir_all(&partial)?;
    let mut download = Command::new("apt-get");
    download.arg("download").args(packages(&closure, &installed));
    workspace::show_in(&partial, &mut download).context("apt-get download")?;
    for archive in names(&partial)? {
        workspace::show_in(&partial, Command::new("dpkg").args(["--extract", &archive, "."]))
            .with_context(|| format!("dpkg --extract {archive}"))?;
        fs::remove_file(partial.join(archive))?;
    }
    fs::rename(partial, folder())?;
    Compiler::unpacked()
}

impl Compiler {
    fn unpacked() -> Result<Self> {
        let compiler =
            Self { rustc: folder().join("usr/bin/rustc"), libraries: libraries(&folder().join("usr/lib"))? };
        let mut rustc = Command::new(&compiler.rustc);
        let version = workspace::capture(compiler.beside_its_libraries(&mut rustc).arg("--version"))
            .context("the compiler does not run; delete target/wasm-toolchain to unpack it anew")?;
        print!("with the compiler in target/wasm-toolchain: {version}");
        Ok(compiler)
    }

    /// Makes `cargo` use it.
    pub(super) fn set(&self, cargo: &mut Command) {
        self.beside_its_libraries(cargo).env("RUSTC", &self.rustc);
    }

    fn beside_its_libraries<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("LD_LIBRARY_PATH", &self.libraries)
    }
}

fn folder() -> PathBuf {
    workspace::root().join("target/wasm-toolchain")
}

fn capture(program: &str, arguments: &[&str]) -> Result<String> {
    workspace::capture(Command::new(program).args(arguments))
}

/// The packages to unpack, of all that the compiler depends on: its own, and what is not there anyway.
///
/// A name in angle brackets stands for any package that does its work.
fn packages<'a>(closure: &'a str, installed: &str) -> Vec<&'a str> {
    let installed: BTreeSet<&str> =
        installed.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    let is_own = |name: &str| WANTED.contains(&name) || name.starts_with(OWN);
    closure
        .lines()
        .filter(|line| !line.starts_with([' ', '<']))
        .filter(|name| is_own(name) || !installed.contains(name))
        .collect()
}

/// The folder of the shared libraries is named after the processor.
fn libraries(lib: &Path) -> Result<PathBuf> {
    for name in names(lib)? {
        let folder = lib.join(name);
        if folder.is_dir() && names(&folder)?.iter().any(|name| name.starts_with("librustc_driver-")) {
            return Ok(folder);
        }
    }
    bail!("no librustc_driver below {}; delete target/wasm-toolchain to unpack it anew", lib.display())
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::packages;

    const CLOSURE: &str = "\
rustc-web
  Depends: libc6
 |Depends: gcc
  Depends: <libc-dev>
    libc6-dev
rust-web-src
libc6
libstd-rust-web-dev
libstd-rust-web-1.96
libllvm22
libedit2
<libc-dev>
";

    #[test]
    fn the_compiler_and_the_libraries_that_are_missing_are_unpacked() {
        let installed = "libc6 installed\nlibedit2 config-files\nother installed\n";
        assert_eq!(
            packages(CLOSURE, installed),
            [
                "rustc-web",
                "rust-web-src",
                "libstd-rust-web-dev",
                "libstd-rust-web-1.96",
                "libllvm22",
                "libedit2"
            ]
        );
    }

    #[test]
    fn the_compilers_own_packages_are_unpacked_even_where_they_are_installed() {
        let installed: String = CLOSURE.lines().map(|line| format!("{line} installed\n")).collect();
        assert_eq!(
            packages(CLOSURE, &installed),
            ["rustc-web", "rust-web-src", "libstd-rust-web-dev", "libstd-rust-web-1.96"]
        );
    }
}
