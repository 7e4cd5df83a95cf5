//! Paths of somebody's machine.

use super::super::machine_paths::check;
use super::{files, places};

#[test]
fn fires_on_each_path_in_any_file() {
    for path in [
        concat!("/wo", "rk/main"),
        concat!("../sha", "red/x.md"),
        concat!("/ho", "me/me/x"),
        concat!("/ro", "ot/.cargo"),
        concat!("/Us", "ers/me"),
        concat!("C:\\Us", "ers\\me"),
    ] {
        let text = format!("one\nsee {path}\n");
        assert_eq!(places(&check(&files(&[("docs/a.md", &text)]))), ["docs/a.md:2"], "{path}");
    }
}

#[test]
fn passes_paths_of_the_repository() {
    let text = "crates/runware/src/lib.rs, ../README.md, ~/.config, https://example.com/works\n";
    assert_eq!(check(&files(&[("docs/a.md", text)])), []);
}
