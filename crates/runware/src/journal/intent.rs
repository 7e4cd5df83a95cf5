//! What is written down before a task is sent.

use bytes::Bytes;
use runware_types::{Money, Prepared, RequestHash, TaskType, TaskUuid};

use super::{Record, Ticket};

/// A task that is about to be sent: everything that it takes to send it again, and to find its results.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Intent {
    /// The service that it is for. The same id under another scope is another task.
    pub scope: String,
    /// Tells the keys of different accounts apart without showing them, where known.
    pub account: Option<String>,
    /// The task's id, which is its idempotency key.
    pub task_uuid: TaskUuid,
    /// What kind of task it is.
    pub task_type: TaskType,
    /// Its model, where it names one.
    pub model: Option<String>,
    /// The exact bytes that every attempt sends.
    pub request: Bytes,
    /// The hash of these bytes.
    pub hash: RequestHash,
    /// How many results it asks for.
    pub expected: u32,
    /// The caller's own name for the task.
    pub key: Option<String>,
    /// The caller's own notes about the task.
    pub tags: Vec<(String, String)>,
    /// What is to be set aside for it, if it counts against a budget.
    pub reserve: Option<Reserve>,
}

impl Intent {
    /// The intent to send a prepared task to this service.
    pub fn new(scope: impl Into<String>, prepared: &Prepared) -> Self {
        Self {
            scope: scope.into(),
            account: None,
            task_uuid: prepared.uuid(),
            task_type: prepared.task_type().clone(),
            model: prepared.model().map(ToOwned::to_owned),
            request: prepared.bytes().clone(),
            hash: prepared.hash(),
            expected: prepared.expected(),
            key: None,
            tags: Vec::new(),
            reserve: None,
        }
    }
}

/// An amount to be set aside from a budget before a task is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// Which budget; all who share the journal count in it.
    pub budget: String,
    /// The most that may be spent and set aside in it, this task included.
    pub cap: Money,
    /// What the task is expected to cost; `None` if nobody says, and then it is not bought: see [`Begun::Unpriced`].
    pub price: Option<Money>,
}

/// What became of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Begun {
    /// It is durable, and its task may be sent. So is one that was [refused](super::Fact::Refused) before: nothing of it
    /// was bought.
    New(Ticket),
    /// The same request was begun before, and belongs to the caller now: it goes on where it stood.
    Known(Box<Record>),
    /// The same request was begun before, and is in the care of another process. It can be watched, and must not be
    /// sent.
    Held,
    /// The id belongs to another request.
    Reused,
    /// The same request was given up for good.
    Abandoned,
    /// The budget does not suffice.
    OverBudget {
        /// What is spent and set aside without this task.
        committed: Money,
    },
    /// It is new, or was [refused](super::Fact::Refused), and has a [budget](Intent::reserve) but no price: nothing was
    /// kept of it. What was begun before is [known](Self::Known) without a price too, and nothing is set aside for it then.
    Unpriced,
}
