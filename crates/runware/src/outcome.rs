//! How a task ended: results and failures, always together.

use std::fmt;
use std::time::Duration;

use runware_types::{ApiError, DecodeError, Item, Media, Money, TaskUuid};
use serde::de::DeserializeOwned;

use crate::{Error, TaskHandle};

/// What came of a task: its results, its failures, and how the watching ended.
///
/// Both lists are always there. A task that asked for three results may have one result and two failures;
/// [`Outcome::status`] says [`Status::Partial`] then, and nothing that was paid for is hidden by an error.
#[derive(Clone, Debug)]
#[must_use = "an outcome may hold failures, or a task that is still running"]
pub struct Outcome {
    pub(crate) handle: TaskHandle,
    pub(crate) ending: Ending,
    pub(crate) results: Vec<TaskResult>,
    pub(crate) failures: Vec<TaskFailure>,
    pub(crate) polls: u32,
    pub(crate) elapsed: Duration,
}

impl Outcome {
    /// The task's handle; resume with it after [`Status::StillRunning`].
    pub fn handle(&self) -> &TaskHandle {
        &self.handle
    }

    /// How the watching ended.
    pub fn ending(&self) -> &Ending {
        &self.ending
    }

    /// The outcome in one word.
    pub fn status(&self) -> Status {
        match (&self.ending, self.results.is_empty(), self.failures.is_empty()) {
            (Ending::StillRunning { .. } | Ending::Interrupted { .. }, _, _) => Status::StillRunning,
            (Ending::Unknown { .. }, _, _) => Status::Unknown,
            (Ending::Settled, false, true) if self.results.len() >= self.wanted() => Status::Succeeded,
            (Ending::Settled, false, _) => Status::Partial,
            (Ending::Settled, true, _) => Status::Failed,
        }
    }

    /// The results, by index where the server gives one, else in the order in which they arrived.
    pub fn results(&self) -> &[TaskResult] {
        &self.results
    }

    /// The results that failed, each with the server's error.
    pub fn failures(&self) -> &[TaskFailure] {
        &self.failures
    }

    /// The sum of the costs that the server reported, or `None` if it reported none.
    ///
    /// Costs are reported only for tasks sent with `includeCost`.
    pub fn cost(&self) -> Option<Money> {
        let costs: Vec<Money> = self.results.iter().filter_map(|result| result.item.cost()).collect();
        (!costs.is_empty()).then(|| costs.into_iter().sum())
    }

    /// How many results make a success.
    fn wanted(&self) -> usize {
        self.handle.expected().unwrap_or(1) as usize
    }

    /// How many status checks were sent for this task.
    pub fn polls(&self) -> u32 {
        self.polls
    }

    /// How long it was watched, from its submission, or from the resumption.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

/// The outcome of a task in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// All results came that were asked for, and nothing failed.
    Succeeded,
    /// Some results came; the others failed, or the server ended the task without them.
    Partial,
    /// Nothing but failures.
    Failed,
    /// The deadline passed first, or the watching could not go on. The server goes on, and bills; resume with
    /// the handle.
    StillRunning,
    /// The server shows no trace of the task, so whether it ran cannot be told.
    Unknown,
}

impl Status {
    /// The status as the command line prints it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::StillRunning => "running",
            Self::Unknown => "unknown",
        }
    }
}

/// How the watching of a task ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Ending {
    /// Every result has ended.
    Settled,
    /// The deadline passed. The task goes on at the server and is billed there.
    StillRunning {
        /// Resume the task with this, in this or any other process.
        handle: TaskHandle,
        /// True if the server has confirmed the task; false if its answer never reached us.
        accepted: bool,
    },
    /// The watching could not go on, with some of the results here already. The task goes on at the server.
    Interrupted {
        /// Resume the task with this once the cause is mended.
        handle: TaskHandle,
        /// What ended the watching.
        error: Error,
    },
    /// The server shows no trace of the task, though it may have run.
    ///
    /// Nothing is sent again by itself: that could buy the task a second time. Look at the evidence, then
    /// resume, submit the same prepared task again, or give it up.
    Unknown {
        /// Resume the task with this.
        handle: TaskHandle,
        /// What was asked, and what the server said.
        evidence: String,
    },
}

