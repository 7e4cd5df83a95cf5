//! What the replies of one exchange say about each task that it was about: pure.
//!
//! The body decides, the HTTP status only fills the gaps: a 400 may carry an acceptance
//! (`conflictTaskUUID`), and a 200 carries failed generations (docs/wire.md, "Replies").

use std::collections::HashMap;

use runware_poll::{Collector, Entry, Verdict};
use runware_transport::{Delivery, TransportError};
use runware_types::{ApiError, ErrorCategory, Item, Phase, RawJson, TaskDetails, TaskType, TaskUuid};
use serde_json::{Map, Value};

use crate::error::Cause;
use crate::exchange::Exchange;
use crate::{TaskFailure, TaskResult};

/// What is kept of one result or failure while replies are folded.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    Item(Item),
    Error(ApiError),
}

/// Compares what was produced: one answer may have a result's index and another may not.
impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Item(a), Self::Item(b)) => is_same_but_for_index(a.raw(), b.raw()),
            (Self::Error(a), Self::Error(b)) => is_same_but_for_index(a.raw(), b.raw()),
            _ => false,
        }
    }
}

impl Payload {
    pub(crate) fn result(&self, index: u32) -> Option<TaskResult> {
        match self {
            Self::Item(item) => Some(TaskResult { index, item: item.clone() }),
            Self::Error(_) => None,
        }
    }

    pub(crate) fn failure(&self, index: Option<u32>) -> Option<TaskFailure> {
        let error = match self {
            Self::Item(item) => item.failure()?,
            Self::Error(error) => error.clone(),
        };
        Some(TaskFailure { index, error })
    }
}

/// What the server says to one task that was offered to it.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It has the task, and perhaps results already.
    Accepted { replayed: bool, snapshot: Snapshot },
    /// It answered well, without naming the task.
    Weak,
    /// It did not take the task now, but may later.
    Refused(Cause),
    /// No byte of the task reached it.
    NotSent(Cause),
    /// It may or may not have the task.
    Doubtful(Cause),
    /// It will not take the task.
    Rejected { error: Option<ApiError>, status: u16 },
    /// It took the task, and all of it failed at once.
    Failed(Snapshot),
    /// It refuses the request as a whole: ask again with fewer tasks in it.
    TooMany,
}

/// What the server says of one task that was asked about.
#[derive(Debug)]
pub(crate) enum Sighting {
    /// The task's present state.
    Seen(Snapshot),
    /// Nothing of it is to be seen.
    Unseen,
    /// The check itself failed; this says nothing about the task.
    Fault(Cause),
    /// The check was refused for good.
    Refused(Cause),
    /// The server refuses the request as a whole: ask again with fewer tasks in it.
    TooMany,
}

/// What the archive says of one task.
#[derive(Debug)]
pub(crate) enum ArchiveAnswer {
    Found(TaskDetails),
    /// It says that it has no such task.
    Absent,
    /// It answers without a word about the task.
    Silent,
    /// It refuses the request as a whole: ask again about fewer tasks.
    TooMany,
    /// The question itself failed; this says nothing about the task.
    Fault(Cause),
    /// The question was refused for good.
    Refused(Cause),
}

/// One task's items and errors in a reply, in the server's order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) entries: Vec<Entry<Payload>>,
    /// The highest progress that a running item reports.
    pub(crate) progress: Option<u8>,
    /// Errors that may be a passing trouble of the server or a verdict; only repetition tells.
    pub(crate) suspects: Vec<Entry<Payload>>,
}

/// Codes that say that the task cannot be seen, which right after a submission means nothing yet.
const TASK_ABSENT: [&str; 3] = ["taskNotFound", "taskFailedOrNotFound", "taskExpired"];

const RESULT_INDEX: &str = "resultIndex";

