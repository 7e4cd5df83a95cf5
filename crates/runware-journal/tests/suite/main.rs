//! The suite: what a journal does, against a model of it, and what it does when its files are not what they were.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod budgets;
mod corruption;
mod files;
mod lifecycle;
mod model;
mod owners;
mod reading;
mod together;
mod world;
