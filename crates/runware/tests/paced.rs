//! How many requests a client sends, how large they are, and in which order, on a script and a clock that is moved by
//! hand.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

#[path = "paced/busy.rs"]
mod busy;
#[path = "paced/numbers.rs"]
mod numbers;
#[path = "paced/sizes.rs"]
mod sizes;
#[path = "paced/world.rs"]
mod world;
