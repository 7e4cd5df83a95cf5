//! Processes that go on where others have stopped.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "recovering/awkward.rs"]
mod awkward;
#[path = "recovering/journal.rs"]
mod journal;
#[path = "recovering/world.rs"]
mod world;

#[path = "recovering/budgets.rs"]
mod budgets;
#[path = "recovering/contested.rs"]
mod contested;
#[path = "recovering/deaths.rs"]
mod deaths;
#[path = "recovering/intents.rs"]
mod intents;
#[path = "recovering/joined.rs"]
mod joined;
#[path = "recovering/looking.rs"]
mod looking;
#[path = "recovering/results.rs"]
mod results;
