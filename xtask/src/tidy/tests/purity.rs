//! No I/O below the pure crates, nor inside them.

use super::super::Finding;
use super::super::facts::{Facts, Tree};
use super::super::purity::check;
use super::{files, places};

fn below(text: &str) -> Vec<Finding> {
    check(&Facts {
        trees: vec![Tree { root: "runware-types".into(), text: text.into() }],
        ..Facts::default()
    })
}

#[test]
fn passes_a_tree_of_pure_crates() {
    assert_eq!(
        below(
            "0runware-types v0.1.0\n1serde v1.0.0\n2serde_core v1.0.0\n1uuid v1.0.0\n2serde_core v1.0.0 (*)\n"
        ),
        []
    );
}

#[test]
fn fires_on_an_impure_crate_and_says_by_which_way_it_came() {
    let findings =
        below("0runware-types v0.1.0\n1serde v1.0.0\n2a v1.0.0\n1uuid v1.0.0\n2getrandom v0.4.0\n");
    assert_eq!(places(&findings), ["runware-types"]);
    assert!(findings[0].message.contains("runware-types -> uuid -> getrandom;"), "{findings:?}");
}

#[test]
fn fires_on_whole_families() {
    for name in
        ["tokio", "tokio-util", "async-trait", "futures-core", "rustls-webpki", "hyper", "mio", "socket2"]
    {
        assert_eq!(below(&format!("0runware-types v0.1.0\n1{name} v1.0.0\n")).len(), 1, "{name}");
    }
}

#[test]
fn fires_on_io_async_and_clocks_in_the_source() {
    for text in [
        "fn f() { std::fs::read(a) }",
        "use std::net::TcpStream;",
        "use std::{fmt, thread};",
        "async fn f() {}",
        "fn f() { g().await }",
        "use std::time::Instant;",
    ] {
        let findings = check(&files(&[("crates/runware-poll/src/a.rs", text)]));
        assert_eq!(places(&findings), ["crates/runware-poll/src/a.rs:1"], "{text}");
    }
}

#[test]
fn passes_pure_sources_their_tests_and_the_other_crates() {
    let io = "fn f() { std::fs::read(a) }";
    for (path, text) in [
        ("crates/runware-types/src/a.rs", "// std::fs\nuse std::{fmt, time::Duration};\nfn environment() {}"),
        ("crates/runware-types/src/a/tests.rs", io),
        ("crates/runware-types/tests/a.rs", io),
        ("crates/runware-transport/src/a.rs", io),
    ] {
        assert_eq!(check(&files(&[(path, text)])), [], "{path}");
    }
}
