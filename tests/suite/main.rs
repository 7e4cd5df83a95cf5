//! End-to-end suites: client and emulator in one process, or over real sockets, or the real binary.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod harness;
// Clocks that are fast, for real connections.
mod haste;
// Libraries that come before the C library.
#[cfg(target_os = "linux")]
mod preload;

// Submissions whose fate is unknown: probed, sent again, never bought twice.
mod bought_once;
// Dropping, closing, joining.
mod cancel;
// A process that ends at each of its effects, and the processes after it.
#[cfg(target_os = "linux")]
mod crashes;
// Single questions: `status` and `task_details`.
mod details;
// The real program on a disk that fails.
#[cfg(target_os = "linux")]
mod disk;
// What may be concluded, and what not, from too little or too late an answer.
mod doubt;
// Prices, and that asking for one buys nothing.
mod dry_run;
// Each fault of a connection at each place of a conversation, over each transport.
mod io_faults;
// What must not leak from one task to another.
mod isolation;
// The real program, killed at random moments.
mod killed;
// What is learned of how long tasks take, and what it is good for.
mod learned;
// A thousand tasks at once over real sockets, with the figures of docs/performance.md.
mod load;
// Several results: partial outcomes, odd replies, synchronous delivery.
mod partial;
// Our schedules in virtual time: what they keep to whatever happens, and what was promised of them.
mod polling;
// Several real processes on one journal.
#[cfg(unix)]
mod processes;
// Properties that hold for any input, over the public interfaces of several crates.
mod properties;
mod readings;
// Handles, deadlines, tasks that cannot be seen, outages of status checks.
mod resume;
// Random tasks under random faults in virtual time, judged by the invariants.
mod simulation;
// What users read: errors, handles, debug output.
mod snapshots;
// The real transport against the real server, in real time.
mod sockets;
// Texts as they are written.
mod streaming;
// Answers to a submission, and what is refused before one.
mod submit;
// When requests are sent, to the millisecond.
mod timelines;
// The whole client over a WebSocket, fault by fault.
mod websocket;
// The documented samples, to the byte.
mod wire;