/// The name of one hand-over: the same whenever the same result is handed over again.
///
/// Keep it with what was made of the result, and a result that comes twice, as it may after a crash, is told from a new
/// one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId {
    pub(crate) task_uuid: TaskUuid,
    pub(crate) ordinal: u32,
}

/// The task's id, a slash, and the number of the result in the order in which they became known.
impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.task_uuid, self.ordinal)
    }
}

/// One result of a task, as the server sent it.
#[derive(Clone, Debug)]
pub struct TaskResult {
    pub(crate) index: u32,
    pub(crate) item: Item,
}

impl TaskResult {
    /// The server's `resultIndex`, or else the position in order of arrival, from 0.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The item, with its exact bytes.
    pub fn item(&self) -> &Item {
        &self.item
    }

    /// Where the generated media is, if this result has any.
    pub fn media(&self) -> Option<Media<'_>> {
        self.item.media()
    }

    /// Decodes the item as a typed result, for example [`ImageResult`](crate::types::ImageResult).
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the item does not have the shape of `T`. The item itself stays usable: what was
    /// paid for is in [`TaskResult::item`], byte for byte.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        self.item.decode()
    }
}

/// One result that failed.
#[derive(Clone, Debug)]
pub struct TaskFailure {
    pub(crate) index: Option<u32>,
    pub(crate) error: ApiError,
}

impl TaskFailure {
    /// Which result failed, where the server says so.
    pub fn index(&self) -> Option<u32> {
        self.index
    }

    /// The server's error.
    pub fn error(&self) -> &ApiError {
        &self.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runware_types::{Envelope, TaskUuid};

    fn outcome(data: &str, ending: Ending) -> Outcome {
        let envelope = Envelope::decode(data.to_owned()).unwrap();
        Outcome {
            handle: TaskHandle::new(TaskUuid::from_key("test", "outcome")),
            ending,
            results: envelope
                .items
                .iter()
                .cloned()
                .zip(0..)
                .map(|(item, index)| TaskResult { index, item })
                .collect(),
            failures: envelope
                .errors
                .iter()
                .cloned()
                .map(|error| TaskFailure { index: None, error })
                .collect(),
            polls: 1,
            elapsed: Duration::from_secs(1),
        }
    }

    #[test]
    fn status_says_what_came() {
        let item = r#"{"taskType":"imageInference","imageURL":"u"}"#;
        let error = r#"{"code":"timeoutProvider"}"#;
        for (data, expected) in [
            (format!(r#"{{"data":[{item}]}}"#), Status::Succeeded),
            (format!(r#"{{"data":[{item}],"errors":[{error}]}}"#), Status::Partial),
            (format!(r#"{{"errors":[{error}]}}"#), Status::Failed),
        ] {
            assert_eq!(outcome(&data, Ending::Settled).status(), expected, "{data}");
        }
    }

    #[test]
    fn costs_add_up_exactly_and_absent_costs_are_not_zero() {
        let priced = outcome(r#"{"data":[{"cost":0.1},{"cost":0.2}]}"#, Ending::Settled);
        assert_eq!(priced.cost(), Some("0.3".parse().unwrap()));
        assert_eq!(outcome(r#"{"data":[{"text":"a"}]}"#, Ending::Settled).cost(), None);
    }

    #[test]
    fn fewer_results_than_asked_for_are_partial() {
        let mut short = outcome(r#"{"data":[{"text":"a"}]}"#, Ending::Settled);
        assert_eq!(short.status(), Status::Succeeded);
        short.handle = short.handle.with_expected(2);
        assert_eq!(short.status(), Status::Partial);
    }
}
