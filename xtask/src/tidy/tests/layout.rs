//! File names and first lines.

use super::super::layout::check;
use super::{files, places};

#[test]
fn passes_a_file_with_a_name_and_a_first_line() {
    assert_eq!(check(&files(&[("crates/a/src/model.rs", "//! Models.\n"), ("a/mod.txt", "x")])), []);
}

#[test]
fn fires_on_mod_rs() {
    let findings = check(&files(&[("crates/a/src/http/mod.rs", "//! HTTP.\n")]));
    assert_eq!(places(&findings), ["crates/a/src/http/mod.rs"]);
    assert!(findings[0].message.contains("crates/a/src/http.rs"), "{findings:?}");
}

#[test]
fn fires_on_a_missing_first_line() {
    assert_eq!(places(&check(&files(&[("src/a.rs", "use b;\n//! Late.\n")]))), ["src/a.rs"]);
    assert_eq!(places(&check(&files(&[("src/b.rs", "")]))), ["src/b.rs"]);
}
