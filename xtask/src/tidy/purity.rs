//! `runware-types` and `runware-poll` do no I/O and know no async, and neither does anything below them.

use super::Finding;
use super::code;
use super::facts::{Facts, File, Tree};

/// The crates that stay pure.
pub(super) const PURE: &[&str] = &["runware-types", "runware-poll"];

/// Crates that do I/O, run futures, or ask the machine for entropy.
const IMPURE: &[&str] = &[
    "aws-lc-rs",
    "aws-lc-sys",
    "axum",
    "curl",
    "getrandom",
    "h2",
    "hyper",
    "isahc",
    "libsqlite3-sys",
    "mio",
    "native-tls",
    "openssl",
    "openssl-sys",
    "polling",
    "quinn",
    "rand",
    "reqwest",
    "ring",
    "rusqlite",
    "rustls",
    "smol",
    "socket2",
    "tokio",
    "tower",
    "tungstenite",
    "ureq",
];

const IMPURE_FAMILIES: &[&str] = &["async-", "futures", "hyper-", "reqwest-", "rustls-", "tokio-", "tower-"];

/// Modules of the standard library that reach outside the process's own memory.
const IMPURE_STD: &[&str] = &["env", "fs", "net", "process", "thread"];

/// Words that have no place in a pure crate, wherever they come from.
const IMPURE_WORDS: &[&str] = &["async", "await", "Instant", "SystemTime"];

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let below = facts.trees.iter().flat_map(impure_below);
    let inside = facts.rust().filter(|file| is_pure_source(&file.path)).flat_map(impure_inside);
    below.chain(inside).collect()
}

fn impure_below(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut path: Vec<&str> = vec![&tree.root];
    for (depth, name) in tree.below() {
        path.truncate(depth);
        path.push(name);
        if is_impure(name) {
            findings.push(Finding::new(
                &tree.root,
                format!(
                    "`{name}` does I/O or async and comes in by {}; drop the dependency or the feature",
                    path.join(" -> ")
                ),
            ));
        }
    }
    findings
}

fn is_impure(name: &str) -> bool {
    IMPURE.contains(&name) || IMPURE_FAMILIES.iter().any(|family| name.starts_with(family))
}

fn is_pure_source(path: &str) -> bool {
    let source =
        PURE.iter().find_map(|name| path.strip_prefix("crates/")?.strip_prefix(name)?.strip_prefix("/src/"));
    source.is_some_and(|path| !path.split('/').any(|part| part == "tests" || part == "tests.rs"))
}

fn impure_inside(file: &File) -> Vec<Finding> {
    let code = code::blank(&file.text);
    let words = IMPURE_WORDS
        .iter()
        .flat_map(|word| code::words(&code, word).map(|offset| (offset, (*word).to_owned())));
    let modules = code.match_indices("std::").flat_map(|(offset, start)| {
        let named = named_modules(code.get(offset + start.len()..).unwrap_or_default());
        let impure = IMPURE_STD.iter().filter(move |module| code::words(named, module).next().is_some());
        impure.map(move |module| (offset, format!("std::{module}")))
    });
    words
        .chain(modules)
        .map(|(offset, word)| {
            Finding::new(
                file.place(offset),
                format!("`{word}` in a pure crate; take the value from the caller, or move the code to a crate above"),
            )
        })
        .collect()
}

/// What follows `std::`: one name, or all that a `use std::{…}` takes.
fn named_modules(rest: &str) -> &str {
    let end = if rest.starts_with('{') {
        rest.find(';')
    } else {
        rest.find(|character: char| !character.is_alphanumeric() && character != '_')
    };
    end.and_then(|end| rest.get(..end)).unwrap_or(rest)
}
