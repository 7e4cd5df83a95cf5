//! What sort of thing went wrong.

/// What sort of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be built or used as configured: no key, or a URL for another way to the service than the
    /// one that is to be taken. Nothing was sent.
    Configuration,
    /// The task is not one that can be sent. Nothing was sent.
    InvalidTask,
    /// This id already belongs to another request. Nothing of this request was bought.
    UuidReused,
    /// The server rejected the request, or the connection that it was to travel on. Nothing was bought.
    Rejected,
    /// The server could not be reached, or was too busy to accept the task. Nothing was bought.
    NotAccepted,
    /// The task was sent and no answer came before the deadline. It may have been accepted: resume it.
    Unconfirmed,
    /// A streamed text stopped before its end. The task may be complete at the server: resume it or look it up.
    StreamCut,
    /// The server reported, in place of a streamed text or within it, that the task failed.
    StreamFailed,
    /// A question about a task, or about the price of one, was refused or not answered. A task that exists goes on.
    QueryFailed,
    /// The client was closed while the task was open. A task that was sent goes on; one of which the journal had not said
    /// whether it has it is not [safe to resubmit](crate::Error::is_safe_to_resubmit) under another id.
    Closed,
    /// The journal cannot keep it. A task that was about to be sent was not; where it is not certain that the journal does
    /// not have it all the same, this is not [safe to resubmit](crate::Error::is_safe_to_resubmit) under another id.
    Journal,
    /// Another process looks after the task now, which keeps what comes of it. Nothing is lost: what had come here that
    /// the journal does not have comes with this, in an [`Ending::Interrupted`](crate::Ending::Interrupted).
    TakenOver,
    /// The task was given up for good. Nothing was sent; a new request needs a new taskUUID or key.
    Abandoned,
    /// The task does not fit into the budget. Nothing was sent.
    OverBudget,
    /// There is a budget, the journal does not have the task, and nobody said what it costs. Nothing was sent.
    Unpriced,
}
