//! What is kept beside the row of a task: its request and its parts.

use bytes::Bytes;
use runware::journal::{Part, PartKind};
use runware::types::{RawJson, RequestHash};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::checksum::{Checksum, Sum};
use crate::task::Task;
use crate::trouble::Trouble;

/// The request of a task, if it is kept.
pub(crate) fn request(connection: &Connection, task: &Task) -> Result<Option<Bytes>, Trouble> {
    if !task.has_request {
        return Ok(None);
    }
    let mut query = connection.prepare_cached("SELECT bytes FROM request WHERE task = ?1")?;
    let bytes: Option<Vec<u8>> = query.query_row([task.id], |row| row.get(0)).optional()?;
    let bytes =
        bytes.ok_or_else(|| Trouble::damaged(format!("the request of task {} is gone", task.task_uuid)))?;
    check_request(task, &bytes)?;
    Ok(Some(bytes.into()))
}

pub(crate) fn check_request(task: &Task, bytes: &[u8]) -> Result<(), Trouble> {
    if RequestHash::of(bytes) == task.hash {
        return Ok(());
    }
    Err(Trouble::damaged(format!("the request of task {} does not match its hash", task.task_uuid)))
}

/// The parts of a task that are kept, in order.
pub(crate) fn parts(connection: &Connection, task: &Task) -> Result<Vec<Part>, Trouble> {
    let mut kept = Vec::new();
    if task.parts == 0 {
        return Ok(kept);
    }
    let mut query = connection.prepare_cached("SELECT * FROM part WHERE task = ?1 ORDER BY ordinal")?;
    let mut rows = query.query([task.id])?;
    let mut total = Sum::default();
    while let Some(row) = rows.next()? {
        let (_, part, sum) = part_of_row(row)?;
        total = total.plus(sum);
        kept.push(part);
    }
    if total != task.parts_sum || u32::try_from(kept.len()) != Ok(task.parts) {
        return Err(Trouble::damaged(format!("results of task {} are gone", task.task_uuid)));
    }
    Ok(kept)
}

/// Reads a row of all columns, and holds it against its checksum: whose it is, what it is, and the checksum.
pub(crate) fn part_of_row(row: &Row<'_>) -> Result<(i64, Part, Sum), Trouble> {
    let unreadable = || Trouble::damaged("a result does not match its checksum");
    let task: i64 = row.get("task")?;
    let raw: Vec<u8> = row.get("raw")?;
    let kind = if row.get("is_failure")? { PartKind::Failure } else { PartKind::Result };
    let part = Part {
        ordinal: row.get("ordinal")?,
        index: row.get("place")?,
        kind,
        raw: RawJson::parse(raw).map_err(|_| unreadable())?,
    };
    let sum: Sum = row.get("sum")?;
    if part_sum(task, &part) != sum {
        return Err(unreadable());
    }
    Ok((task, part, sum))
}

/// Adds a part to those of a task. One that is there already stays as it is, and is not added again.
pub(crate) fn add_part(connection: &Connection, task: &mut Task, part: &Part) -> Result<bool, Trouble> {
    let sum = part_sum(task.id, part);
    let added = connection
        .prepare_cached(
            "INSERT INTO part (task, ordinal, place, is_failure, raw, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT (task, ordinal) DO NOTHING",
        )?
        .execute((
            task.id,
            part.ordinal,
            part.index,
            part.kind == PartKind::Failure,
            &**part.raw.as_bytes(),
            sum,
        ))?;
    if added == 0 {
        return Ok(false);
    }
    task.parts += 1;
    task.parts_sum = task.parts_sum.plus(sum);
    match part.kind {
        PartKind::Result => task.results += 1,
        PartKind::Failure => task.failures += 1,
    }
    Ok(true)
}

fn part_sum(task: i64, part: &Part) -> Sum {
    Checksum::of("part")
        .int(task)
        .int(part.ordinal.into())
        .maybe_int(part.index.map(i64::from))
        .int((part.kind == PartKind::Failure).into())
        .bytes(part.raw.as_bytes())
        .sum()
}
