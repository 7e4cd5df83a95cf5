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
    One(Identity),
    /// It answers the call.
    Whole,
}

/// What tells a result that comes twice from a second one. Not every answer gives all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    index: Option<u64>,
    uuid: Option<u64>,
}

/// What waits for an answer about a task, of what was sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Company {
    has_checks: bool,
    has_details: bool,
    has_purchases: bool,
    /// Whether the server was seen to say nothing to a check of what it does not know.
    checks_meet_silence: bool,
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

    /// How far an entry that names the task answers the call; `None` if it answers another one.
    ///
    /// All that is said of a task carries the same id, so that this goes by what can have brought it about:
    ///
    /// * An item says how the task stands, to all but those who ask the archive. An error with a `status` is the
    ///   task's own failure.
    /// * That a task is not to be found answers a question, and no submission: the oldest news of all would end it. That
    ///   its id is known already answers a submission, and no question.
    /// * Any other error may be about a submission or about a question. While both are under way it goes to the question,
    ///   to which it is no verdict: a submission that is told it was refused is not looked for any more.
    /// * What came before a question was sent does not answer it, unless it shows the task.
    pub(super) fn share(self, entry: Entry<'_>, is_sent: bool, company: Company) -> Option<Share> {
        let error = match entry {
            Entry::Item(item) => return self.share_of_item(item, company),
            Entry::Error(error) => error,
        };
        let asked_by = error.task_type().filter(|task_type| task_type.is_query());
        let has_status = error.status().is_some();
        let takes = match self {
            // Only what is offered can be there already.
            Self::Check | Self::Details if error.is_conflict() => false,
            Self::Details => {
                // With a status it is a failed result, which only a status check brings.
                let is_possible = match asked_by {
                    Some(asked_by) => *asked_by == TaskType::GetTaskDetails,
                    None => !has_status,
                };
                let is_other = match is_absence(error) {
                    true => asked_by.is_none() && company.has_checks && !company.checks_meet_silence,
                    false => asked_by.is_none() && company.has_purchases,
                };
                is_possible && is_sent && !is_other
            }
            _ if asked_by == Some(&TaskType::GetTaskDetails) => false,
            Self::Check if is_about_a_lookup(error) => {
                let may_be_details = asked_by.is_none() && !has_status && company.has_details;
                is_sent && !may_be_details
            }
            Self::Check => has_status || is_sent,
            _ if is_about_a_lookup(error) => false,
            _ => has_status || error.is_conflict() || !(company.has_checks || company.has_details),
        };
        match self {
            _ if !takes => None,
            Self::Results { .. } if has_status => {
                self.share_of_one(Identity::new(error.result_index(), None), company)
            }
            // Of one that wants results, it is a verdict on the whole.
            _ => Some(Share::Whole),
        }
    }

    fn share_of_item(self, item: &Item, company: Company) -> Option<Share> {
        match self {
            _ if is_details(item) != (self == Self::Details) => None,
            Self::Check | Self::Details | Self::Submission | Self::Other => Some(Share::Whole),
            Self::Results { .. } => match item.phase() {
                Phase::Succeeded | Phase::Failed => {
                    self.share_of_one(Identity::new(item.result_index(), item.result_uuid()), company)
                }
                // An acknowledgement: the results are to be asked for.
                Phase::Running if item.status().is_none() => Some(Share::Whole),
                Phase::Running => Some(Share::Nothing),
            },
        }
    }

    /// One of several results. A status check shows again what was there before: what cannot be told from that is left
    /// to the check, since counting it twice would end the call before the last result.
    fn share_of_one(self, identity: Identity, company: Company) -> Option<Share> {
        let wants_one = matches!(self, Self::Results { wanted: 1 });
        let may_be_repeated = company.has_checks && identity.is_unknown() && !wants_one;
        (!may_be_repeated).then_some(Share::One(identity))
    }

    /// Whether the server may go on with it although nobody waits.
    pub(super) fn is_purchase(self) -> bool {
        !matches!(self, Self::Check | Self::Details)
    }
}

impl Company {
    pub(super) fn of_a_server(checks_meet_silence: bool) -> Self {
        Self { checks_meet_silence, ..Self::default() }
    }

    /// Whether the archive is asked.
    pub(super) fn has_details(self) -> bool {
        self.has_details
    }

    /// Adds a call that was sent and is not answered.
    pub(super) fn add(&mut self, kind: CallKind) {
        match kind {
            CallKind::Check => self.has_checks = true,
            CallKind::Details => self.has_details = true,
            _ => self.has_purchases = true,
        }
    }
}

impl Identity {
    fn new(index: Option<u32>, uuid: Option<&str>) -> Self {
        Self { index: index.map(|index| hash(&(0, index))), uuid: uuid.map(|uuid| hash(&(1, uuid))) }
    }

    /// What it is known by.
    pub(super) fn marks(self) -> impl Iterator<Item = u64> {
        [self.index, self.uuid].into_iter().flatten()
    }

    fn is_unknown(self) -> bool {
        self.marks().next().is_none()
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

/// Whether the error answers the question how a task stands.
fn is_about_a_lookup(error: &ApiError) -> bool {
    error.task_type() == Some(&TaskType::GetResponse) || is_absence(error)
}

/// Whether the error says that a task could not be found.
pub(super) fn is_absence(error: &ApiError) -> bool {
    matches!(error.code(), "taskNotFound" | "taskFailedOrNotFound" | "taskExpired")
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
