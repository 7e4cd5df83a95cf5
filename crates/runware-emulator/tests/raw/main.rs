//! The server as raw bytes show it: event streams, and connections that go wrong below HTTP.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test stops at the line that failed; the settings for tests do not cover their helpers"
)]

mod faulty_io;
mod peer;
mod streams;