/// Sorts the replies to a submission by task.
pub(crate) fn read_submission(exchange: &Exchange, asked: &[TaskUuid]) -> HashMap<TaskUuid, Answer> {
    let sorted = Sorted::of(exchange, asked);
    asked.iter().map(|uuid| (*uuid, sorted.answer(uuid, asked.len()))).collect()
}

/// Sorts the replies to a status check by task.
pub(crate) fn read_status(exchange: &Exchange, asked: &[TaskUuid]) -> HashMap<TaskUuid, Sighting> {
    let sorted = Sorted::of(exchange, asked);
    asked.iter().map(|uuid| (*uuid, sorted.sighting(uuid, asked.len()))).collect()
}

/// Sorts the replies to a question to the archive by task.
pub(crate) fn read_details(exchange: &Exchange, asked: &[TaskUuid]) -> HashMap<TaskUuid, ArchiveAnswer> {
    let sorted = Sorted::of(exchange, asked);
    asked.iter().map(|uuid| (*uuid, sorted.archive_answer(uuid, asked.len()))).collect()
}

/// The results and failures of a fold, in order.
pub(crate) fn collected(collector: &Collector<Payload>) -> (Vec<TaskResult>, Vec<TaskFailure>) {
    let results = (0..).zip(collector.results());
    let results =
        results.filter_map(|(position, entry)| entry.payload.result(entry.index.unwrap_or(position)));
    let failures = collector.failures().into_iter().filter_map(|entry| entry.payload.failure(entry.index));
    (results.collect(), failures.collect())
}

/// Reads the archived outcome of a task, which has the shape of any reply.
///
/// The archive keeps the last answer to an id. Where that is the refusal of a repetition, or a trouble of the
/// server, it says nothing about the task. Entries without an id count only if the task was alone in its
/// request.
pub(crate) fn read_archive(details: &TaskDetails, uuid: TaskUuid) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let Ok(envelope) = details.envelope() else { return snapshot };
    let was_alone = details.tasks().is_ok_and(|tasks| tasks.len() <= 1);
    let is_its = |named: Option<TaskUuid>| named.map_or(was_alone, |named| named == uuid);
    envelope.items.iter().filter(|item| is_its(item.task_uuid())).for_each(|item| snapshot.add_item(item));
    let is_passing = |error: &ApiError| {
        let passing = [ErrorCategory::RateLimit, ErrorCategory::ServerError, ErrorCategory::Connection];
        error.status().is_none() && passing.contains(&error.category())
    };
    let errors = envelope.errors.iter().filter(|error| is_its(error.task_uuid()));
    snapshot.add_failures(errors.filter(|error| !error.is_conflict() && !is_passing(error)));
    snapshot
}

/// The replies of an exchange, sorted by the task that they name.
struct Sorted<'a> {
    items: HashMap<TaskUuid, Vec<&'a Item>>,
    errors: HashMap<TaskUuid, Vec<&'a ApiError>>,
    /// The first error that names no task that was asked about.
    general: Option<&'a ApiError>,
    status: u16,
    retry_after: Option<std::time::Duration>,
    fault: Option<&'a TransportError>,
}

impl<'a> Sorted<'a> {
    fn of(exchange: &'a Exchange, asked: &[TaskUuid]) -> Self {
        let mut sorted = Self {
            items: HashMap::new(),
            errors: HashMap::new(),
            general: None,
            status: 200,
            retry_after: None,
            fault: exchange.fault.as_ref(),
        };
        // With one task in the request, what names no task can only be about that one.
        let only = match asked {
            [only] => Some(*only),
            _ => None,
        };
        for reply in &exchange.replies {
            sorted.status = reply.status;
            sorted.retry_after = sorted.retry_after.max(reply.retry_after);
            for item in &reply.envelope.items {
                // An answer to the authentication element may stand among the results; it is no task's.
                let control = matches!(item.task_type(), Some(TaskType::Authentication | TaskType::Ping));
                let unnamed = item.task_uuid_text().is_none() && !control;
                if let Some(uuid) = item.task_uuid().or(only.filter(|_| unnamed)) {
                    sorted.items.entry(uuid).or_default().push(item);
                }
            }
            for error in &reply.envelope.errors {
                match error.task_uuid() {
                    Some(uuid) => sorted.errors.entry(uuid).or_default().push(error),
                    None => sorted.general = sorted.general.or(Some(error)),
                }
            }
        }
        sorted
    }

