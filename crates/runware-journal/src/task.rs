//! [`Task`]: the row of a task.

use std::time::{Duration, SystemTime};

use runware::journal::{Intent, Record, State, Ticket};
use runware::types::{Money, RequestHash, TaskType, TaskUuid};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::Stage;
use crate::checksum::{Checksum, Sum};
use crate::moment::Moment;
use crate::trouble::Trouble;

/// One task, without its request and its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) id: i64,
    pub(crate) scope: String,
    pub(crate) task_uuid: TaskUuid,
    pub(crate) task_type: String,
    pub(crate) model: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) hash: RequestHash,
    /// Whether the request is kept.
    pub(crate) has_request: bool,
    pub(crate) expected: u32,
    pub(crate) key: Option<String>,
    /// The tags, as a JSON array of pairs.
    pub(crate) tags: String,
    pub(crate) budget: Option<String>,
    /// What is set aside now.
    pub(crate) reserved: Option<Money>,
    pub(crate) cost: Option<Money>,
    pub(crate) stage: Stage,
    pub(crate) is_accepted: bool,
    /// Somebody has decided that it is to be sent again.
    pub(crate) is_resubmitted: bool,
    /// Who looks after it; 0 is nobody.
    pub(crate) owner: i64,
    pub(crate) epoch: i64,
    /// Which start of the machine `since_boot` counts from.
    pub(crate) boot: Option<String>,
    /// When it was begun, in nanoseconds.
    pub(crate) since_boot: i64,
    /// The same by the time of day, in milliseconds.
    pub(crate) begun_at: i64,
    pub(crate) ended_at: Option<i64>,
    /// Why it was refused, or the evidence for a decision.
    pub(crate) words: Option<String>,
    /// How many results have come, whether or not they are still kept.
    pub(crate) results: u32,
    pub(crate) failures: u32,
    /// How many parts are kept.
    pub(crate) parts: u32,
    pub(crate) parts_sum: Sum,
}

