//! What somebody decides about a task of which nothing can be found.

use crate::Stage;

/// What to do about a task of which nothing can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// To let it be sent again, with the same id and bytes, by whoever claims it next. If it ran after all, and the
    /// server has forgotten its id, it is bought a second time.
    Resubmit,
    /// To give it up. It is never sent again; what it may have cost stays set aside in its budget.
    Abandon,
}

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decided {
    /// The task is in this stage now: open or abandoned.
    Done(Stage),
    /// There is nothing to decide: the task is in another stage.
    NotUndecided(Stage),
    /// Nothing was decided: another process that is running looks after the task, and may find it yet. Once it has ended, or
    /// has let go of the task, somebody can decide.
    Held,
    /// The journal does not know the task.
    Unknown,
}
