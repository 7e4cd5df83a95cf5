//! End-to-end suites: client and emulator in one process, or over real sockets, or the real binary.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod harness;

// Submissions whose fate is unknown: probed, sent again, never bought twice.
mod bought_once;
// Dropping, closing, joining.
mod cancel;
// Single questions: `status` and `task_details`.
mod details;
// What must not leak from one task to another.
mod isolation;
mod load;
// Several results: partial outcomes, odd replies, synchronous delivery.
mod partial;
mod properties;
// Handles, deadlines, tasks that cannot be seen, outages of status checks.
mod resume;
mod simulation;
mod sockets;
// Answers to a submission, and what is refused before one.
mod submit;
// When requests are sent, to the millisecond.
mod timelines;
mod wire;