impl Task {
    /// A task that is being begun.
    pub(crate) fn new(
        id: i64,
        intent: &Intent,
        owner: i64,
        moment: &Moment,
        keeps_request: bool,
    ) -> Result<Self, Trouble> {
        Ok(Self {
            id,
            scope: intent.scope.clone(),
            task_uuid: intent.task_uuid,
            task_type: intent.task_type.as_str().to_owned(),
            model: intent.model.clone(),
            account: intent.account.clone(),
            hash: intent.hash,
            has_request: keeps_request,
            expected: intent.expected,
            key: intent.key.clone(),
            tags: serde_json::to_string(&intent.tags).map_err(|error| Trouble::damaged(error.to_string()))?,
            budget: None,
            reserved: None,
            cost: None,
            stage: Stage::Open,
            is_accepted: false,
            is_resubmitted: false,
            owner,
            epoch: 1,
            boot: moment.boot.clone(),
            since_boot: moment.since_boot,
            begun_at: moment.time_of_day,
            ended_at: None,
            words: None,
            results: 0,
            failures: 0,
            parts: 0,
            parts_sum: Sum::default(),
        })
    }

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
        connection
            .prepare_cached(
                "INSERT INTO task VALUES (:id, :scope, :task_uuid, :task_type, :model, :account, :hash,
                    :has_request, :expected, :key, :tags, :budget, :reserved, :cost, :stage, :is_accepted,
                    :is_resubmitted, :owner, :epoch, :boot, :since_boot, :begun_at, :ended_at, :words, :results,
                    :failures, :parts, :parts_sum, :sum)",
            )?
            .execute(named_params! {
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
                ":reserved": text(self.reserved),
                ":cost": text(self.cost),
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
            })?;
        Ok(())
    }

    /// Writes what can change: all but the id and what the task asks for.
    pub(crate) fn update(&self, connection: &Connection) -> Result<(), Trouble> {
        let changed = connection
            .prepare_cached(
                "UPDATE task SET account = :account, has_request = :has_request, key = :key, tags = :tags,
                    budget = :budget, reserved = :reserved, cost = :cost, stage = :stage,
                    is_accepted = :is_accepted, is_resubmitted = :is_resubmitted, owner = :owner, epoch = :epoch,
                    boot = :boot, since_boot = :since_boot, begun_at = :begun_at, ended_at = :ended_at,
                    words = :words, results = :results, failures = :failures, parts = :parts,
                    parts_sum = :parts_sum, sum = :sum WHERE id = :id",
            )?
            .execute(named_params! {
                ":id": self.id,
                ":account": self.account,
                ":has_request": self.has_request,
                ":key": self.key,
                ":tags": self.tags,
                ":budget": self.budget,
                ":reserved": text(self.reserved),
                ":cost": text(self.cost),
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
            })?;
        if changed == 1 { Ok(()) } else { Err(Trouble::damaged(format!("task {} is gone", self.task_uuid))) }
    }

    pub(crate) fn sum(&self) -> Sum {
        Checksum::of("task")
            .int(self.id)
            .text(&self.scope)
            .bytes(self.task_uuid.as_uuid().as_bytes())
            .text(&self.task_type)
            .maybe_text(self.model.as_deref())
            .maybe_text(self.account.as_deref())
            .text(&self.hash.to_string())
            .int(self.has_request.into())
            .int(self.expected.into())
            .maybe_text(self.key.as_deref())
            .text(&self.tags)
            .maybe_text(self.budget.as_deref())
            .maybe_text(text(self.reserved).as_deref())
            .maybe_text(text(self.cost).as_deref())
            .int(self.stage.number())
            .int(self.is_accepted.into())
            .int(self.is_resubmitted.into())
            .int(self.owner)
            .int(self.epoch)
            .maybe_text(self.boot.as_deref())
            .int(self.since_boot)
            .int(self.begun_at)
            .maybe_int(self.ended_at)
            .maybe_text(self.words.as_deref())
            .int(self.results.into())
            .int(self.failures.into())
            .int(self.parts.into())
            .bytes(&self.parts_sum.to_bytes())
            .sum()
    }

    pub(crate) fn ticket(&self) -> Ticket {
        Ticket { id: self.id.cast_unsigned(), epoch: self.epoch.cast_unsigned() }
    }

    /// How long ago it was begun, if that was after the machine was last started.
    pub(crate) fn age(&self, moment: &Moment) -> Option<Duration> {
        moment.since(self.boot.as_deref(), self.since_boot)
    }

    /// All of it, for whoever has it now. What is kept beside the row is not in it yet.
    pub(crate) fn record(&self, moment: &Moment) -> Record {
        let words = || self.words.clone().unwrap_or_default();
        Record {
            ticket: self.ticket(),
            task_uuid: self.task_uuid,
            task_type: TaskType::from(self.task_type.as_str()),
            account: self.account.clone(),
            request: None,
            hash: self.hash,
            expected: self.expected,
            age: self.age(moment),
            is_accepted: self.is_accepted,
            state: match self.stage {
                Stage::Settled | Stage::Confirmed => State::Settled,
                Stage::Undecided => State::Undecided { evidence: words() },
                _ if self.is_resubmitted => State::Resubmitted,
                _ => State::Open,
            },
            parts: Vec::new(),
            is_confirmed: self.stage == Stage::Confirmed,
        }
    }

    pub(crate) fn tags(&self) -> Result<Vec<(String, String)>, Trouble> {
        serde_json::from_str(&self.tags).map_err(|error| Trouble::damaged(error.to_string()))
    }

    pub(crate) fn begun_at(&self) -> SystemTime {
        crate::moment::time_of_day(self.begun_at)
    }

    pub(crate) fn ended_at(&self) -> Option<SystemTime> {
        self.ended_at.map(crate::moment::time_of_day)
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

impl Stage {
    /// What stands for it in the tables.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Settled => 1,
            Self::Undecided => 2,
            Self::Confirmed => 3,
            Self::Refused => 4,
            Self::Abandoned => 5,
        }
    }
}

fn text(amount: Option<Money>) -> Option<String> {
    amount.map(digits)
}

/// How an amount is written: in the way in which it is read back, whatever it was computed from.
pub(crate) fn digits(amount: Money) -> String {
    if amount.is_zero() { "0".to_owned() } else { amount.to_string() }
}

fn stage(row: &Row<'_>) -> rusqlite::Result<Stage> {
    let number: i64 = row.get("stage")?;
    Stage::ALL.into_iter().find(|stage| stage.number() == number).ok_or_else(|| unreadable(row, "stage"))
}

fn money(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Money>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|_| unreadable(row, column))).transpose()
}

pub(crate) fn parsed<T>(
    row: &Row<'_>,
    column: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| unreadable(row, column))
}

fn unreadable(row: &Row<'_>, column: &str) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::InvalidColumnType(index, column.to_owned(), Type::Text)
}