    fn answer(&self, uuid: &TaskUuid, asked: usize) -> Answer {
        let items = self.items.get(uuid).map_or(&[][..], Vec::as_slice);
        let errors = self.errors.get(uuid).map_or(&[][..], Vec::as_slice);
        if !items.is_empty() {
            let mut snapshot = Snapshot::default();
            items.iter().for_each(|item| snapshot.add_item(item));
            snapshot.add_failures(errors.iter().copied().filter(|error| !error.is_conflict()));
            return Answer::Accepted { replayed: false, snapshot };
        }
        match errors {
            [] => self.answer_by_default(asked),
            [error, ..] => self.answer_by_errors(error, errors),
        }
    }

    /// What an error says of a submission; `all` are the errors about it, this one the first.
    fn answer_by_errors(&self, error: &ApiError, all: &[&ApiError]) -> Answer {
        if error.is_conflict() {
            return Answer::Accepted { replayed: true, snapshot: Snapshot::default() };
        }
        if error.status().is_some_and(|status| status.phase() == Phase::Failed) {
            return Answer::Failed(Snapshot::failures(all));
        }
        match error.category_with_status(self.status) {
            ErrorCategory::Validation
            | ErrorCategory::Auth
            | ErrorCategory::Quota
            | ErrorCategory::NotFound
            | ErrorCategory::Aborted => Answer::Rejected { error: Some(error.clone()), status: self.status },
            ErrorCategory::Safety => Answer::Failed(Snapshot::failures(all)),
            ErrorCategory::RateLimit => Answer::Refused(self.cause(Some(error))),
            _ if matches!(self.status, 429 | 503) || error.code() == "noAvailableServer" => {
                Answer::Refused(self.cause(Some(error)))
            }
            ErrorCategory::ServerError | ErrorCategory::Timeout | ErrorCategory::Connection => {
                Answer::Doubtful(self.cause(Some(error)))
            }
            ErrorCategory::Provider => Answer::Failed(Snapshot::failures(all)),
            _ => Answer::Rejected { error: Some(error.clone()), status: self.status },
        }
    }

    /// What the exchange as a whole says of a task that it does not name.
    fn answer_by_default(&self, asked: usize) -> Answer {
        if let Some(error) = self.general {
            // What concerns the client or the server concerns every task; anything else may be about one of
            // the others, and which one shows when they travel apart.
            return match self.concerns_all(error) || asked == 1 {
                true => self.answer_by_errors(error, &[error]),
                false => Answer::TooMany,
            };
        }
        if let Some(fault) = self.fault {
            return match (fault.delivery(), fault.status()) {
                (Delivery::NotSent, _) => Answer::NotSent(self.cause(None)),
                (Delivery::Answered, Some(status)) => self.answer_by_status(status, asked),
                _ => Answer::Doubtful(self.cause(None)),
            };
        }
        match self.status {
            200..=299 => Answer::Weak,
            status => self.answer_by_status(status, asked),
        }
    }

    /// True of an error that is no task's own.
    fn concerns_all(&self, error: &ApiError) -> bool {
        let categories = [
            ErrorCategory::Auth,
            ErrorCategory::Quota,
            ErrorCategory::RateLimit,
            ErrorCategory::ServerError,
            ErrorCategory::Timeout,
            ErrorCategory::Connection,
        ];
        matches!(self.status, 429 | 500..)
            || error.code() == "noAvailableServer"
            || categories.contains(&error.category_with_status(self.status))
    }

