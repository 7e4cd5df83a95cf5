//! What is written down as it becomes known.

use runware_types::{Money, RawJson};

use super::Ticket;

/// A fact about one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Whose task it is. A note with a ticket that no longer holds is refused.
    pub ticket: Ticket,
    /// What is known now.
    pub fact: Fact,
}

/// Something that became known about a task, or was done about it.
///
/// It may be recorded more than once, after an error, and later than what came after it: a task that is confirmed stays so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fact {
    /// The server has it. An undecided task is open again with this, and with each fact that says as much.
    Accepted,
    /// It is about to be sent again, with the same bytes.
    Resending,
    /// One of its results has ended.
    Ended(Part),
    /// All of it has ended. What is not confirmed is handed over again after a crash.
    Settled {
        /// What the server says that it cost; `None` if it says nothing, or zero, of one of the results.
        cost: Option<Money>,
    },
    /// The server did not take it, or it never left: nothing was bought.
    Refused {
        /// Why.
        reason: String,
    },
    /// It may have run, and nothing can be found of it: somebody has to decide.
    Undecided {
        /// What was asked, and what the server said.
        evidence: String,
    },
    /// Whoever asked for it has what came of it. It is not handed over again.
    Confirmed,
    /// Its owner no longer looks after it. It stays as it is, for whoever claims it.
    Released,
}

/// One result that has ended, as the server sent it.
///
/// It may be recorded more than once, after an error: the same ordinal is the same part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Counts a task's parts from 0, in the order in which they became known. It never changes.
    pub ordinal: u32,
    /// The server's own number for it, where it gives one.
    pub index: Option<u32>,
    /// Whether it came to something.
    pub kind: PartKind,
    /// The server's object, byte for byte.
    pub raw: RawJson,
}

/// Whether a result came to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// It is there.
    Result,
    /// It failed; the object is the server's error.
    Failure,
}
