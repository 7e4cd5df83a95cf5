//! What goes into a [`Poll`](crate::Poll) and what comes out: [`Step`], [`Ending`], [`Seen`] and [`Fault`].

use std::time::Duration;

use crate::tick::Tick;

/// What a task needs now: the answer of [`Poll::step`](crate::Poll::step).
// Complete: a driver that misses one of these does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask for the task's state, and tell `sent`; then `observed` or `failed`.
    Query {
        /// When to stop waiting for the answer. Always later than now and never after the deadline.
        timeout_at: Tick,
    },
    /// Nothing has been visible for the grace period: ask another source, and tell `answered`.
    ///
    /// The source may know a task that the usual query no longer, or not yet, shows. Tell what it says as
    /// well: `observed` if it knows the task, [`conclude`](crate::Poll::conclude) if it is sure that there
    /// is none. Until something is visible again, the question comes back.
    Question,
    /// Nothing. Ask `step` again at `until`, or after the next fact.
    Wait {
        /// Never after the deadline.
        until: Tick,
    },
    /// The task is over. This stays so.
    Finished(Ending),
}

/// How looking after a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// Everything that was to come has been seen.
    Settled,
    /// A permanent fault: no further query could tell anything.
    Rejected,
    /// The time was up. The task itself may well go on.
    Deadline,
    /// The driver gave it up.
    Abandoned,
}

/// What an answer showed of a task.
// Complete: an answer shows the task's end, shows the task, or shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seen {
    /// The task is visible and not done.
    Running,
    /// The answer was healthy, but the task was not in it. That is no information: a task shows up late,
    /// and one that never existed looks the same.
    Unknown,
    /// The task is done.
    Settled,
}

/// A query that brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whether asking again could help.
    pub kind: FaultKind,
    /// How long the server asked to be left alone, counted from the moment the fault is told.
    pub retry_after: Option<Duration>,
}

impl Fault {
    /// A fault that may pass: no connection, no answer in time, a server in trouble.
    pub const fn transient() -> Self {
        Self { kind: FaultKind::Transient, retry_after: None }
    }

    /// A fault that stays: the key was refused, the task is known not to exist.
    pub const fn permanent() -> Self {
        Self { kind: FaultKind::Permanent, retry_after: None }
    }

    /// The same fault with the server's wish to be left alone for `delay`.
    #[must_use]
    pub const fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }
}

/// Whether asking again could help.
// Complete: it could, or it could not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// It could. The task is looked at again after a recovery delay; only the deadline ends it.
    Transient,
    /// It could not. The task ends with [`Ending::Rejected`].
    Permanent,
}
