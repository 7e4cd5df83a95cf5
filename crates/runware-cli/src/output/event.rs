//! What a command has to say: one event after the other.

mod fault;
mod keeping;
mod money;

use std::time::Duration;

use runware::types::{ErrorCategory, Finding, Item, Prepared, RawJson, TaskType, TaskUuid, Verdict};
use runware::{DeliveryId, Status, TaskResult};
use serde::{Serialize, Serializer};

pub(crate) use self::fault::{Fault, Parameters};
pub(crate) use self::keeping::{
    Configuration, Decided, Doctor, Findings, JournalReport, Prunable, Pruned, Spending, TaskLine, Total,
    Undecided,
};
pub(crate) use self::money::{Priced, Prices};
use crate::stop::Stop;

/// Something to tell: in words to people, as a line of JSON to programs.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(crate) enum Event {
    /// A task is about to be sent.
    Submitting {
        #[serde(rename = "taskUUID")]
        task_uuid: TaskUuid,
        task_type: TaskType,
        /// For people, who know their tasks by it.
        #[serde(skip)]
        model: Option<String>,
    },
    /// The server has the task.
    Accepted {
        #[serde(rename = "taskUUID")]
        task_uuid: TaskUuid,
        replayed: bool,
        /// Of a command that does not wait: the one that does.
        #[serde(skip_serializing_if = "Option::is_none")]
        resume: Option<String>,
    },
    /// How far the task is, in percent.
    Progress {
        #[serde(rename = "taskUUID")]
        task_uuid: TaskUuid,
        progress: u8,
    },
    /// A piece of a text that is being streamed.
    Delta {
        #[serde(rename = "taskUUID")]
        task_uuid: TaskUuid,
        #[serde(skip_serializing_if = "String::is_empty")]
        text: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        reasoning_content: String,
    },
    /// A result.
    Result {
        #[serde(rename = "taskUUID")]
        task_uuid: TaskUuid,
        index: u32,
        #[serde(serialize_with = "as_it_came")]
        item: Item,
        /// The same whenever this result is delivered again.
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
        delivery_id: Option<DeliveryId>,
        /// It was delivered before, or may have been.
        #[serde(skip_serializing_if = "is_false")]
        redelivered: bool,
    },
    /// A failed result, or the failure of the whole task.
    Failure {
        #[serde(rename = "taskUUID")]
        task_uuid: TaskUuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        index: Option<u32>,
        error: Fault,
    },
    /// The end of a task, as far as this command is concerned.
    Settled {
        #[serde(rename = "taskUUID")]
        task_uuid: TaskUuid,
        #[serde(serialize_with = "in_a_word")]
        status: Status,
        results: usize,
        failures: usize,
        polls: u32,
        #[serde(rename = "elapsedMs", serialize_with = "in_milliseconds")]
        elapsed: Duration,
        /// False if the journal could not keep a result.
        #[serde(skip_serializing_if = "is_true")]
        durable: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        resume: Option<String>,
    },
    /// What the archive has of a task.
    Details {
        #[serde(rename = "taskUUID")]
        task_uuid: TaskUuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        request: Option<RawJson>,
        #[serde(skip_serializing_if = "Option::is_none")]
        response: Option<RawJson>,
    },
    /// Something that is wrong with a task, or may be.
    Finding(Finding),
    /// What all findings come to.
    Checked(Checked),
    /// A task in the journal.
    Task(Box<TaskLine>),
    /// What the tasks of a list come to.
    Total(Total),
    /// What was decided about a task.
    Decided(Decided),
    /// What was removed from the journal.
    Pruned(Pruned),
    /// How the journal is, and what the configuration comes to.
    Doctor(Box<Doctor>),
    /// What a task would cost.
    Priced(Priced),
    /// What stopped the command.
    Error {
        #[serde(rename = "taskUUID", skip_serializing_if = "Option::is_none")]
        task_uuid: Option<TaskUuid>,
        #[serde(serialize_with = "by_name")]
        category: ErrorCategory,
        message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        resume: Option<String>,
    },
    /// The last word of every command that waits.
    Summary(Summary),
}

