//! Unfinished code.

use super::super::leftovers::check;
use super::{files, places};

#[test]
fn fires_on_each_unfinished_macro() {
    for name in ["todo", "unimplemented", "dbg"] {
        let text = format!("//! A.\nfn a() {{ {name}!() }}\n");
        assert_eq!(
            places(&check(&files(&[("crates/a/src/a.rs", &text)]))),
            ["crates/a/src/a.rs:2"],
            "{name}"
        );
    }
}

#[test]
fn passes_words_comments_and_strings() {
    let text = "//! No `todo!()` here.\nfn todo() { print(\"todo!()\"); my_todo!(); }\n";
    assert_eq!(check(&files(&[("crates/a/src/a.rs", text)])), []);
}

#[test]
fn passes_files_outside_of_sources() {
    assert_eq!(check(&files(&[("tests/suite/a.rs", "todo!()")])), []);
}
