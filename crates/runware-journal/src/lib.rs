//! The durable journal of Runware tasks: bought once, kept for good.
//!
//! [`SqliteJournal`] implements the [`Journal`](runware::journal::Journal) of a client, and shows what is in it: what is
//! open, what was paid for and is not known to have arrived, and what somebody has to [decide](SqliteJournal::decide).
//!
//! # What holds
//!
//! * **Durable when it returns.** What was begun or recorded is synced before the call returns.
//! * **One owner.** A task belongs to the one journal that has begun or claimed it last, as long as that is open and says
//!   that it is alive. What another one writes about it is refused, also after it was stopped for any time.
//! * **Right or nothing.** Each row has a checksum, and the whole has a sum. What is read is what was written last; where
//!   it is not, or where something is missing, there is an error, and nothing is written any more.
//! * **No clock of the wall.** Setting the time of day changes what is shown, and what
//!   [`prune`](SqliteJournal::prune) takes for old.
//! * **Private.** The file can be read by its user alone. Requests can be kept [as hashes only](Options::redact).
//!
//! # What does not
//!
//! * That a set of files is not an older one that was put back, if all of them were.
//! * After a loss of power, that what was lost of the log by another cause at the same time is noticed.
//! * On other systems than Linux, that a process which is stopped loses its tasks, and that ages are known.

mod call;
mod checksum;
mod clock;
mod columns;
mod decision;
mod file_system;
mod files;
mod health;
mod journal;
mod kept;
mod listed;
mod mark;
mod meta;
mod moment;
mod options;
mod owners;
mod reading;
mod retention;
mod schema;
mod stage;
mod task;
mod trouble;
mod verify;
mod work;
mod writer;

pub use clock::{BootClock, SystemBootClock};
pub use decision::{Decided, Decision};
pub use health::{Counts, Health, Spent};
pub use journal::SqliteJournal;
pub use listed::{Filter, Kept, Listed};
pub use options::Options;
pub use retention::{Pruned, Retention};
pub use stage::Stage;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
