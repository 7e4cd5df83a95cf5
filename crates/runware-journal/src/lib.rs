//! The durable journal of Runware tasks: bought once, kept for good.

mod clock;
mod decision;
mod health;
mod journal;
mod listed;
mod options;
mod retention;

pub use clock::{BootClock, SystemBootClock};
pub use decision::{Decided, Decision};
pub use health::{Counts, Health, Spent};
pub use journal::SqliteJournal;
pub use listed::{Filter, Kept, Listed, Stage};
pub use options::Options;
pub use retention::{Pruned, Retention};
