//! The durable journal of Runware tasks: bought once, kept for good.

mod call;
mod checksum;
mod clock;
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
mod task;
mod trouble;
mod verify;
mod work;
mod writer;

pub use clock::{BootClock, SystemBootClock};
pub use decision::{Decided, Decision};
pub use health::{Counts, Health, Spent};
pub use journal::SqliteJournal;
pub use listed::{Filter, Kept, Listed, Stage};
pub use options::Options;
pub use retention::{Pruned, Retention};
