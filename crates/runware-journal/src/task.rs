//! [`Task`]: what a journal knows of a task.

mod row;

use std::time::{Duration, SystemTime};

use runware::journal::{Intent, Record, State, Ticket};
use runware::types::{Money, RequestHash, TaskType, TaskUuid};

use crate::Stage;
use crate::checksum::{Checksum, Sum};
use crate::columns::digits;
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
            .maybe_text(self.reserved.map(digits).as_deref())
            .maybe_text(self.cost.map(digits).as_deref())
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
            is_counted: self.budget.is_some(),
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
}
