//! Links between pages.

use super::super::Finding;
use super::super::links;
use super::{files, places};

fn check(text: &str) -> Vec<Finding> {
    links::check(&files(&[
        ("docs/a.md", text),
        ("docs/b.md", ""),
        ("README.md", ""),
        ("docs/decisions/0000.md", ""),
    ]))
}

#[test]
fn passes_links_that_lead_somewhere() {
    for target in [
        "b.md",
        "./b.md#part",
        "../README.md",
        "decisions/",
        "decisions",
        "#here",
        "https://example.com/x.md",
    ] {
        assert_eq!(check(&format!("See [this]({target}).\n")), [], "{target}");
    }
}

#[test]
fn fires_on_links_that_do_not() {
    for target in ["c.md", "docs/b.md", "../../README.md", "decision"] {
        assert_eq!(places(&check(&format!("One.\nSee [this]({target}).\n"))), ["docs/a.md:2"], "{target}");
    }
}

#[test]
fn passes_what_only_looks_like_a_link_in_code() {
    assert_eq!(check("```rust\nlet a = b[0](c);\n```\n"), []);
}

#[test]
fn fires_on_a_path_that_is_not_there() {
    assert_eq!(
        places(&check("In `docs/c.md`, and\nin `crates/a/src/b.rs`.\n")),
        ["docs/a.md:1", "docs/a.md:2"]
    );
}

#[test]
fn passes_paths_that_are_there_and_placeholders() {
    assert_eq!(check("In `docs/b.md`, `docs/decisions/`, `xtask/src/<job>.rs`, `cargo xtask ci`.\n"), []);
}
