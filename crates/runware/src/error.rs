//! What stopped a call, what it means for the task, and what to do next.

mod cause;
mod keeping;
mod kind;
mod pricing;
mod streaming;
mod watching;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use runware_transport::TransportError;
use runware_types::{ApiError, CollectedText, ErrorCategory, InvalidTask, TaskUuid};

pub use cause::Cause;
pub use kind::ErrorKind;

use crate::TaskHandle;
use crate::journal::JournalError;

/// Why a call did not give an outcome.
///
/// A failed generation is not an error: it is part of an [`Outcome`](crate::Outcome).
/// Neither is a deadline: it gives [`Status::StillRunning`](crate::Status::StillRunning).
///
/// Once a task may have been sent, every error about it carries its [handle](Error::handle).
///
/// ```
/// # fn next_step(error: &runware::Error) -> &'static str {
/// if error.is_safe_to_resubmit() {
///     "nothing was accepted: send the same task again when the cause is mended"
/// } else if let Some(_handle) = error.handle() {
///     "the task may exist: resume it with the handle"
/// } else {
///     "nothing was sent: correct the call"
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    handle: Option<TaskHandle>,
    api: Option<ApiError>,
    http_status: Option<u16>,
    retry_after: Option<Duration>,
    /// True if what stopped it did so here, before anything was sent.
    is_unsent: bool,
    /// What had come of a streamed text.
    partial: Option<Box<CollectedText>>,
    source: Option<Source>,
}

#[derive(Debug)]
enum Source {
    Journal(JournalError),
    #[cfg(any(feature = "http", feature = "websocket"))]
    Key(runware_transport::InvalidApiKey),
    Transport(TransportError),
    Task(InvalidTask),
}

impl Error {
    /// What sort of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The task that this is about.
    pub fn task_uuid(&self) -> Option<TaskUuid> {
        self.0.handle.as_ref().map(TaskHandle::task_uuid)
    }

    /// The task's handle: resume with it, unless [`Error::is_safe_to_resubmit`].
    pub fn handle(&self) -> Option<&TaskHandle> {
        self.0.handle.as_ref()
    }

    /// The server's own error, where it sent one.
    pub fn api_error(&self) -> Option<&ApiError> {
        self.0.api.as_ref()
    }

    /// What had come of a streamed text when it ended early: always there, if only empty, for
    /// [`ErrorKind::StreamCut`] and [`ErrorKind::StreamFailed`], and for [`ErrorKind::Closed`] within a stream.
    pub fn partial_text(&self) -> Option<&CollectedText> {
        self.0.partial.as_deref()
    }

    /// The HTTP status that came with it.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// How long the server asked to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The category of the server's error, by its code, else by the HTTP status, else by what happened here.
    pub fn category(&self) -> ErrorCategory {
        if let Some(api) = &self.0.api {
            return match self.0.http_status {
                Some(status) => api.category_with_status(status),
                None => api.category(),
            };
        }
        if let Some(status) = self.0.http_status.filter(|status| *status >= 400) {
            return ErrorCategory::of_http_status(status);
        }
        if let Some(Source::Transport(error)) = &self.0.source
            && !error.is_configuration()
        {
            return if error.is_timeout() { ErrorCategory::Timeout } else { ErrorCategory::Connection };
        }
        match self.0.kind {
            ErrorKind::Configuration | ErrorKind::InvalidTask | ErrorKind::UuidReused => {
                ErrorCategory::Validation
            }
            ErrorKind::NotAccepted | ErrorKind::Unconfirmed | ErrorKind::StreamCut => {
                ErrorCategory::Connection
            }
            ErrorKind::Closed => ErrorCategory::Aborted,
            ErrorKind::OverBudget | ErrorKind::Unpriced => ErrorCategory::Quota,
            ErrorKind::Journal | ErrorKind::TakenOver | ErrorKind::Abandoned => ErrorCategory::Unknown,
            ErrorKind::Rejected | ErrorKind::QueryFailed | ErrorKind::StreamFailed => ErrorCategory::Unknown,
        }
    }

