//! What ends the submission or the watching of a task, or a question about it.

use runware_types::ApiError;

use super::{Cause, Error, ErrorKind, plain};
use crate::TaskHandle;

impl Error {
    pub(crate) fn uuid_reused(handle: TaskHandle, where_seen: &str) -> Self {
        let message = format!(
            "task {} already exists {where_seen} with another request; use a new taskUUID for a new request",
            handle.task_uuid()
        );
        Self::build(ErrorKind::UuidReused, message, |inner| inner.handle = Some(handle))
    }

    pub(crate) fn rejected(handle: TaskHandle, api: ApiError, http_status: u16) -> Self {
        let message = format!(
            "task {} was rejected, and nothing was bought: {} ({})",
            handle.task_uuid(),
            plain(api.message()),
            api.code()
        );
        Self::build(ErrorKind::Rejected, message, |inner| {
            inner.handle = Some(handle);
            inner.api = Some(api);
            inner.http_status = Some(http_status);
        })
    }

    pub(crate) fn rejected_by_status(handle: TaskHandle, http_status: u16) -> Self {
        let message = format!(
            "task {} was rejected with HTTP status {http_status} and no reason, and nothing was bought",
            handle.task_uuid()
        );
        Self::build(ErrorKind::Rejected, message, |inner| {
            inner.handle = Some(handle);
            inner.http_status = Some(http_status);
        })
    }

    pub(crate) fn not_accepted(handle: TaskHandle, cause: &Cause) -> Self {
        let message = format!(
            "task {} was not accepted, and nothing was bought; the same task can be submitted again",
            handle.task_uuid()
        );
        Self::caused(ErrorKind::NotAccepted, message, handle, cause)
    }

    pub(crate) fn unconfirmed(handle: TaskHandle) -> Self {
        let message = format!(
            "task {} was sent, but its acceptance was not confirmed before the deadline; resume it",
            handle.task_uuid()
        );
        Self::build(ErrorKind::Unconfirmed, message, |inner| inner.handle = Some(handle))
    }

    pub(crate) fn query_failed(handle: TaskHandle, cause: &Cause) -> Self {
        let task_uuid = handle.task_uuid();
        let message = match cause.is_too_large() {
            true => format!(
                "the answer about task {task_uuid} is larger than the limit, which `body_limits` of the client sets; this \
                 changes nothing about the task"
            ),
            false => {
                format!("no answer could be had about task {task_uuid}; this changes nothing about the task")
            }
        };
        Self::caused(ErrorKind::QueryFailed, message, handle, cause)
    }
}
