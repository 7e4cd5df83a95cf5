//! The seeds of the fuzz target `session`, and changes of them, run through the same bodies on every test run.

#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at the line that failed"
)]

#[path = "../../../fuzz/replay.rs"]
pub mod replay;
#[path = "../../../fuzz/session.rs"]
pub mod session;

use replay::Target;

const TARGETS: [Target; 1] =
    [Target { name: "session", body: session::session, folders: &["fuzz/corpus/session"] }];

#[test]
fn every_seed_and_every_change_of_it_holds() {
    replay::replay(&TARGETS);
}

#[test]
fn the_target_is_there() {
    assert!(replay::sources().contains("session"));
    replay::check_seeds(&TARGETS);
}
