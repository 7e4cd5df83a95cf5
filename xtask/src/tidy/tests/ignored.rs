//! Ignored tests and examples.

use super::super::Finding;
use super::super::ignored;
use super::{files, places};

fn check(path: &str, text: &str) -> Vec<Finding> {
    ignored::check(&files(&[(path, text)]))
}

#[test]
fn passes_an_ignored_test_with_a_reason() {
    for attribute in [
        "#[ignore = \"needs an hour\"]",
        "#[cfg_attr(windows, ignore = \"no signals there\")]",
        "#[ignore = r#\"a \"raw\" reason\"#]",
    ] {
        assert_eq!(check("a.rs", &format!("#[test]\n{attribute}\nfn a() {{}}\n")), [], "{attribute}");
    }
}

#[test]
fn fires_on_one_without() {
    for attribute in
        ["#[ignore]", "#[ ignore ]", "#[ignore = \"\"]", "#[ignore = \" \"]", "#[cfg_attr(windows, ignore)]"]
    {
        let attribute = attribute.replace("#[ ", "#[");
        assert_eq!(
            places(&check("a.rs", &format!("#[test]\n{attribute}\nfn a() {{}}\n"))),
            ["a.rs:2"],
            "{attribute}"
        );
    }
}

#[test]
fn passes_the_word_where_it_is_no_attribute() {
    assert_eq!(check("a.rs", "// #[ignore]\nfn ignore() { let ignore = [\"#[ignore]\"]; }\n"), []);
}

#[test]
fn fires_on_an_ignored_example() {
    assert_eq!(places(&check("a.rs", "//! ```ignore\n//! x\n//! ```\n")), ["a.rs:1"]);
    assert_eq!(places(&check("a.md", "text\n\n```rust,ignore\nx\n```\n")), ["a.md:3"]);
}

#[test]
fn passes_other_examples() {
    assert_eq!(check("a.rs", "//! ```no_run\n//! ignore();\n//! ```\n"), []);
    assert_eq!(check("a.md", "```text\nignore\n```\n"), []);
}
