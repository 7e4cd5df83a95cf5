//! What ends a task because of the journal, or of the budget that is kept there.

use runware_types::Money;

use super::{Error, ErrorKind, Source};
use crate::TaskHandle;
use crate::journal::{JournalError, Reserve};

impl Error {
    /// The intent could not be written down, or may have been all the same.
    pub(crate) fn not_begun(handle: TaskHandle, error: JournalError) -> Self {
        let task_uuid = handle.task_uuid();
        if error.is_unwritten() {
            let message = format!(
                "the journal could not be written, so task {task_uuid} was not sent; the same task can be submitted again \
                 once the journal can be written"
            );
            return Self::unsent(ErrorKind::Journal, message, handle, Some(error));
        }
        let message = format!(
            "the journal could not be written, so task {task_uuid} was not sent from here; but it may be in the journal all \
             the same, and be sent by whoever recovers it: submit it again under no other id"
        );
        Self::build(ErrorKind::Journal, message, |inner| {
            inner.handle = Some(handle);
            inner.source = Some(Source::Journal(error));
        })
    }

    /// The client was closed, and the journal had not answered.
    pub(crate) fn closed_beginning(handle: TaskHandle) -> Self {
        let message = format!(
            "the client was closed before the journal had kept task {}, so it was not sent from here; but it may be in the \
             journal all the same, and be sent by whoever recovers it: submit it again under no other id",
            handle.task_uuid()
        );
        Self::build(ErrorKind::Closed, message, |inner| inner.handle = Some(handle))
    }

    /// The journal did not answer by the deadline.
    pub(crate) fn not_begun_in_time(handle: TaskHandle) -> Self {
        let message = format!(
            "the journal had not kept task {} by the deadline, so it was not sent; the same task can be submitted again",
            handle.task_uuid()
        );
        Self::unsent(ErrorKind::Journal, message, handle, None)
    }

    /// The journal cannot say how a task stands.
    pub(crate) fn not_claimed(handle: Option<TaskHandle>, error: JournalError) -> Self {
        let message = match &handle {
            Some(handle) => format!(
                "the journal could not be read, so task {} was not taken over; this changes nothing about it",
                handle.task_uuid()
            ),
            None => {
                "the journal could not be read, so no task was taken over; this changes nothing about them"
                    .to_owned()
            }
        };
        Self::build(ErrorKind::Journal, message, |inner| {
            inner.handle = handle;
            inner.source = Some(Source::Journal(error));
        })
    }

    /// The confirmation could not be written down.
    pub(crate) fn not_confirmed(handle: TaskHandle, error: JournalError) -> Self {
        let message = format!(
            "the journal could not be written, so what came of task {} may be handed over again; confirm it once more",
            handle.task_uuid()
        );
        Self::build(ErrorKind::Journal, message, |inner| {
            inner.handle = Some(handle);
            inner.source = Some(Source::Journal(error));
        })
    }

    /// Somebody else has the task.
    pub(crate) fn taken_over(handle: TaskHandle) -> Self {
        let message = format!(
            "another process has taken over task {} and keeps what comes of it; nothing is lost, and nothing more is sent \
             from here",
            handle.task_uuid()
        );
        Self::build(ErrorKind::TakenOver, message, |inner| inner.handle = Some(handle))
    }

    /// Somebody decided that the task is given up.
    pub(crate) fn abandoned(handle: TaskHandle) -> Self {
        let message = format!(
            "task {} was given up for good, and nothing was sent; a new request needs a new taskUUID or key",
            handle.task_uuid()
        );
        Self::build(ErrorKind::Abandoned, message, |inner| inner.handle = Some(handle))
    }

    /// The budget does not suffice.
    pub(crate) fn over_budget(handle: TaskHandle, reserve: Option<&Reserve>, committed: Money) -> Self {
        let message = match reserve {
            Some(Reserve { budget, cap, price: Some(price) }) => format!(
                "task {} was not sent: its price of {price} does not fit into the budget \"{budget}\" of {cap}, of which \
                 {committed} are spent or set aside; raise the budget, or wait for what is set aside",
                handle.task_uuid()
            ),
            _ => format!(
                "task {} was not sent: the journal says that a budget does not suffice for it, of which {committed} are spent \
                 or set aside",
                handle.task_uuid()
            ),
        };
        Self::unsent(ErrorKind::OverBudget, message, handle, None)
    }

    /// Nobody says what the task costs.
    pub(crate) fn unpriced(handle: TaskHandle, reserve: Option<&Reserve>) -> Self {
        let budget = match reserve {
            Some(reserve) => format!("the budget \"{}\"", reserve.budget),
            None => "by the journal, a budget".to_owned(),
        };
        let message = format!(
            "task {} was not sent: {budget} needs its price; give `SubmitOptions::price`, which `Client::dry_run` can tell. \
             If it may have been sent before, `Client::resume` watches it without a price",
            handle.task_uuid()
        );
        Self::unsent(ErrorKind::Unpriced, message, handle, None)
    }

    fn unsent(kind: ErrorKind, message: String, handle: TaskHandle, error: Option<JournalError>) -> Self {
        Self::build(kind, message, |inner| {
            inner.handle = Some(handle);
            inner.is_unsent = true;
            inner.source = error.map(Source::Journal);
        })
    }
}