    /// What a failing HTTP status without a readable reason says.
    fn answer_by_status(&self, status: u16, asked: usize) -> Answer {
        match status {
            429 | 503 => Answer::Refused(self.cause(None)),
            400 | 413 | 422 if asked > 1 => Answer::TooMany,
            408 => Answer::Doubtful(self.cause(None)),
            300..=499 => Answer::Rejected { error: None, status },
            _ => Answer::Doubtful(self.cause(None)),
        }
    }

    fn sighting(&self, uuid: &TaskUuid, asked: usize) -> Sighting {
        let items = self.items.get(uuid).map_or(&[][..], Vec::as_slice);
        let errors = self.errors.get(uuid).map_or(&[][..], Vec::as_slice);
        let mut snapshot = Snapshot::default();
        items.iter().for_each(|item| snapshot.add_item(item));
        let mut fault = None;
        for error in errors {
            let failure = failed(error.result_index(), Payload::Error((*error).clone()));
            match self.weigh(error) {
                Weight::Verdict => snapshot.entries.push(failure),
                Weight::Suspect => snapshot.suspects.push(failure),
                Weight::Absent => {}
                Weight::Fault => fault = Some(*error),
            }
        }
        if !snapshot.entries.is_empty() || !snapshot.suspects.is_empty() {
            return Sighting::Seen(snapshot);
        }
        match fault {
            Some(error) => Sighting::Fault(self.cause(Some(error))),
            None if !errors.is_empty() => Sighting::Unseen,
            None => self.sighting_by_default(asked),
        }
    }

    /// What an error that names the task is worth in the answer to a status check.
    fn weigh(&self, error: &ApiError) -> Weight {
        // The documented mark of a failed generation; everything else has to be told by its code.
        if error.status().is_some_and(|status| status.phase() == Phase::Failed) {
            return Weight::Verdict;
        }
        if TASK_ABSENT.contains(&error.code()) {
            return Weight::Absent;
        }
        if self.status == 429 || self.status >= 500 {
            return Weight::Fault;
        }
        match error.category() {
            ErrorCategory::RateLimit | ErrorCategory::Connection | ErrorCategory::Auth => Weight::Fault,
            // The documented failures carry a status; without one, these may as well be the check's own.
            ErrorCategory::ServerError | ErrorCategory::Timeout | ErrorCategory::Unknown => Weight::Suspect,
            _ => Weight::Verdict,
        }
    }

    fn archive_answer(&self, uuid: &TaskUuid, asked: usize) -> ArchiveAnswer {
        let items = self.items.get(uuid).map_or(&[][..], Vec::as_slice);
        if let Some(details) = items.iter().find_map(|item| TaskDetails::from_item(item).ok()) {
            return ArchiveAnswer::Found(details);
        }
        let named = self.errors.get(uuid).and_then(|errors| errors.first().copied());
        match named.or(self.general.filter(|_| asked == 1)) {
            Some(error) if TASK_ABSENT.contains(&error.code()) => ArchiveAnswer::Absent,
            Some(error) if error.category_with_status(self.status) == ErrorCategory::Auth => {
                ArchiveAnswer::Refused(self.cause(Some(error)))
            }
            Some(error) => ArchiveAnswer::Fault(self.cause(Some(error))),
            None => match self.sighting_by_default(asked) {
                Sighting::Fault(cause) => ArchiveAnswer::Fault(cause),
                Sighting::Refused(cause) => ArchiveAnswer::Refused(cause),
                Sighting::TooMany => ArchiveAnswer::TooMany,
                // What names the task and cannot be read shows at least that the task is there.
                _ if !items.is_empty() => ArchiveAnswer::Fault(self.cause(None)),
                Sighting::Seen(_) | Sighting::Unseen => ArchiveAnswer::Silent,
            },
        }
    }

