//! The driver over a connection that lasts: answers in parts, replies that nobody waits for, and lost connections,
//! on a script and a clock that is moved by hand.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

#[path = "lasting/deadline.rs"]
mod deadline;
#[path = "lasting/figures.rs"]
mod figures;
#[path = "lasting/joined.rs"]
mod joined;
#[path = "lasting/large.rs"]
mod large;
#[path = "lasting/lost.rs"]
mod lost;
#[path = "lasting/parts.rs"]
mod parts;
#[cfg(feature = "metrics")]
#[path = "lasting/recorded.rs"]
mod recorded;
#[path = "lasting/refusals.rs"]
mod refusals;
#[path = "lasting/unclaimed.rs"]
mod unclaimed;
#[path = "lasting/world.rs"]
mod world;
