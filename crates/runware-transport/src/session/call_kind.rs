//! What a call asks for, and which entries of a frame answer it.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use runware_types::{ApiError, DeliveryMethod, Item, Phase, RawJson, TaskType, TaskUuid};

/// What a call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallKind {
    /// How a task stands: `getResponse`.
    Check,
    /// What is in the archive of a task: `getTaskDetails`.
    Details,
    /// That a task be accepted; its results are asked for later.
    Submission,
    /// So many results.
    Results {
        /// How many, at least 1.
        wanted: u32,
    },
    /// Something that one entry says all about.
    Other,
}

/// How far an entry answers a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// It says something, but nothing that counts.
    Nothing,
    /// It is one of several results, with the identity it has, if it has one.
    One(Option<u64>),
    /// It answers the call.
    Whole,
}

/// One entry of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry<'a> {
    Item(&'a Item),
    Error(&'a ApiError),
}

impl CallKind {
    /// What a task asks for. A text that is no task counts as something that any entry answers.
    pub(super) fn of(task: &Bytes) -> Self {
        let Ok(task) = RawJson::parse(task.clone()) else { return Self::Other };
        let task_type = task.field("taskType").and_then(|value| value.decode::<TaskType>().ok());
        let delivery =
            || task.field("deliveryMethod").and_then(|value| value.decode::<DeliveryMethod>().ok());
        match task_type {
            Some(TaskType::GetResponse) => Self::Check,
            Some(TaskType::GetTaskDetails) => Self::Details,
            task_type => match delivery() {
                Some(DeliveryMethod::Async) => Self::Submission,
                None if !task_type.as_ref().is_some_and(TaskType::is_generation) => Self::Other,
                _ => Self::Results { wanted: wanted(&task, task_type.as_ref()) },
            },
        }
    }

    /// How far an entry that names the task answers the call; `None` if it answers a call of another kind.
    ///
    /// All that is said of a task carries the same id. What only one kind of call can have brought about must not end
    /// another: the failure to find a task, coming late, is no verdict on its submission.
    pub(super) fn share(self, entry: Entry<'_>) -> Option<Share> {
        match (self, entry) {
            // Only what is offered can be there already.
            (Self::Check | Self::Details, Entry::Error(error)) if error.is_conflict() => None,
            (Self::Details, entry) => entry.may_be_details().then_some(Share::Whole),
            (_, Entry::Item(item)) if is_details(item) => None,
            (_, Entry::Error(error)) if error.task_type() == Some(&TaskType::GetTaskDetails) => None,
            (Self::Check, _) => Some(Share::Whole),
            (_, Entry::Error(error)) if is_about_a_lookup(error) => None,
            (Self::Submission | Self::Other, _) => Some(Share::Whole),
            (Self::Results { .. }, Entry::Item(item)) => Some(match item.phase() {
                Phase::Succeeded | Phase::Failed => {
                    Share::One(identity(item.result_index(), item.result_uuid()))
                }
                // An acknowledgement: the results are to be asked for.
                Phase::Running if item.status().is_none() => Share::Whole,
                Phase::Running => Share::Nothing,
            }),
            (Self::Results { .. }, Entry::Error(error)) => Some(match error.status() {
                Some(_) => Share::One(identity(error.result_index(), None)),
                // A verdict on the task as a whole.
                None => Share::Whole,
            }),
        }
    }
}

impl Entry<'_> {
    /// The task that the entry is about.
    pub(super) fn task_uuid(&self) -> Option<TaskUuid> {
        match self {
            Self::Item(item) => item.task_uuid(),
            Self::Error(error) => error.task_uuid(),
        }
    }

    fn may_be_details(&self) -> bool {
        match self {
            Self::Item(item) => is_details(item),
            Self::Error(error) => match error.task_type() {
                Some(task_type) => *task_type == TaskType::GetTaskDetails,
                // With a status it is a failed result, which only a status check brings.
                None => error.status().is_none(),
            },
        }
    }
}

/// How many results a task asks for.
fn wanted(task: &RawJson, task_type: Option<&TaskType>) -> u32 {
    let key = match task_type {
        Some(TaskType::PromptEnhance) => "promptVersions",
        _ => "numberResults",
    };
    let number = task.field(key).and_then(|value| value.decode().ok());
    number.unwrap_or(1).max(1)
}

fn is_details(item: &Item) -> bool {
    item.task_type() == Some(&TaskType::GetTaskDetails)
}

/// Whether the error says that a task could not be found, which answers no submission.
fn is_about_a_lookup(error: &ApiError) -> bool {
    error.task_type() == Some(&TaskType::GetResponse)
        || matches!(error.code(), "taskNotFound" | "taskFailedOrNotFound" | "taskExpired")
}

/// Tells a result that comes twice from a second one.
fn identity(index: Option<u32>, uuid: Option<&str>) -> Option<u64> {
    if index.is_none() && uuid.is_none() {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    (index, if index.is_none() { uuid } else { None }).hash(&mut hasher);
    Some(hasher.finish())
}
