//! [`Watched`]: how far the tasks of a kind have been watched that have not ended yet.

use std::time::Duration;

use super::scale::{BINS, bin_of};

/// How many tasks were last seen running at which age.
///
/// Not at which age they are now: of a task that nobody has looked at since, nobody knows whether it has ended.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    ages: [u32; BINS],
    tasks: u32,
}

impl Watched {
    pub(super) const fn new() -> Self {
        Self { ages: [0; BINS], tasks: 0 }
    }

    pub(super) fn add(&mut self, age: Duration) {
        if let Some(count) = self.ages.get_mut(bin_of(age)) {
            *count += 1;
            self.tasks += 1;
        }
    }

    /// Takes a task out that was last seen at this age, if there is one.
    pub(super) fn remove(&mut self, age: Duration) {
        if let Some(count) = self.ages.get_mut(bin_of(age)).filter(|count| **count > 0) {
            *count -= 1;
            self.tasks -= 1;
        }
    }

    pub(super) const fn tasks(&self) -> u32 {
        self.tasks
    }

    /// How many tasks were last seen in each bin.
    pub(super) fn bins(&self) -> impl Iterator<Item = f64> {
        self.ages.iter().copied().map(f64::from)
    }
}
