//! How a task ended: results and failures, always together.

mod delivery;
mod result;

use std::fmt;
use std::time::Duration;

use runware_types::Money;

pub use delivery::DeliveryId;
pub(crate) use delivery::{Custody, Delivery};
pub use result::{TaskFailure, TaskResult};

use crate::{Error, TaskHandle};

/// What came of a task: its results, its failures, and how the watching ended.
///
/// Both lists are always there. A task that asked for three results may have one result and two failures;
/// [`Outcome::status`] says [`Status::Partial`] then, and nothing that was paid for is hidden by an error.
#[derive(Clone)]
#[must_use = "an outcome may hold failures, or a task that is still running"]
pub struct Outcome {
    pub(crate) handle: TaskHandle,
    pub(crate) ending: Ending,
    pub(crate) results: Vec<TaskResult>,
    pub(crate) failures: Vec<TaskFailure>,
    pub(crate) polls: u32,
    pub(crate) elapsed: Duration,
    pub(crate) custody: Custody,
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

    /// True if the journal has all of it: whatever happens to this process, it is handed over again until it is
    /// [confirmed](Self::confirm).
    ///
    /// False without a journal, for a task that another process looks after, and where the journal could not be written:
    /// then this may be the only copy.
    pub fn is_durable(&self) -> bool {
        self.custody.is_durable()
    }

    /// True if some of it may have been handed over before, by a process that ended before it was
    /// [confirmed](Self::confirm), or was confirmed already. [`TaskResult::delivery_id`] tells which; of what was confirmed
    /// and is no longer in the journal, all of it is, whatever its number.
    pub fn is_redelivered(&self) -> bool {
        self.custody.is_redelivered()
    }

    /// Says that all of it is safe where it is needed, so that it is not handed over again.
    ///
    /// As long as it is held, and the client lives, no other process takes the task over. Without this, whatever has
    /// settled is handed over anew by each [`Client::recover`](crate::Client::recover). It concerns only what has
    /// [settled](Ending::Settled); an outcome with another ending, or of a client without a journal, is left as it is, and
    /// that is no error. It can be repeated, and works after [`Client::close`](crate::Client::close) too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Journal`](crate::ErrorKind::Journal) if it cannot be written down, or was not within 10 s: it may be
    /// handed over again after a crash. [`ErrorKind::TakenOver`](crate::ErrorKind::TakenOver) if another process looks after
    /// the task by now, and hands it over as well.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves it open whether it is confirmed; confirm it again.
    pub async fn confirm(&self) -> Result<(), Error> {
        self.custody.confirm(&self.handle).await
    }

    /// The same for somebody who may confirm it.
    #[must_use = "what is handed over waits to be confirmed"]
    pub(crate) fn hand_over(&self) -> Self {
        Self { custody: self.custody.hand_over(), ..self.clone() }
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

/// Shows what the journal has of it only where there is one.
impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { handle, ending, results, failures, polls, elapsed, custody } = self;
        let mut shown = f.debug_struct("Outcome");
        shown.field("handle", handle).field("ending", ending).field("results", results);
        shown.field("failures", failures).field("polls", polls).field("elapsed", elapsed);
        if custody.is_kept() {
            shown.field("durable", &self.is_durable()).field("redelivered", &self.is_redelivered());
        }
        shown.finish()
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
                .map(|(item, index)| TaskResult { index, item, delivery: None })
                .collect(),
            failures: envelope
                .errors
                .iter()
                .cloned()
                .map(|error| TaskFailure { index: None, error })
                .collect(),
            polls: 1,
            elapsed: Duration::from_secs(1),
            custody: Custody::default(),
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
