//! One task's items and errors, as they are folded into what is known of it.

use runware_poll::{Collector, Entry, Verdict};
use runware_types::{ApiError, Item, Phase, RawJson};
use serde_json::{Map, Value};

use crate::outcome::Delivery;
use crate::{TaskFailure, TaskResult};

/// One task's items and errors in a reply, in the server's order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) entries: Vec<Entry<Payload>>,
    /// The highest progress that a running item reports.
    pub(crate) progress: Option<u8>,
    /// Errors that may be a passing trouble of the server or a verdict; only repetition tells.
    pub(crate) suspects: Vec<Entry<Payload>>,
    /// True if the server may have more to show of the task than this: the answer broke off, or is one frame of
    /// several.
    pub(crate) is_part: bool,
}

/// What is kept of one result or failure while replies are folded.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    Item(Item),
    Error(ApiError),
}

/// Compares what was produced: one answer may have a result's index or status, and another may not. A failure that came
/// as an item is the same when it comes back from a journal as the error that it is.
impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        is_same_result(self.raw(), other.raw())
    }
}

impl Payload {
    pub(crate) fn result(&self, index: u32, delivery: Option<Delivery>) -> Option<TaskResult> {
        match self {
            Self::Item(item) => Some(TaskResult { index, item: item.clone(), delivery }),
            Self::Error(_) => None,
        }
    }

    /// The server's object.
    pub(crate) fn raw(&self) -> &RawJson {
        match self {
            Self::Item(item) => item.raw(),
            Self::Error(error) => error.raw(),
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

/// The results and failures of a fold, in order; `delivery` says what the journal has of the n-th that came.
pub(crate) fn collected(
    collector: &Collector<Payload>,
    delivery: impl Fn(u32) -> Option<Delivery>,
) -> (Vec<TaskResult>, Vec<TaskFailure>) {
    let results = (0..).zip(collector.numbered_results());
    let results = results.filter_map(|(position, (ordinal, entry))| {
        let delivery = u32::try_from(ordinal).ok().and_then(&delivery);
        entry.payload.result(entry.index.unwrap_or(position), delivery)
    });
    let failures = collector.failures().into_iter().filter_map(|entry| entry.payload.failure(entry.index));
    (results.collect(), failures.collect())
}

impl Snapshot {
    /// An empty part of an answer.
    pub(super) fn part() -> Self {
        Self { is_part: true, ..Self::default() }
    }

    /// Keeps what is in it from counting as all there is, where nobody knows how many results there will be.
    pub(crate) fn leave_open(&mut self) {
        if let Some(some) = self.entries.first() {
            let payload = some.payload.clone();
            self.entries.push(Entry { index: None, id: None, verdict: Verdict::Running, payload });
        }
    }

    pub(super) fn add_item(&mut self, item: &Item) {
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

    pub(super) fn failures(errors: &[&ApiError]) -> Self {
        let mut snapshot = Self::default();
        snapshot.add_failures(errors.iter().copied());
        snapshot
    }

    pub(super) fn add_failures<'a>(&mut self, errors: impl Iterator<Item = &'a ApiError>) {
        self.entries.extend(errors.map(|error| failed(error.result_index(), Payload::Error(error.clone()))));
    }

    /// True if the server says that none of what is not finished has been begun.
    pub(crate) fn is_queued(&self) -> bool {
        let mut unfinished = self.entries.iter().filter(|entry| entry.verdict == Verdict::Running).peekable();
        unfinished.peek().is_some()
            && unfinished.all(|entry| match &entry.payload {
                Payload::Item(item) => item.status().is_some_and(|status| is_waiting(status.as_str())),
                Payload::Error(_) => false,
            })
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

/// True if both say the same, apart from what only one of them says besides.
///
/// The answer to a synchronous task has no `status`, and the answer to a status check on the same result has.
pub(super) fn is_same_result(ours: &RawJson, theirs: &RawJson) -> bool {
    if ours == theirs {
        return true;
    }
    let is_one_sided = |name: &&str| ours.field(name).is_some() != theirs.field(name).is_some();
    let one_sided: Vec<&str> = BESIDES.into_iter().filter(is_one_sided).collect();
    let rest = |raw: &RawJson| {
        let mut fields: Map<String, Value> = raw.decode().ok()?;
        one_sided.iter().for_each(|name| _ = fields.remove(*name));
        Some(fields)
    };
    !one_sided.is_empty() && rest(ours).is_some_and(|ours| Some(ours) == rest(theirs))
}

/// True if a status says that something is waiting for its turn.
///
/// `pending` does not: on an older page it is the word for work under way (docs/wire.md, "Status checks").
fn is_waiting(status: &str) -> bool {
    ["queued", "scheduled", "waiting"].iter().any(|word| status.eq_ignore_ascii_case(word))
}

/// What one answer may say of a result besides the result, and another may not.
const BESIDES: [&str; 2] = ["resultIndex", "status"];

pub(super) fn failed(index: Option<u32>, payload: Payload) -> Entry<Payload> {
    Entry { index, id: None, verdict: Verdict::Failed, payload }
}
