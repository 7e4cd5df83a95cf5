//! The size of files.

use super::super::size::check;
use super::{files, places};

#[test]
fn passes_six_hundred_lines() {
    assert_eq!(check(&files(&[("a.rs", &"x\n".repeat(600)), ("a.md", &"x\n".repeat(5000))])), []);
}

#[test]
fn fires_on_one_more_and_says_how_many() {
    let findings = check(&files(&[("a.rs", &"x\n".repeat(601))]));
    assert_eq!(places(&findings), ["a.rs"]);
    assert!(findings[0].message.starts_with("601 lines"), "{findings:?}");
}
