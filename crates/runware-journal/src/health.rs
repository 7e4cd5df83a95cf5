//! What can be said about a journal as a whole.

use runware::types::Money;

use crate::Stage;

/// A journal that was read from end to end and found to be whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// The version of what its tables look like.
    pub schema: u32,
    /// How many times it was written to.
    pub sequence: u64,
    /// How large its files are, in bytes.
    pub bytes: u64,
    /// How many tasks there are in each stage.
    pub counts: Counts,
    /// How many results and failures are kept.
    pub parts: u64,
    /// How many processes have it open, this one included.
    pub owners: usize,
    /// Its budgets, by name.
    pub budgets: Vec<Spent>,
    /// Why it takes no new tasks at present, after a write that failed.
    pub refuses: Option<String>,
}

/// How many tasks there are in each stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// [`Stage::Open`].
    pub open: u64,
    /// [`Stage::Settled`]: paid for, and not known to have arrived.
    pub settled: u64,
    /// [`Stage::Undecided`].
    pub undecided: u64,
    /// [`Stage::Confirmed`].
    pub confirmed: u64,
    /// [`Stage::Refused`].
    pub refused: u64,
    /// [`Stage::Abandoned`].
    pub abandoned: u64,
}

impl Counts {
    /// How many are in this stage.
    pub fn of(&self, stage: Stage) -> u64 {
        match stage {
            Stage::Open => self.open,
            Stage::Settled => self.settled,
            Stage::Undecided => self.undecided,
            Stage::Confirmed => self.confirmed,
            Stage::Refused => self.refused,
            Stage::Abandoned => self.abandoned,
        }
    }

    /// How many there are.
    pub fn all(&self) -> u64 {
        Stage::ALL.into_iter().map(|stage| self.of(stage)).sum()
    }

    pub(crate) fn of_mut(&mut self, stage: Stage) -> &mut u64 {
        match stage {
            Stage::Open => &mut self.open,
            Stage::Settled => &mut self.settled,
            Stage::Undecided => &mut self.undecided,
            Stage::Confirmed => &mut self.confirmed,
            Stage::Refused => &mut self.refused,
            Stage::Abandoned => &mut self.abandoned,
        }
    }
}

/// What was spent of a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spent {
    /// Its name.
    pub name: String,
    /// The costs that the server has named.
    pub spent: Money,
    /// What is set aside for tasks that have not settled, or have without a cost.
    pub reserved: Money,
}

impl Spent {
    /// What counts against a cap.
    pub fn committed(&self) -> Money {
        self.spent + self.reserved
    }
}
