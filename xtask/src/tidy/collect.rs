//! Gathers the facts: the only part of tidy that reads files and runs programs.

use super::allow_list;
use super::facts::{Arrow, Facts, File, Member, Resolved, Tree};
use super::purity;
use crate::workspace;
use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// All that takes part in building a crate, whatever its features.
const BUILT: &[&str] = &["--all-features", "--edges", "normal,build"];

/// What a crate and its macros are compiled from.
/// For one platform, whatever the machine, so that the answer is the same everywhere.
const NORMAL: &[&str] = &["--edges", "normal", "--target", "x86_64-unknown-linux-gnu"];

pub(super) fn facts() -> Result<Facts> {
    let metadata = workspace::metadata()?;
    Ok(Facts {
        files: files(workspace::root())?,
        members: members(&metadata)?,
        resolved: resolved(&metadata),
        trees: purity::PURE.iter().map(|name| tree(name, BUILT)).collect::<Result<_>>()?,
        listed: allow_list::LISTS
            .iter()
            .map(|list| tree(list.package, &[NORMAL, list.features].concat()))
            .collect::<Result<_>>()?,
    })
}

/// Every text file that is in git or would be with the next `git add`; without git, every file but the built ones.
fn files(root: &Path) -> Result<Vec<File>> {
    let listed = workspace::capture(Command::new("git").args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]));
    let paths: BTreeSet<String> = match listed {
        Ok(text) => text.split('\0').filter(|path| !path.is_empty()).map(String::from).collect(),
        Err(_) => walk(root)?,
    };
    let mut files = Vec::new();
    for path in paths {
        let whole = root.join(&path);
        // A path may be in the index and already deleted, or a link to a folder.
        if whole.is_file() {
            let bytes = fs::read(&whole).with_context(|| format!("cannot read {path}"))?;
            if !bytes.contains(&0) {
                files.push(File { path, text: String::from_utf8_lossy(&bytes).into_owned() });
            }
        }
    }
    Ok(files)
}

fn walk(root: &Path) -> Result<BTreeSet<String>> {
    let mut paths = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_file() {
                paths.insert(relative(&path, root));
            } else if entry.file_type()?.is_dir()
                && entry.file_name() != "target"
                && entry.file_name() != ".git"
            {
                folders.push(path);
            }
        }
    }
    Ok(paths)
}

fn members(metadata: &Metadata) -> Result<Vec<Member>> {
    let packages = metadata.workspace_packages();
    let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let member = |package: &&cargo_metadata::Package| {
        let folder = package.manifest_path.parent().context("a manifest without a folder")?;
        let arrows =
            package.dependencies.iter().filter(|dependency| names.contains(dependency.name.as_str()));
        Ok(Member {
            name: package.name.to_string(),
            folder: relative(folder.as_std_path(), metadata.workspace_root.as_std_path()),
            arrows: arrows
                .map(|dependency| Arrow { to: dependency.name.clone(), section: section(dependency.kind) })
                .collect(),
        })
    };
    packages.iter().map(member).collect()
}

fn section(kind: DependencyKind) -> &'static str {
    match kind {
        DependencyKind::Development => "dev-dependencies",
        DependencyKind::Build => "build-dependencies",
        _ => "dependencies",
    }
}

fn resolved(metadata: &Metadata) -> Vec<Resolved> {
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    nodes
        .filter_map(|node| {
            let package = metadata.packages.iter().find(|package| package.id == node.id)?;
            Some(Resolved {
                name: package.name.to_string(),
                version: package.version.to_string(),
                features: node.features.iter().map(ToString::to_string).collect(),
            })
        })
        .collect()
}

/// What one crate is built on when it is built alone.
///
/// `cargo metadata` merges the features that the whole workspace asks for, so that one crate's wish for
/// `uuid/v4` would look like another's; `cargo tree --package` keeps them apart.
fn tree(package: &str, options: &[&str]) -> Result<Tree> {
    let printed = ["tree", "--locked", "--prefix", "depth", "--format", "{p}", "--package", package];
    let text = workspace::capture(Command::new("cargo").args(printed).args(options))?;
    Ok(Tree { root: package.to_owned(), text })
}

fn relative(path: &Path, root: &Path) -> String {
    let parts = path.strip_prefix(root).unwrap_or(path).components();
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
