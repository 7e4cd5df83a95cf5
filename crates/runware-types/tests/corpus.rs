//! The seeds of the fuzz targets, and changes of them, run through the same bodies on every test run.

#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at the line that failed"
)]

#[path = "../../../fuzz/bodies.rs"]
pub mod bodies;

#[path = "../../../fuzz/replay.rs"]
pub mod replay;

use std::collections::BTreeSet;

use replay::Target;

const TARGETS: [Target; 4] = [
    Target {
        name: "envelope",
        body: bodies::envelope,
        folders: &["fuzz/corpus/envelope", "tests/fixtures/wire"],
    },
    Target { name: "sse", body: bodies::sse, folders: &["fuzz/corpus/sse"] },
    Target {
        name: "task_text",
        body: bodies::task_text,
        folders: &["fuzz/corpus/task_text", "tests/fixtures/wire"],
    },
    Target { name: "uuid", body: bodies::uuid, folders: &["fuzz/corpus/uuid"] },
];

/// What is replayed beside the crate that it is about.
const ELSEWHERE: [&str; 1] = ["session"];

#[test]
fn every_seed_and_every_change_of_it_holds() {
    replay::replay(&TARGETS);
}

#[test]
fn every_target_is_replayed() {
    let replayed: BTreeSet<_> =
        TARGETS.iter().map(|target| target.name).chain(ELSEWHERE).map(str::to_owned).collect();
    assert_eq!(replay::sources(), replayed);
    replay::check_seeds(&TARGETS);
}
