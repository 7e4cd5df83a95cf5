//! How a task is read from its row and written to it.

use runware::types::TaskUuid;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::Task;
use crate::Stage;
use crate::checksum::Sum;
use crate::columns::{digits, money, parsed, unreadable};
use crate::trouble::Trouble;

const INSERT: &str = "INSERT INTO task VALUES (:id, :scope, :task_uuid, :task_type, :model, :account, :hash,
    :has_request, :expected, :key, :tags, :budget, :reserved, :cost, :stage, :is_accepted, :is_resubmitted, :owner,
    :epoch, :boot, :since_boot, :begun_at, :ended_at, :words, :results, :failures, :parts, :parts_sum, :sum)";

/// Writes what can change. The id and what the task asks for cannot: they have to be what they were.
const UPDATE: &str = "UPDATE task SET account = :account, has_request = :has_request, key = :key, tags = :tags,
    budget = :budget, reserved = :reserved, cost = :cost, stage = :stage, is_accepted = :is_accepted,
    is_resubmitted = :is_resubmitted, owner = :owner, epoch = :epoch, boot = :boot, since_boot = :since_boot,
    begun_at = :begun_at, ended_at = :ended_at, words = :words, results = :results, failures = :failures,
    parts = :parts, parts_sum = :parts_sum, sum = :sum
    WHERE id = :id AND scope = :scope AND task_uuid = :task_uuid AND task_type = :task_type AND model IS :model
    AND hash = :hash AND expected = :expected";

impl Task {
    /// The row of this number.
    pub(crate) fn of_id(connection: &Connection, id: i64) -> Result<Option<Self>, Trouble> {
        let mut query = connection.prepare_cached("SELECT * FROM task WHERE id = ?1")?;
        query.query_row([id], Self::of_row).optional()?.transpose()
    }

    /// The row of this id under this scope.
    pub(crate) fn of_uuid(
        connection: &Connection,
        scope: &str,
        task_uuid: TaskUuid,
    ) -> Result<Option<Self>, Trouble> {
        let mut query =
            connection.prepare_cached("SELECT * FROM task WHERE task_uuid = ?1 AND scope = ?2")?;
        query.query_row((task_uuid.to_string(), scope), Self::of_row).optional()?.transpose()
    }

    /// Reads a row of all columns, and holds it against its checksum.
    pub(crate) fn of_row(row: &Row<'_>) -> rusqlite::Result<Result<Self, Trouble>> {
        let task = Self::read(row)?;
        let sum: Sum = row.get("sum")?;
        if task.sum() != sum {
            return Ok(Err(Trouble::damaged(format!("task {} does not match its checksum", task.task_uuid))));
        }
        Ok(Ok(task))
    }

    pub(crate) fn insert(&self, connection: &Connection) -> Result<(), Trouble> {
        self.write(connection, INSERT)?;
        Ok(())
    }

    pub(crate) fn update(&self, connection: &Connection) -> Result<(), Trouble> {
        let changed = self.write(connection, UPDATE)?;
        if changed == 1 { Ok(()) } else { Err(Trouble::damaged(format!("task {} is gone", self.task_uuid))) }
    }

    /// Runs a statement that takes all columns, and says how many rows it has written.
    fn write(&self, connection: &Connection, statement: &str) -> Result<usize, Trouble> {
        let columns = named_params! {
            ":id": self.id,
            ":scope": self.scope,
            ":task_uuid": self.task_uuid.to_string(),
            ":task_type": self.task_type,
            ":model": self.model,
            ":account": self.account,
            ":hash": self.hash.to_string(),
            ":has_request": self.has_request,
            ":expected": self.expected,
            ":key": self.key,
            ":tags": self.tags,
            ":budget": self.budget,
            ":reserved": self.reserved.map(digits),
            ":cost": self.cost.map(digits),
            ":stage": self.stage.number(),
            ":is_accepted": self.is_accepted,
            ":is_resubmitted": self.is_resubmitted,
            ":owner": self.owner,
            ":epoch": self.epoch,
            ":boot": self.boot,
            ":since_boot": self.since_boot,
            ":begun_at": self.begun_at,
            ":ended_at": self.ended_at,
            ":words": self.words,
            ":results": self.results,
            ":failures": self.failures,
            ":parts": self.parts,
            ":parts_sum": self.parts_sum,
            ":sum": self.sum(),
        };
        Ok(connection.prepare_cached(statement)?.execute(columns)?)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            scope: row.get("scope")?,
            task_uuid: parsed(row, "task_uuid", TaskUuid::parse_echo)?,
            task_type: row.get("task_type")?,
            model: row.get("model")?,
            account: row.get("account")?,
            hash: parsed(row, "hash", |text| text.parse().ok())?,
            has_request: row.get("has_request")?,
            expected: row.get("expected")?,
            key: row.get("key")?,
            tags: row.get("tags")?,
            budget: row.get("budget")?,
            reserved: money(row, "reserved")?,
            cost: money(row, "cost")?,
            stage: stage(row)?,
            is_accepted: row.get("is_accepted")?,
            is_resubmitted: row.get("is_resubmitted")?,
            owner: row.get("owner")?,
            epoch: row.get("epoch")?,
            boot: row.get("boot")?,
            since_boot: row.get("since_boot")?,
            begun_at: row.get("begun_at")?,
            ended_at: row.get("ended_at")?,
            words: row.get("words")?,
            results: row.get("results")?,
            failures: row.get("failures")?,
            parts: row.get("parts")?,
            parts_sum: row.get("parts_sum")?,
        })
    }
}

fn stage(row: &Row<'_>) -> rusqlite::Result<Stage> {
    let number: i64 = row.get("stage")?;
    Stage::ALL.into_iter().find(|stage| stage.number() == number).ok_or_else(|| unreadable(row, "stage"))
}
