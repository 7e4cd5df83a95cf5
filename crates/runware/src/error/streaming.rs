//! What ends a stream of text.

use std::sync::Arc;

use runware_transport::TransportError;
use runware_types::{ApiError, CollectedText};

use super::{Error, ErrorKind, Source, plain};
use crate::TaskHandle;
use crate::error::Cause;

impl Error {
    /// The text had no end.
    pub(crate) fn stream_cut(
        handle: TaskHandle,
        partial: &CollectedText,
        fault: Option<&TransportError>,
    ) -> Self {
        let reason = match fault {
            Some(fault) => fault.to_string(),
            None => "the server ended it without a finish reason".to_owned(),
        };
        let message = format!(
            "the text of task {} was cut after {} bytes: {reason}; the task was sent and may be billed; resume it, or \
             look it up, for the whole text",
            handle.task_uuid(),
            partial.text.len()
        );
        Self::build(ErrorKind::StreamCut, message, |inner| {
            inner.handle = Some(handle);
            inner.http_status = fault.and_then(TransportError::status);
            inner.source = fault.cloned().map(Source::Transport);
        })
        .with_partial(partial)
    }

    /// The server said that the task failed.
    pub(crate) fn stream_failed(
        handle: TaskHandle,
        partial: &CollectedText,
        api: ApiError,
        http_status: u16,
    ) -> Self {
        let message = format!(
            "task {} failed after {} bytes of its text, which may be billed: {} ({}); another attempt needs a new \
             taskUUID",
            handle.task_uuid(),
            partial.text.len(),
            plain(api.message()),
            api.code()
        );
        Self::build(ErrorKind::StreamFailed, message, |inner| {
            inner.handle = Some(handle);
            inner.api = Some(api);
            inner.http_status = Some(http_status);
        })
        .with_partial(partial)
    }

    /// The server had a task of this id before it was sent.
    pub(crate) fn exists_already(handle: TaskHandle, api: Option<ApiError>) -> Self {
        let message = format!(
            "task {} exists already, so nothing new was bought; resume it for its text, or use a new taskUUID for a \
             new one",
            handle.task_uuid()
        );
        Self::build(ErrorKind::UuidReused, message, |inner| {
            inner.handle = Some(handle);
            inner.api = api;
        })
    }

    /// The request may have arrived, and no text came.
    pub(crate) fn unconfirmed_stream(handle: TaskHandle, cause: Option<&Cause>) -> Self {
        let reason = cause.map_or_else(|| "no text came".to_owned(), Cause::to_string);
        let message = format!(
            "task {} was sent, and whether it was accepted is not known: {reason}; resume it, or look it up",
            handle.task_uuid()
        );
        let Some(cause) = cause else {
            return Self::build(ErrorKind::Unconfirmed, message, |inner| inner.handle = Some(handle));
        };
        let mut error = Self::caused(ErrorKind::Unconfirmed, String::new(), handle, cause);
        if let Some(inner) = Arc::get_mut(&mut error.0) {
            inner.message = message;
        }
        error
    }

    /// The client was closed before the text was whole.
    pub(crate) fn closed_in_stream(handle: TaskHandle, partial: &CollectedText) -> Self {
        Self::closed(Some(handle)).with_partial(partial)
    }

    fn with_partial(mut self, partial: &CollectedText) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.partial = Some(Box::new(partial.clone()));
        }
        self
    }
}
