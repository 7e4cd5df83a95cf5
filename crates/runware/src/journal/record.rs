//! What a journal holds of one task.

use std::time::Duration;

use bytes::Bytes;
use runware_types::{RequestHash, TaskType, TaskUuid};

use super::Part;

/// The right to write about one task: given out by the journal, and void as soon as it is given to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket {
    /// The journal's own number for the task.
    pub id: u64,
    /// Grows each time that the task changes hands.
    pub epoch: u64,
}

/// A task as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The right to go on with it.
    pub ticket: Ticket,
    /// The task's id.
    pub task_uuid: TaskUuid,
    /// What kind of task it is.
    pub task_type: TaskType,
    /// Whose key it was sent with; see [`Intent::account`](super::Intent::account).
    pub account: Option<String>,
    /// The exact bytes to send; `None` if the journal keeps no requests.
    pub request: Option<Bytes>,
    /// The hash of these bytes.
    pub hash: RequestHash,
    /// How many results were asked for.
    pub expected: u32,
    /// How long ago it was begun; `None` if that cannot be known without trusting the time of day, as after the machine
    /// was started anew.
    pub age: Option<Duration>,
    /// True if the server was known to have it.
    pub is_accepted: bool,
    /// How it stood.
    pub state: State,
    /// What has ended of it, in the order of the ordinals.
    pub parts: Vec<Part>,
    /// True if it counts against a budget: what it costs was set aside before it was first sent.
    pub is_counted: bool,
    /// True once it was [confirmed](super::Fact::Confirmed).
    pub is_confirmed: bool,
}

/// How a task stood when it was last written about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It may never have been sent, or is at work.
    Open,
    /// Somebody has decided, although it may have run, that it is to be sent again: at once, with the same bytes.
    Resubmitted,
    /// All of it has ended.
    Settled,
    /// Somebody has to decide.
    Undecided {
        /// What was asked, and what the server said.
        evidence: String,
    },
}

/// What was taken over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claimed {
    /// The tasks, oldest first.
    pub tasks: Vec<Record>,
    /// How many others are in the care of other processes.
    pub held: usize,
}

impl Claimed {
    /// These tasks, and so many that others look after.
    pub fn new(tasks: Vec<Record>, held: usize) -> Self {
        Self { tasks, held }
    }
}