/// What became of all tasks together, and what it took.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    pub(crate) tasks: usize,
    pub(crate) succeeded: usize,
    pub(crate) partial: usize,
    pub(crate) failed: usize,
    pub(crate) running: usize,
    pub(crate) unknown: usize,
    /// Of a command that takes up what is open: how many other tasks are in the care of running processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) held: Option<usize>,
    /// Of such a command: how many other tasks are for other servers, and left as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) elsewhere: Option<usize>,
    pub(crate) requests: u64,
    pub(crate) status_checks: u64,
    #[serde(rename = "elapsedMs", serialize_with = "in_milliseconds")]
    pub(crate) elapsed: Duration,
    /// What tasks would cost that were only priced, and are none of those above.
    #[serde(flatten)]
    pub(crate) prices: Option<Prices>,
}

/// How many tasks were looked at, and how many findings of each severity there are.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Checked {
    pub(crate) tasks: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) unknown: usize,
    /// Findings beyond those that are told: a thousand of each severity are.
    pub(crate) omitted: usize,
    pub(crate) verdict: Verdict,
}

impl Event {
    /// The name that programs know it by.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Submitting { .. } => "submitting",
            Self::Accepted { .. } => "accepted",
            Self::Progress { .. } => "progress",
            Self::Delta { .. } => "delta",
            Self::Result { .. } => "result",
            Self::Failure { .. } => "failure",
            Self::Settled { .. } => "settled",
            Self::Details { .. } => "details",
            Self::Finding(_) => "finding",
            Self::Checked(_) => "checked",
            Self::Task(_) => "task",
            Self::Total(_) => "total",
            Self::Decided(_) => "decided",
            Self::Pruned(_) => "pruned",
            Self::Doctor(_) => "doctor",
            Self::Priced(_) => "priced",
            Self::Error { .. } => "error",
            Self::Summary(_) => "summary",
        }
    }

    /// A task with its id and bytes.
    pub(crate) fn of_prepared(task: &Prepared) -> Self {
        Self::Submitting {
            task_uuid: task.uuid(),
            task_type: task.task_type().clone(),
            model: task.model().map(ToOwned::to_owned),
        }
    }

    /// A result that is handed over.
    pub(crate) fn of_result(task_uuid: TaskUuid, result: &TaskResult) -> Self {
        Self::Result {
            task_uuid,
            index: result.index(),
            item: result.item().clone(),
            delivery_id: result.delivery_id(),
            redelivered: result.is_redelivered(),
        }
    }

    /// What stopped the command before it had tasks.
    pub(crate) fn of_stop(stop: &Stop) -> Self {
        Self::Error {
            task_uuid: stop.task_uuid(),
            category: stop.category(),
            message: stop.message().to_owned(),
            resume: stop.resume().map(ToOwned::to_owned),
        }
    }
}

impl Summary {
    /// Counts a task.
    pub(crate) fn count(&mut self, status: Status) {
        self.tasks += 1;
        *match status {
            Status::Succeeded => &mut self.succeeded,
            Status::Partial => &mut self.partial,
            Status::Failed => &mut self.failed,
            Status::StillRunning => &mut self.running,
            _ => &mut self.unknown,
        } += 1;
    }
}

fn as_it_came<S: Serializer>(item: &Item, serializer: S) -> Result<S::Ok, S::Error> {
    item.raw().serialize(serializer)
}

fn as_text<S: Serializer>(id: &Option<DeliveryId>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.collect_str(id),
        None => serializer.serialize_none(),
    }
}

fn is_true(value: &bool) -> bool {
    *value
}

fn is_false(value: &bool) -> bool {
    !*value
}

fn in_a_word<S: Serializer>(status: &Status, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(status.as_str())
}

fn by_name<S: Serializer>(category: &ErrorCategory, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(category.as_str())
}

fn in_milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
