//! [`Work`]: what is done to the tables within one transaction.

mod begin;
mod budgets;
mod claim;
mod decide;
mod durations;
mod owner;
mod prune;
mod record;

use std::collections::HashMap;

use rusqlite::Connection;

use crate::Stage;
use crate::checksum::Sum;
use crate::meta::Meta;
use crate::moment::Moment;
use crate::owners::Owners;
use crate::task::Task;
use crate::trouble::Trouble;

pub(crate) use budgets::BudgetRow;
pub(crate) use durations::DurationsRow;
pub(crate) use owner::{OwnerRow, is_alive};

/// A transaction that can write: what it is done with, and what it has changed of the whole.
#[derive(Debug)]
pub(crate) struct Work<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) meta: Meta,
    pub(crate) moment: Moment,
    /// Who does it; 0 before it is registered.
    pub(crate) owner: i64,
    pub(crate) owners: &'c Owners,
    pub(crate) redacts: bool,
    /// About how many pages were written.
    pub(crate) pages: u64,
    /// True once its owner has said that it is alive.
    pub(crate) is_renewed: bool,
    /// Which other owners were asked after, and whether they are alive.
    alive: HashMap<i64, bool>,
}

/// How a task was before it is changed.
#[derive(Clone, Copy, Debug)]
struct Before {
    stage: Stage,
    sum: Sum,
}

impl<'c> Work<'c> {
    pub(crate) fn new(
        connection: &'c Connection,
        moment: Moment,
        owner: i64,
        owners: &'c Owners,
        redacts: bool,
    ) -> Result<Self, Trouble> {
        let meta = Meta::read(connection)?;
        Ok(Self {
            connection,
            meta,
            moment,
            owner,
            owners,
            redacts,
            pages: 0,
            is_renewed: false,
            alive: HashMap::new(),
        })
    }

    /// Adds a task.
    fn add(&mut self, task: &Task) -> Result<(), Trouble> {
        task.insert(self.connection)?;
        self.meta.total = self.meta.total.plus(task.sum());
        self.count(task.stage, 1)?;
        self.pages += 1;
        Ok(())
    }

    /// Writes what a task has become.
    fn save(&mut self, before: Before, task: &Task) -> Result<(), Trouble> {
        task.update(self.connection)?;
        self.meta.total = self.meta.total.minus(before.sum).plus(task.sum());
        if before.stage != task.stage {
            self.count(before.stage, -1)?;
            self.count(task.stage, 1)?;
        }
        self.pages += 1;
        Ok(())
    }

    fn count(&mut self, stage: Stage, change: i64) -> Result<(), Trouble> {
        let count = self.meta.counts.of_mut(stage);
        *count = count
            .checked_add_signed(change)
            .ok_or_else(|| Trouble::damaged(format!("there are fewer {stage} tasks than none")))?;
        Ok(())
    }

    /// A row that is neither a task nor a part of one has become another one.
    fn replace(&mut self, before: Option<Sum>, after: Option<Sum>) {
        let total = self.meta.total.minus(before.unwrap_or_default()).plus(after.unwrap_or_default());
        self.meta.total = total;
        self.pages += 1;
    }
}

impl Before {
    fn of(task: &Task) -> Self {
        Self { stage: task.stage, sum: task.sum() }
    }
}
