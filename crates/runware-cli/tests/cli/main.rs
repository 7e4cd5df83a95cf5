//! The real program, end to end, against an emulator in the test's own process.
//!
//! These tests send signals and paste commands into a shell, so they are for Unix.
//! Every line of `--json` that a test reads is checked against the contract, and no run may show its key or panic.

#![cfg(unix)]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod ended;
mod kept;
mod line;
mod program;
mod server;
mod terminals;

mod batch;
mod budget;
mod collect;
mod deadline;
mod decide;
mod demo;
mod details;
mod doctor;
mod dry_run;
mod emulate;
mod environment;
mod events;
mod exits;
mod faults;
mod help;
mod human;
mod interrupt;
mod journal;
mod list;
mod pipes;
mod pricing;
mod resumed;
mod status;
mod stream;
mod submit;
mod terminal;
mod transports;
mod usage;
mod validate;
mod values;
mod wait;
