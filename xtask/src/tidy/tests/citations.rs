//! Pages and sections that comments cite.

use super::super::Finding;
use super::super::citations;
use super::{files, places};

fn check(path: &str, text: &str) -> Vec<Finding> {
    citations::check(&files(&[("docs/a.md", "# A\n\n## 3. Replies and more\n"), (path, text)]))
}

#[test]
fn passes_pages_and_sections_that_exist() {
    for text in [
        "//! See docs/a.md.\n",
        "//! See `docs/a.md`, \"Replies\", and so on.\n",
        "//! See docs/a.md,\n//! \"Replies\n//! and more\".\n",
        "/// See https://example.com/docs/b.md.\n",
        "const PAGE: &str = \"docs/b.md\";\n",
    ] {
        assert_eq!(check("src/a.rs", text), [], "{text}");
    }
    assert_eq!(check("a.toml", "# docs/a.md, \"Replies\"\n"), []);
}

#[test]
fn fires_on_a_page_that_does_not() {
    assert_eq!(places(&check("src/a.rs", "//! A.\n// See docs/b.md.\n")), ["src/a.rs:2"]);
    assert_eq!(places(&check("a.toml", "a = 1\n# docs/b.md\n")), ["a.toml:2"]);
}

#[test]
fn fires_on_a_section_that_does_not() {
    assert_eq!(places(&check("src/a.rs", "//! A.\n/// See `docs/a.md`, \"Requests\".\n")), ["src/a.rs:2"]);
}
