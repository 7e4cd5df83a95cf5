//! Polling in virtual time, without sockets: what our schedules cost, what those of other clients do, and the best
//! that could be done.
//!
//! Every figure comes from seeds, so each run says the same.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a measurement that cannot go on stops")]

pub mod exact;
pub mod frontier;
pub mod frozen;
pub mod goals;
pub mod law;
pub mod optimum;
pub mod record;
pub mod report;
pub mod schedule;
pub mod svg;
pub mod task;
pub mod units;
pub mod workload;
pub mod world;
