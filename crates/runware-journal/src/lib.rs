//! The durable journal of Runware tasks: bought once, kept for good.
//!
//! [`SqliteJournal`] implements the [`Journal`](runware::journal::Journal) of a client, and shows what is in it: what is
//! open, what was paid for and is not known to have arrived, and what somebody has to [decide](SqliteJournal::decide).
//!
//! ```no_run
//! use std::sync::Arc;
//! use runware::Client;
//! use runware_journal::{Filter, Retention, SqliteJournal, Stage};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let journal = SqliteJournal::open("state/journal.db")?;
//! let client = Client::builder().journal(Arc::new(journal.clone())).build()?;
//! // `client.recover()` takes up what earlier processes left; `outcome.confirm()` says that results have arrived.
//!
//! for task in journal.list(&Filter::new().stages([Stage::Open, Stage::Settled, Stage::Undecided]))? {
//!     println!("{} is {}, with {} of {} results", task.task_uuid, task.stage, task.results, task.expected);
//! }
//! journal.prune(Retention::default())?;
//! # Ok(()) }
//! ```
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
//! * **Private.** The file can be read by its user alone. Requests can be kept [as hashes only](Options::redact); results
//!   are kept as they came, and an API key never is.
//! * **Kept until you say so.** Nothing goes by itself. What is open, undecided or not confirmed is never pruned, and
//!   the ids of what was bought stay even then, unless they are to be [forgotten](Retention::forget_ids).
//!
//! # Several processes, and the machine
//!
//! Any number of processes on one machine can share a journal. A process that ends, however it ends, loses its tasks at
//! once; one that is stopped, also by a machine that sleeps, when it has said nothing for its
//! [lease](Options::lease). The clock of leases and ages goes on while the machine sleeps. After another start of the
//! machine no age is known: a task that may have been sent, and of which nothing can be found, is not sent again by
//! itself, and it is for somebody to [decide](SqliteJournal::decide).
//!
//! # What does not
//!
//! * That a set of files is not an older one that was put back, if all of them were.
//! * After a loss of power, that what was lost of the log by another cause at the same time is noticed.
//! * On other systems than Linux, that a process which is stopped loses its tasks, and that ages are known.
//! * Anything on a file system of the network. Where it can be told, the journal
//!   [does not open](Options::any_file_system) there; several machines cannot share one.
//! * That results which the journal could not write are kept; the client hands them over all the same, and says so.

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
