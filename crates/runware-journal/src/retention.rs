//! What is kept how long.

use std::ops::AddAssign;
use std::time::Duration;

use crate::moment::{Moment, milliseconds};

/// What may go from a journal: of tasks that were confirmed, refused or given up long enough ago.
///
/// Tasks that are open, undecided, or settled and not confirmed always stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    pub(crate) older_than: Duration,
    pub(crate) forgets_ids: bool,
}

impl Retention {
    /// From when on a task is old unless somebody says otherwise: 30 days. Nothing goes before it is pruned.
    pub const DEFAULT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    /// Of tasks that ended longer ago than this, by the time of day, requests and results go, and all of those that were
    /// refused. Ids and hashes stay, so that a task with the same id is not bought again.
    pub fn older_than(age: Duration) -> Self {
        Self { older_than: age, forgets_ids: false }
    }

    /// The ids go as well: a task with the same id can be bought again.
    #[must_use]
    pub fn forget_ids(self) -> Self {
        Self { forgets_ids: true, ..self }
    }

    /// What had ended by then goes, in milliseconds since 1970.
    pub(crate) fn latest(&self, now: &Moment) -> i64 {
        now.time_of_day.saturating_sub(milliseconds(self.older_than))
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self::older_than(Self::DEFAULT)
    }
}

/// What has gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// Of how many tasks something has gone.
    pub tasks: u64,
    /// How many of them are forgotten altogether.
    pub forgotten: u64,
    /// How many requests have gone.
    pub requests: u64,
    /// How many results and failures have gone.
    pub parts: u64,
}

impl AddAssign for Pruned {
    fn add_assign(&mut self, other: Self) {
        self.tasks += other.tasks;
        self.forgotten += other.forgotten;
        self.requests += other.requests;
        self.parts += other.parts;
    }
}
