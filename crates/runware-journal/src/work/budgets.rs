//! What is set aside, and what was spent.

use runware::journal::{Begun, Reserve};
use runware::types::Money;
use rusqlite::{Connection, OptionalExtension, Row};

use super::Work;
use crate::Spent;
use crate::checksum::{Checksum, Sum};
use crate::columns::{digits, parsed};
use crate::task::Task;
use crate::trouble::Trouble;

/// A budget, and what counts in it.
#[derive(Clone, Debug)]
pub(crate) struct BudgetRow {
    id: i64,
    name: String,
    spent: Money,
    reserved: Money,
}

impl Work<'_> {
    /// Sets something aside for a task. If that would be too much, or nobody says how much it would be, nothing is, and
    /// that is the answer. For one that was accepted it is never too much: it is bought.
    pub(super) fn reserve(
        &mut self,
        task: &mut Task,
        reserve: Option<&Reserve>,
    ) -> Result<Option<Begun>, Trouble> {
        let is_bought = task.is_accepted;
        task.budget = None;
        task.reserved = None;
        let Some(Reserve { budget, cap, price }) = reserve else { return Ok(None) };
        let Some(price) = price else { return Ok(Some(Begun::Unpriced)) };
        // A price below zero would make room for other tasks.
        let price = (*price).max(Money::ZERO);
        let known = BudgetRow::of_name(self.connection, budget)?;
        let committed = known.as_ref().map_or(Money::ZERO, BudgetRow::committed);
        let within = committed.checked_add(price).is_some_and(|sum| is_bought || sum <= *cap);
        let reserved = known.as_ref().map_or(Money::ZERO, |row| row.reserved).checked_add(price);
        let Some(reserved) = reserved.filter(|_| within) else {
            return Ok(Some(Begun::OverBudget { committed }));
        };
        match known {
            Some(row) => self.change(&row.clone(), BudgetRow { reserved, ..row })?,
            None => self.add_budget(budget, reserved)?,
        }
        task.budget = Some(budget.clone());
        task.reserved = Some(price);
        Ok(None)
    }

    /// What was set aside for a task is free again: nothing of it was bought.
    pub(super) fn release(&mut self, task: &mut Task) -> Result<(), Trouble> {
        self.settle(task, Money::ZERO)
    }

    /// A task has cost so much. What was set aside for it no longer is.
    pub(super) fn spend(&mut self, task: &mut Task, cost: Money) -> Result<(), Trouble> {
        task.cost = Some(cost);
        self.settle(task, cost)
    }

    fn settle(&mut self, task: &mut Task, cost: Money) -> Result<(), Trouble> {
        let Some(name) = &task.budget else { return Ok(()) };
        let row = BudgetRow::of_name(self.connection, name)?
            .ok_or_else(|| Trouble::damaged(format!("the budget {name:?} is gone")))?;
        let reserved = row
            .reserved
            .checked_sub(task.reserved.take().unwrap_or_default())
            .filter(|reserved| *reserved >= Money::ZERO)
            .ok_or_else(|| {
                Trouble::damaged(format!("less than nothing is set aside in the budget {name:?}"))
            })?;
        // Beyond 28 digits this is rounded; it must not be refused, since it has been spent.
        let spent = row.spent + cost;
        self.change(&row.clone(), BudgetRow { spent, reserved, ..row })
    }

    fn add_budget(&mut self, name: &str, reserved: Money) -> Result<(), Trouble> {
        let last: Option<i64> =
            self.connection.query_row("SELECT max(id) FROM budget", [], |row| row.get(0))?;
        let id = last.unwrap_or_default() + 1;
        let row = BudgetRow { id, name: name.to_owned(), spent: Money::ZERO, reserved };
        self.connection.prepare_cached("INSERT INTO budget VALUES (?1, ?2, ?3, ?4, ?5)")?.execute((
            row.id,
            &row.name,
            digits(row.spent),
            digits(row.reserved),
            row.sum(),
        ))?;
        self.replace(None, Some(row.sum()));
        Ok(())
    }

    fn change(&mut self, before: &BudgetRow, after: BudgetRow) -> Result<(), Trouble> {
        self.connection
            .prepare_cached("UPDATE budget SET spent = ?2, reserved = ?3, sum = ?4 WHERE id = ?1")?
            .execute((after.id, digits(after.spent), digits(after.reserved), after.sum()))?;
        self.replace(Some(before.sum()), Some(after.sum()));
        Ok(())
    }
}

impl BudgetRow {
    pub(crate) fn of_name(connection: &Connection, name: &str) -> Result<Option<Self>, Trouble> {
        let mut query = connection.prepare_cached("SELECT * FROM budget WHERE name = ?1")?;
        query.query_row([name], Self::of_row).optional()?.transpose()
    }

    pub(crate) fn all(connection: &Connection) -> Result<Vec<Self>, Trouble> {
        let mut query = connection.prepare_cached("SELECT * FROM budget ORDER BY name")?;
        let mut rows = query.query([])?;
        let mut budgets = Vec::new();
        while let Some(row) = rows.next()? {
            budgets.push(Self::of_row(row)??);
        }
        Ok(budgets)
    }

    pub(crate) fn sum(&self) -> Sum {
        let sum = Checksum::of("budget").int(self.id).text(&self.name);
        sum.text(&digits(self.spent)).text(&digits(self.reserved)).sum()
    }

    pub(crate) fn spent(self) -> Spent {
        Spent { name: self.name, spent: self.spent, reserved: self.reserved }
    }

    fn committed(&self) -> Money {
        self.spent + self.reserved
    }

    fn of_row(row: &Row<'_>) -> rusqlite::Result<Result<Self, Trouble>> {
        let amount = |column| parsed(row, column, |text| text.parse::<Money>().ok());
        let budget = Self {
            id: row.get("id")?,
            name: row.get("name")?,
            spent: amount("spent")?,
            reserved: amount("reserved")?,
        };
        if budget.sum() != row.get("sum")? {
            return Ok(Err(Trouble::damaged(format!(
                "the budget {:?} does not match its checksum",
                budget.name
            ))));
        }
        Ok(Ok(budget))
    }
}
