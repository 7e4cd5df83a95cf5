//! Reading all of a journal, and holding it against what must be in it.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::Counts;
use crate::checksum::Sum;
use crate::kept::{check_request, part_of_row};
use crate::mark::Position;
use crate::meta::Meta;
use crate::schema;
use crate::task::Task;
use crate::trouble::Trouble;
use crate::work::{BudgetRow, DurationsRow, OwnerRow};

/// What was found.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) meta: Meta,
    pub(crate) parts: u64,
    pub(crate) owners: Vec<OwnerRow>,
    pub(crate) budgets: Vec<BudgetRow>,
}

/// Reads everything as it is at one moment, also while others write. Fails unless all of it is what was written, and
/// nothing is missing of what was written up to `least`.
pub(crate) fn verify(connection: &Connection, least: Position) -> Result<Verified, Trouble> {
    let transaction = connection.unchecked_transaction()?;
    let meta = Meta::read(&transaction)?;
    check_position(&meta, least)?;
    schema::check(&transaction)?;
    check_structure(&transaction)?;
    let (counts, total, with_parts) = tasks(&transaction)?;
    if counts != meta.counts {
        return Err(Trouble::damaged("there are more or fewer tasks than were written"));
    }
    let parts = parts(&transaction, with_parts)?;
    let owners = OwnerRow::all(&transaction)?;
    let budgets = BudgetRow::all(&transaction)?;
    let durations = DurationsRow::read(&transaction)?;
    let others = owners.iter().map(OwnerRow::sum).chain(budgets.iter().map(BudgetRow::sum));
    if others.chain(durations.iter().map(DurationsRow::sum)).fold(total, Sum::plus) != meta.total {
        return Err(Trouble::damaged("something is older than what was written last, or is missing"));
    }
    Ok(Verified { meta, parts, owners, budgets })
}

/// Fails if less is there than was written.
pub(crate) fn check_position(meta: &Meta, least: Position) -> Result<(), Trouble> {
    if least.sequence > 0 && meta.name != least.name {
        return Err(Trouble::damaged("its mark is that of another journal"));
    }
    if meta.sequence < least.sequence {
        return Err(Trouble::damaged(format!(
            "it was written {} times, and what is there was written {} times",
            least.sequence, meta.sequence
        )));
    }
    Ok(())
}

fn check_structure(connection: &Connection) -> Result<(), Trouble> {
    let mut query = connection.prepare("PRAGMA integrity_check(1)")?;
    let found: String = query.query_row([], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(Trouble::damaged(found)) }
}

/// How many parts a task has, and the sum of their checksums.
type Parts = (u32, Sum);

/// Reads all tasks with their requests: how many there are in each stage, the sum of their checksums, and which parts they
/// have.
fn tasks(connection: &Connection) -> Result<(Counts, Sum, HashMap<i64, Parts>), Trouble> {
    let mut counts = Counts::default();
    let (mut total, mut requests) = (Sum::default(), 0_u64);
    let mut with_parts = HashMap::new();
    let mut query = connection.prepare(
        "SELECT task.*, request.bytes AS request FROM task LEFT JOIN request ON request.task = task.id
            ORDER BY task.id",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let task = Task::of_row(row)??;
        match row.get_ref("request")?.as_blob_or_null().map_err(|_| request_lost(&task))? {
            Some(bytes) if task.has_request => {
                check_request(&task, bytes)?;
                requests += 1;
            }
            None if !task.has_request => {}
            _ => return Err(request_lost(&task)),
        }
        *counts.of_mut(task.stage) += 1;
        total = total.plus(task.sum());
        if task.parts > 0 {
            with_parts.insert(task.id, (task.parts, task.parts_sum));
        }
    }
    let kept: i64 = connection.query_row("SELECT count(*) FROM request", [], |row| row.get(0))?;
    if u64::try_from(kept) != Ok(requests) {
        return Err(Trouble::damaged("there is a request without a task"));
    }
    Ok((counts, total, with_parts))
}

fn request_lost(task: &Task) -> Trouble {
    Trouble::damaged(format!("the request of task {} is not there as it was written", task.task_uuid))
}

/// Reads all parts, which must be those that the tasks have: how many there are.
fn parts(connection: &Connection, mut expected: HashMap<i64, Parts>) -> Result<u64, Trouble> {
    let wrong = || Trouble::damaged("there are more or fewer results than were written");
    let mut query = connection.prepare("SELECT * FROM part ORDER BY id")?;
    let mut rows = query.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let (task, _, sum) = part_of_row(row)?;
        let (left, total) = expected.get_mut(&task).ok_or_else(wrong)?;
        *left = left.checked_sub(1).ok_or_else(wrong)?;
        *total = total.minus(sum);
        count += 1;
    }
    if expected.values().any(|rest| *rest != (0, Sum::default())) {
        return Err(wrong());
    }
    Ok(count)
}