    fn sighting_by_default(&self, asked: usize) -> Sighting {
        if self.fault.is_some_and(TransportError::is_too_large) {
            let cause = self.cause(None);
            return if asked > 1 { Sighting::TooMany } else { Sighting::Refused(cause) };
        }
        let status = match (self.general, self.fault) {
            (None, None) => self.status,
            (_, Some(fault)) => match fault.status() {
                Some(status) => status,
                None => return Sighting::Fault(self.cause(None)),
            },
            (Some(error), None) => match error.category_with_status(self.status) {
                ErrorCategory::Auth => return Sighting::Refused(self.cause(Some(error))),
                _ if matches!(self.status, 400 | 413 | 422) => self.status,
                _ => return Sighting::Fault(self.cause(Some(error))),
            },
        };
        match status {
            200..=299 if self.fault.is_none() => Sighting::Unseen,
            400 | 413 | 422 if asked > 1 => Sighting::TooMany,
            401 | 403 => Sighting::Refused(self.cause(self.general)),
            // A refusal says why; anything else may pass.
            400 | 422 if self.general.is_some() => Sighting::Refused(self.cause(self.general)),
            _ => Sighting::Fault(self.cause(self.general)),
        }
    }

    fn cause(&self, error: Option<&ApiError>) -> Cause {
        let (status, retry_after) = (self.status, self.retry_after);
        match (error, self.fault) {
            (Some(error), _) => Cause::Api { error: Box::new(error.clone()), status, retry_after },
            (None, Some(fault)) => Cause::Transport(fault.clone()),
            (None, None) => Cause::HttpStatus { status, retry_after },
        }
    }
}

/// What an error in the answer to a status check is worth.
enum Weight {
    Verdict,
    Suspect,
    Absent,
    Fault,
}

impl Snapshot {
    fn add_item(&mut self, item: &Item) {
        let verdict = match item.phase() {
            Phase::Running => Verdict::Running,
            Phase::Succeeded => Verdict::Succeeded,
            Phase::Failed => Verdict::Failed,
        };
        if verdict == Verdict::Running {
            self.progress = self.progress.max(item.progress());
        }
        self.entries.push(Entry {
            index: item.result_index(),
            id: item.result_uuid().map(Box::from),
            verdict,
            payload: Payload::Item(item.clone()),
        });
    }

    /// Takes whatever has not failed for a result: the answers of utilities carry no status and no media.
    pub(crate) fn take_as_complete(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| entry.verdict == Verdict::Running) {
            entry.verdict = Verdict::Succeeded;
        }
    }

    fn failures(errors: &[&ApiError]) -> Self {
        let mut snapshot = Self::default();
        snapshot.add_failures(errors.iter().copied());
        snapshot
    }

    fn add_failures<'a>(&mut self, errors: impl Iterator<Item = &'a ApiError>) {
        self.entries.extend(errors.map(|error| failed(error.result_index(), Payload::Error(error.clone()))));
    }

    /// True if something has ended and nothing is running.
    pub(crate) fn is_ended(&self) -> bool {
        !self.entries.is_empty() && self.entries.iter().all(|entry| entry.verdict != Verdict::Running)
    }

    /// True if it holds failures and nothing else.
    pub(crate) fn is_all_failed(&self) -> bool {
        !self.entries.is_empty() && self.entries.iter().all(|entry| entry.verdict == Verdict::Failed)
    }
}

fn is_same_but_for_index(ours: &RawJson, theirs: &RawJson) -> bool {
    let has_index = |raw: &RawJson| raw.field(RESULT_INDEX).is_some();
    let rest = |raw: &RawJson| {
        let mut fields: Map<String, Value> = raw.decode().ok()?;
        fields.remove(RESULT_INDEX);
        Some(fields)
    };
    ours == theirs
        || (has_index(ours) != has_index(theirs) && rest(ours).is_some_and(|ours| Some(ours) == rest(theirs)))
}

fn failed(index: Option<u32>, payload: Payload) -> Entry<Payload> {
    Entry { index, id: None, verdict: Verdict::Failed, payload }
}

#[cfg(test)]
mod tests;
