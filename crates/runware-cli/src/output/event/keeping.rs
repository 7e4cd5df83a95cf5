//! What is told of the journal, of money, and of the configuration.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use runware::types::{Money, TaskType, TaskUuid};
use serde::{Serialize, Serializer};

/// A task as the journal has it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskLine {
    /// `open`, `settled` (and not yet delivered), `confirmed`, `refused`, `undecided` or `abandoned`.
    pub(crate) state: &'static str,
    #[serde(rename = "taskUUID")]
    pub(crate) task_uuid: TaskUuid,
    pub(crate) task_type: TaskType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    pub(crate) results: u32,
    pub(crate) failures: u32,
    pub(crate) expected: u32,
    /// What the server says that it cost; `null` where that is not known.
    pub(crate) cost: Option<Money>,
    /// What is set aside for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reserved: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, String>,
    /// Host and port of the server that it is meant for.
    pub(crate) service: String,
    /// The server is known to have it.
    pub(crate) accepted: bool,
    /// Another process looks after it.
    pub(crate) held: bool,
    #[serde(serialize_with = "as_date")]
    pub(crate) begun_at: SystemTime,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_date_if_there")]
    pub(crate) ended_at: Option<SystemTime>,
    #[serde(rename = "ageMs", serialize_with = "super::in_milliseconds")]
    pub(crate) age: Duration,
    /// Why it was refused, or why nobody can tell what became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

impl TaskLine {
    /// True if it may have cost something and nobody knows what: of one that was refused, nothing was bought.
    pub(crate) fn is_cost_unknown(&self) -> bool {
        self.cost.is_none() && self.state != "refused"
    }
}

/// What several tasks come to.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Total {
    pub(crate) tasks: usize,
    /// The sum of what is known; `null` where nothing is.
    pub(crate) cost: Option<Money>,
    /// How many tasks may have cost something and nobody knows what.
    pub(crate) cost_unknown: usize,
}

/// What was decided about a task.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Decided {
    #[serde(rename = "taskUUID")]
    pub(crate) task_uuid: TaskUuid,
    pub(crate) decision: &'static str,
    pub(crate) service: String,
    /// For people: the command that sends it again, if the journal has what to send.
    #[serde(skip)]
    pub(crate) collect: Option<String>,
}

/// What was removed from the journal.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pruned {
    /// Of how many tasks something is gone.
    pub(crate) tasks: u64,
    /// How many of them are forgotten altogether.
    pub(crate) forgotten: u64,
    pub(crate) requests: u64,
    pub(crate) parts: u64,
}

/// How the journal is, and what the configuration comes to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Doctor {
    pub(crate) healthy: bool,
    pub(crate) version: &'static str,
    pub(crate) configuration: Configuration,
    pub(crate) journal: JournalReport,
}

/// What the flags and the environment come to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Configuration {
    pub(crate) service: String,
    pub(crate) transport: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http_base_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ws_base_url: Option<String>,
    /// Whether there is an API key. It is not shown, nor any part of it.
    pub(crate) has_key: bool,
    /// What the key was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_from: Option<String>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_problem: Option<String>,
    #[serde(serialize_with = "super::in_milliseconds", rename = "deadlineMs")]
    pub(crate) deadline: Duration,
}

/// How a journal is.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JournalReport {
    /// `healthy`, `absent` (the first task makes it), `off`, `damaged` or `unusable`.
    pub(crate) state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// `--journal`, `RUNWARE_JOURNAL` or `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path_from: Option<&'static str>,
    /// Whether new requests are kept as their hashes only.
    pub(crate) redacts: bool,
    /// What asks for that: `--journal-redact` or `RUNWARE_JOURNAL_REDACT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redacts_from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) findings: Option<Findings>,
}

/// What was found in a journal that can be read.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Findings {
    pub(crate) bytes: u64,
    pub(crate) schema: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) permissions: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_system: Option<String>,
    /// How many processes have it open, this one not counted.
    pub(crate) owners: usize,
    /// How many tasks are in each state.
    pub(crate) tasks: BTreeMap<&'static str, u64>,
    /// What is at work.
    pub(crate) open: Vec<TaskUuid>,
    /// What is paid for and was never seen to be delivered.
    pub(crate) undelivered: Vec<TaskUuid>,
    /// Those of them, and of the undecided, that running processes look after.
    pub(crate) held: Vec<TaskUuid>,
    /// How many of them no process looks after that are for another server than the configured one, by service.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) elsewhere: BTreeMap<String, usize>,
    /// What somebody has to decide about.
    pub(crate) undecided: Vec<Undecided>,
    pub(crate) budgets: Vec<Spending>,
    /// What could go, where it is old or there is much of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prunable: Option<Prunable>,
    /// For people: the command that finishes and delivers what is open.
    #[serde(skip)]
    pub(crate) collect: String,
}

/// A task that somebody has to decide about, and how.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Undecided {
    #[serde(rename = "taskUUID")]
    pub(crate) task_uuid: TaskUuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    pub(crate) resubmit: String,
    pub(crate) abandon: String,
}

/// What could be let go of, and how.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Prunable {
    pub(crate) tasks: u64,
    pub(crate) requests: u64,
    pub(crate) parts: u64,
    /// How long ago these tasks have ended, at least.
    #[serde(serialize_with = "super::in_milliseconds", rename = "olderThanMs")]
    pub(crate) older_than: Duration,
    pub(crate) command: String,
}

/// What was spent of a budget.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spending {
    pub(crate) name: String,
    /// What the server says that its tasks cost; `null` where it says nothing of any.
    pub(crate) spent: Option<Money>,
    pub(crate) reserved: Money,
    /// How many of its tasks have ended without a known cost; what is set aside for them stays so.
    pub(crate) cost_unknown: usize,
}

fn as_date<S: Serializer>(date: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&humantime::format_rfc3339_millis(*date))
}

fn as_date_if_there<S: Serializer>(date: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => as_date(date, serializer),
        None => serializer.serialize_none(),
    }
}