    /// True if it is certain that the server holds no task of this id from us, so that sending the same
    /// task again buys it at most once.
    pub fn is_safe_to_resubmit(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Rejected | ErrorKind::NotAccepted) || self.0.is_unsent
    }

    /// True if the key was refused.
    pub fn is_auth(&self) -> bool {
        self.category() == ErrorCategory::Auth
    }

    /// True if the account's credit does not suffice.
    pub fn is_quota(&self) -> bool {
        self.category() == ErrorCategory::Quota
    }

    /// What the server or the connection said, without what it means for the task.
    pub(crate) fn reason(&self) -> String {
        match (&self.0.api, &self.0.source, self.0.http_status) {
            (Some(api), _, _) => format!("{} ({})", plain(api.message()), api.code()),
            (None, Some(Source::Transport(error)), _) => error.to_string(),
            (None, _, Some(status)) => format!("HTTP status {status}"),
            _ => "no answer in time".to_owned(),
        }
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    pub(crate) fn invalid_task(error: InvalidTask) -> Self {
        Self::build(ErrorKind::InvalidTask, "the task is not valid; nothing was sent".to_owned(), |inner| {
            inner.source = Some(Source::Task(error));
        })
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidTask, message)
    }

    pub(crate) fn closed(handle: Option<TaskHandle>) -> Self {
        let message = match &handle {
            Some(handle) => format!(
                "the client was closed while task {} was open; resume it with another client",
                handle.task_uuid()
            ),
            None => "the client is closed".to_owned(),
        };
        Self::build(ErrorKind::Closed, message, |inner| inner.handle = handle)
    }

    #[cfg(any(feature = "http", feature = "websocket"))]
    pub(crate) fn invalid_key(error: runware_transport::InvalidApiKey) -> Self {
        Self::build(ErrorKind::Configuration, "the API key cannot be used".to_owned(), |inner| {
            inner.source = Some(Source::Key(error));
        })
    }

    pub(crate) fn closed_unsent(handle: TaskHandle) -> Self {
        let message = format!(
            "the client was closed before task {} was sent; it can be submitted with another client",
            handle.task_uuid()
        );
        Self::build(ErrorKind::Closed, message, |inner| {
            inner.handle = Some(handle);
            inner.is_unsent = true;
        })
    }

    #[cfg(any(feature = "http", feature = "websocket"))]
    pub(crate) fn transport(error: TransportError) -> Self {
        Self::build(ErrorKind::Configuration, "the transport cannot be built".to_owned(), |inner| {
            inner.source = Some(Source::Transport(error));
        })
    }

    fn caused(
        kind: ErrorKind,
        message: String,
        handle: impl Into<Option<TaskHandle>>,
        cause: &Cause,
    ) -> Self {
        Self::build(kind, message, |inner| {
            inner.handle = handle.into();
            inner.retry_after = cause.retry_after();
            inner.http_status = cause.http_status();
            match cause {
                Cause::Transport(error) => inner.source = Some(Source::Transport(error.clone())),
                Cause::Api { error, .. } => {
                    inner.message =
                        format!("{}: {} ({})", inner.message, plain(error.message()), error.code());
                    inner.api = Some(ApiError::clone(error));
                }
                Cause::HttpStatus { status, .. } => {
                    inner.message = format!("{}: HTTP status {status}", inner.message);
                }
                Cause::QuietServer => inner.message.push_str(": the deadline passed first"),
            }
        })
    }

    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::build(kind, message.into(), |_| {})
    }

    fn build(kind: ErrorKind, message: String, fill: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Inner {
            kind,
            message,
            handle: None,
            api: None,
            http_status: None,
            retry_after: None,
            is_unsent: false,
            partial: None,
            source: None,
        };
        fill(&mut inner);
        Self(Arc::new(inner))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, message, handle, api, http_status, retry_after, is_unsent: _, partial: _, source } =
            &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("message", message)
            .field("task_uuid", &handle.as_ref().map(TaskHandle::task_uuid))
            .field("api", api)
            .field("http_status", http_status)
            .field("retry_after", retry_after)
            .field("source", source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.0.source.as_ref()? {
            #[cfg(any(feature = "http", feature = "websocket"))]
            Source::Key(error) => Some(error),
            Source::Transport(error) => Some(error),
            Source::Task(error) => Some(error),
            Source::Journal(error) => Some(error),
        }
    }
}

/// A server's text as part of a message: one line, without control characters, and not endless.
fn plain(text: &str) -> String {
    let shown = text.chars().take(LONGEST_TEXT);
    let mut plain: String =
        shown.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if text.chars().nth(LONGEST_TEXT).is_some() {
        plain.push('…');
    }
    plain
}

/// How much of a server's text is shown, in characters; `Error::api_error` has all of it.
const LONGEST_TEXT: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use runware_types::RawJson;

    #[test]
    fn the_text_of_a_server_cannot_run_away_with_a_message() {
        let message = format!("\\u001b[2J{}", "x".repeat(1000));
        let raw = RawJson::parse(format!(r#"{{"code":"c","message":"{message}"}}"#)).unwrap();
        let handle = TaskHandle::new(TaskUuid::from_key("test", "error"));
        let shown = Error::rejected(handle, ApiError::from_raw(raw), 400).to_string();
        assert!(!shown.contains('\u{1b}') && shown.chars().count() < 500, "{shown}");
    }
}
