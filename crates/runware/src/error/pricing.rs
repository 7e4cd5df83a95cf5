//! What keeps a task from being priced.
//!
//! None of these errors carries a handle: the id of a dry run is of no use to anybody.

use runware_types::ApiError;

use super::{Error, ErrorKind, plain};
use crate::error::Cause;

impl Error {
    /// The server would not take the task.
    pub(crate) fn dry_run_rejected(api: Option<ApiError>, http_status: u16) -> Self {
        let reason = match &api {
            Some(api) => format!("{} ({})", plain(api.message()), api.code()),
            None => format!("HTTP status {http_status} and no reason"),
        };
        let message = format!("the task would be rejected, and nothing was bought: {reason}");
        Self::build(ErrorKind::Rejected, message, |inner| {
            inner.api = api;
            inner.http_status = Some(http_status);
        })
    }

    /// No price could be had.
    pub(crate) fn not_priced(cause: &Cause) -> Self {
        if let Cause::Transport(error) = cause
            && error.is_closed()
        {
            return Self::closed(None);
        }
        let (kind, message) = match cause {
            Cause::Transport(error) if error.is_configuration() => {
                (ErrorKind::Configuration, "the task cannot be priced this way; nothing was sent")
            }
            _ => (ErrorKind::QueryFailed, "no price could be had; the task was not submitted"),
        };
        Self::caused(kind, message.to_owned(), None, cause)
    }
}
