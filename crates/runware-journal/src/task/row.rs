//! How a task is read from its row and written to it.

use runware::types::{Money, RequestHash, TaskUuid};
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

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
}

/// Writes and reads all columns, each named once: those that are in the row as they are here, and the others with how they
/// are written and read.
macro_rules! columns {
    ($($plain:ident)*; $($name:ident: $written:expr, $read:expr;)*) => {
        impl Task {
            /// Runs a statement that takes all columns, and says how many rows it has written.
            fn write(&self, connection: &Connection, statement: &str) -> Result<usize, Trouble> {
                let columns: &[(&str, &dyn ToSql)] = &[
                    $((concat!(":", stringify!($plain)), &self.$plain),)*
                    $((concat!(":", stringify!($name)), &$written(self.$name)),)*
                    (":sum", &self.sum()),
                ];
                Ok(connection.prepare_cached(statement)?.execute(columns)?)
            }

            fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
                Ok(Self {
                    $($plain: row.get(stringify!($plain))?,)*
                    $($name: $read(row, stringify!($name))?,)*
                })
            }
        }
    };
}

columns! {
    id scope task_type model account has_request expected key tags budget is_accepted is_resubmitted owner epoch boot
    since_boot begun_at ended_at words results failures parts parts_sum;

    task_uuid: |id: TaskUuid| id.to_string(), |row, name| parsed(row, name, TaskUuid::parse_echo);
    hash: |hash: RequestHash| hash.to_string(), |row, name| parsed(row, name, |text| text.parse().ok());
    reserved: |amount: Option<Money>| amount.map(digits), money;
    cost: |amount: Option<Money>| amount.map(digits), money;
    stage: Stage::number, stage;
}

fn stage(row: &Row<'_>, name: &str) -> rusqlite::Result<Stage> {
    let number: i64 = row.get(name)?;
    Stage::ALL.into_iter().find(|stage| stage.number() == number).ok_or_else(|| unreadable(row, name))
}
