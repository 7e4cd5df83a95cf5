//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! Each rule is a pure function from [`Facts`] to findings, in a module of its own, and has tests in which
//! it fires and tests in which it passes.

mod allow_list;
mod arrows;
mod citations;
mod code;
mod collect;
mod crate_table;
mod facts;
mod features;
mod guarantees;
mod ignored;
mod layout;
mod leftovers;
mod links;
mod machine_paths;
mod markdown;
mod no_std;
mod purity;
mod rooms;
mod size;
#[cfg(test)]
mod tests;

use anyhow::{Result, bail};
use facts::Facts;

/// One broken rule: where, what is wrong there, and what to do about it, in one line.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    place: String,
    message: String,
}

struct Rule {
    name: &'static str,
    check: fn(&Facts) -> Vec<Finding>,
}

const RULES: &[Rule] = &[
    Rule { name: "arrows", check: arrows::check },
    Rule { name: "purity", check: purity::check },
    Rule { name: "allow-list", check: allow_list::check },
    Rule { name: "no-std", check: no_std::check },
    Rule { name: "features", check: features::check },
    Rule { name: "crate-table", check: crate_table::check },
    Rule { name: "guarantees", check: guarantees::check },
    Rule { name: "links", check: links::check },
    Rule { name: "citations", check: citations::check },
    Rule { name: "size", check: size::check },
    Rule { name: "layout", check: layout::check },
    Rule { name: "leftovers", check: leftovers::check },
    Rule { name: "ignored", check: ignored::check },
    Rule { name: "machine-paths", check: machine_paths::check },
];

pub(crate) fn run() -> Result<()> {
    let facts = collect::facts()?;
    let mut findings = 0;
    for rule in RULES {
        for finding in (rule.check)(&facts) {
            println!("{}: {}: {}", rule.name, finding.place, finding.message);
            findings += 1;
        }
    }
    if findings > 0 {
        bail!("tidy: {findings} findings, one a line above");
    }
    println!("tidy: {} rules, {} files, no findings", RULES.len(), facts.files.len());
    Ok(())
}

impl Finding {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}
