//! `runware-types` says that it does without the standard library, so that the compiler holds it to that.

use super::Finding;
use super::code;
use super::facts::Facts;

const ROOT: &str = "crates/runware-types/src/lib.rs";

/// As an attribute of the crate, whatever the features; its own tests alone may have more.
const ACCEPTED: &[&str] = &["#![no_std]", "#![cfg_attr(not(test),no_std)]"];

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let says_so = facts.file(ROOT).is_some_and(|file| {
        let code: String =
            code::blank(&file.text).chars().filter(|character| !character.is_whitespace()).collect();
        ACCEPTED.iter().any(|attribute| code.contains(attribute))
    });
    if says_so {
        return Vec::new();
    }
    vec![Finding::new(
        ROOT,
        "the crate does without the standard library; write `#![cfg_attr(not(test), no_std)]`",
    )]
}
