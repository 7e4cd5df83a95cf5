//! Where a client keeps what must outlive its process: the port that a journal implements.
//!
//! With a journal, a task's id and exact bytes are durable before a byte of it is sent, each result is durable before
//! it is handed over, and [`Client::recover`](crate::Client::recover) goes on with everything that an earlier process
//! left open. The `runware-journal` crate keeps one in a file that several processes can share.
//!
//! ```text
//!   begin ──▶ open ── record: accepted, parts ──▶ settled ── record: confirmed ──▶ done
//!               │
//!               ├── record: refused     nothing was bought
//!               └── record: undecided   somebody has to decide
//! ```
//!
//! What a journal cannot do: know whether a result that was handed over was used. So a result is handed over again
//! after a crash, with the same [`DeliveryId`](crate::DeliveryId), until its task is [confirmed](Fact::Confirmed).

mod error;
mod intent;
mod note;
mod record;
mod scope;

use std::fmt;

use runware_poll::Durations;
use runware_transport::async_trait;
use runware_types::TaskUuid;

pub use error::{JournalError, JournalErrorKind};
pub use intent::{Begun, Intent, Reserve};
pub use note::{Fact, Note, Part, PartKind};
pub use record::{Claimed, Record, State, Ticket};
pub use scope::scope_of;

/// Keeps tasks beyond the life of a process.
///
/// # What an implementation promises
///
/// * **Durable when it returns.** What [`begin`](Self::begin) and [`record`](Self::record) were given survives the end
///   of the process and of the machine once they have returned without an error.
/// * **All or nothing.** Of one call's notes either all are kept or none. After an error none is, or it is not known:
///   whoever calls takes an error as "none".
/// * **One owner.** A task belongs to one ticket at a time. A note with an older ticket is refused, and changes nothing.
/// * **No clock of the wall.** What it decides does not depend on the time of day.
///
/// # Cancel safety
///
/// Every method may be dropped at any time. What it was given may have been kept or not.
#[async_trait]
pub trait Journal: Send + Sync + fmt::Debug {
    /// Makes intents durable before their tasks are sent. There is one answer for each, in order.
    ///
    /// An id that is known already under its [scope](Intent::scope) is not begun again: see [`Begun`].
    ///
    /// # Errors
    ///
    /// None of the tasks may be sent. A client that is told of several that there is no room for them tries them apart.
    /// Whether they are kept all the same depends on the
    /// [kind](JournalErrorKind) of the error; where that is not certain, they are [claimed](Self::claim) later, and
    /// recorded as refused.
    async fn begin(&self, intents: Vec<Intent>) -> Result<Vec<Begun>, JournalError>;

    /// Makes facts durable, in order, and returns the tickets that no longer hold: their tasks belong to somebody else,
    /// and their notes were refused.
    ///
    /// # Errors
    ///
    /// The facts are not durable.
    async fn record(&self, notes: Vec<Note>) -> Result<Vec<Ticket>, JournalError>;

    /// Takes over tasks whose owner is gone, or that have none, and returns them with a new ticket each: those that are
    /// open, undecided, or settled and not confirmed. Tasks that this journal owns already are among them, and keep the
    /// ticket that they have: notes about them may be on their way.
    /// A task that is asked for by its id is returned also if it was confirmed.
    ///
    /// # Errors
    ///
    /// Nothing was taken over.
    async fn claim(&self, claim: Claim) -> Result<Claimed, JournalError>;

    /// Says that the owner of its tasks is alive. To be called every [`RENEW_EVERY`] at
    /// least while tasks are open, or what came of them was handed over and is not confirmed. Others may take them over
    /// only after more than twice that time without a sign of life, of which [`begin`](Self::begin) and
    /// [`record`](Self::record) are some too: a client sends no task after a longer silence before a note about it was
    /// recorded anew.
    ///
    /// # Errors
    ///
    /// Others may take the tasks over before long.
    async fn renew(&self) -> Result<(), JournalError>;

    /// Tells this journal from others in the process, so that two clients which share it do not look after the same
    /// task. Clones of one journal, which own the same tasks, should give the same number.
    ///
    /// By default it is where the journal lies in memory, which suits clients that share one [`Arc`](std::sync::Arc).
    fn identity(&self) -> usize {
        std::ptr::from_ref(self).cast::<()>().addr()
    }

    /// What was kept of how long tasks take.
    ///
    /// # Errors
    ///
    /// It cannot be read. Nothing depends on it but how soon results are noticed.
    async fn durations(&self) -> Result<Option<Durations>, JournalError>;

    /// Keeps what was learned of how long tasks take, together with what other processes have kept meanwhile.
    ///
    /// # Errors
    ///
    /// It is not kept.
    async fn keep_durations(&self, durations: Durations) -> Result<(), JournalError>;
}

/// How often an owner has to say that it is alive, in seconds of a clock that goes on while the machine sleeps.
pub const RENEW_EVERY: std::time::Duration = std::time::Duration::from_secs(15);

/// Which tasks are to be taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The service that they were meant for; see [`Intent::scope`].
    pub scope: String,
    /// One task alone; `None` for all.
    pub task_uuid: Option<TaskUuid>,
}

impl Claim {
    /// All tasks of a service.
    pub fn all(scope: impl Into<String>) -> Self {
        Self { scope: scope.into(), task_uuid: None }
    }

    /// One task of a service.
    pub fn one(scope: impl Into<String>, task_uuid: TaskUuid) -> Self {
        Self { scope: scope.into(), task_uuid: Some(task_uuid) }
    }
}
