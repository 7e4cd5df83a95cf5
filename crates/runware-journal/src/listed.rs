//! What a journal shows of its tasks.

use std::time::SystemTime;

use bytes::Bytes;
use runware::journal::Part;
use runware::types::{Money, RequestHash, TaskType, TaskUuid};

use crate::Stage;

/// Which tasks are to be [listed](crate::SqliteJournal::list); by default all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub(crate) scope: Option<String>,
    pub(crate) task_uuid: Option<TaskUuid>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) key: Option<String>,
    pub(crate) limit: Option<usize>,
}

impl Filter {
    /// All tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those of one service.
    #[must_use]
    pub fn scope(self, scope: impl Into<String>) -> Self {
        Self { scope: Some(scope.into()), ..self }
    }

    /// Only those with this id.
    #[must_use]
    pub fn task_uuid(self, task_uuid: TaskUuid) -> Self {
        Self { task_uuid: Some(task_uuid), ..self }
    }

    /// Only those in one of these stages.
    #[must_use]
    pub fn stages(self, stages: impl IntoIterator<Item = Stage>) -> Self {
        Self { stages: stages.into_iter().collect(), ..self }
    }

    /// Only those with this tag. Of several all must be there.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((name.into(), value.into()));
        self
    }

    /// Only those to which the caller gave this key.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// So many at most: those that were begun last.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }
}

/// One task in a journal, without its request and its results.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// The service that it is for.
    pub scope: String,
    /// Its id.
    pub task_uuid: TaskUuid,
    /// What kind of task it is.
    pub task_type: TaskType,
    /// Its model, where it names one.
    pub model: Option<String>,
    /// How far it has come.
    pub stage: Stage,
    /// True if the server was known to have it.
    pub is_accepted: bool,
    /// How many results have come.
    pub results: u32,
    /// How many results have failed.
    pub failures: u32,
    /// How many results were asked for.
    pub expected: u32,
    /// What the server says that it cost, where it says so.
    pub cost: Option<Money>,
    /// What is set aside for it in a budget.
    pub reserved: Option<Money>,
    /// The budget that it counts in.
    pub budget: Option<String>,
    /// The caller's own name for it.
    pub key: Option<String>,
    /// The caller's own notes about it.
    pub tags: Vec<(String, String)>,
    /// Tells the keys of different accounts apart.
    pub account: Option<String>,
    /// When it was begun, or begun again, by the time of day. To be shown, not to be computed with.
    pub begun_at: SystemTime,
    /// When it was settled, refused or given up, by the time of day.
    pub ended_at: Option<SystemTime>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// What was asked and what the server said, if somebody has to decide or has decided.
    pub evidence: Option<String>,
    /// True if a process looks after it now.
    pub owner_alive: bool,
}

/// What a journal keeps of one task: its request and its results.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// The service that it is for.
    pub scope: String,
    /// Its id.
    pub task_uuid: TaskUuid,
    /// How far it has come.
    pub stage: Stage,
    /// The exact bytes that every attempt sends; `None` if they are not kept, or no longer.
    pub request: Option<Bytes>,
    /// The hash of these bytes.
    pub hash: RequestHash,
    /// What has ended of it, in the order of the ordinals; empty if that is no longer kept.
    pub parts: Vec<Part>,
}
