//! What the replies of one exchange say about each task that it was about: pure.
//!
//! The body decides, the HTTP status only fills the gaps: a 400 may carry an acceptance
//! (`conflictTaskUUID`), and a 200 carries failed generations (docs/wire.md, "Replies").

mod archive;
mod part;
mod snapshot;
mod status;
mod submission;

use std::collections::HashMap;

use runware_transport::TransportError;
use runware_types::{ApiError, Item, TaskType, TaskUuid};

pub(crate) use archive::{ArchiveAnswer, read_archive, read_details};
pub(crate) use part::{Part, read_part, read_parts};
pub(crate) use snapshot::{Payload, Snapshot, collected};
pub(crate) use status::{Sighting, read_status};
pub(crate) use submission::{Answer, read_submission};

use crate::error::Cause;
use crate::exchange::Exchange;

/// Codes that say that the task cannot be seen, which right after a submission means nothing yet.
const TASK_ABSENT: [&str; 3] = ["taskNotFound", "taskFailedOrNotFound", "taskExpired"];

/// The replies of an exchange, sorted by the task that they name.
struct Sorted<'a> {
    items: HashMap<TaskUuid, Vec<&'a Item>>,
    errors: HashMap<TaskUuid, Vec<&'a ApiError>>,
    /// The first error that names no task that was asked about.
    general: Option<&'a ApiError>,
    status: u16,
    retry_after: Option<std::time::Duration>,
    /// There was neither a reply nor a fault: over a connection that lasts, a question may end so.
    is_silent: bool,
    fault: Option<&'a TransportError>,
}

impl<'a> Sorted<'a> {
    fn of(exchange: &'a Exchange, asked: &[TaskUuid]) -> Self {
        let mut sorted = Self {
            items: HashMap::new(),
            errors: HashMap::new(),
            general: None,
            status: 200,
            retry_after: None,
            is_silent: exchange.replies.is_empty() && exchange.fault.is_none(),
            fault: exchange.fault.as_ref(),
        };
        // With one task in the request, what names no task can only be about that one.
        let only = match asked {
            [only] => Some(*only),
            _ => None,
        };
        for reply in &exchange.replies {
            sorted.status = reply.status;
            sorted.retry_after = sorted.retry_after.max(reply.retry_after);
            for item in &reply.envelope.items {
                // An answer to the authentication element may stand among the results; it is no task's.
                let control = matches!(item.task_type(), Some(TaskType::Authentication | TaskType::Ping));
                let unnamed = item.task_uuid_text().is_none() && !control;
                if let Some(uuid) = item.task_uuid().or(only.filter(|_| unnamed)) {
                    sorted.items.entry(uuid).or_default().push(item);
                }
            }
            for error in &reply.envelope.errors {
                match error.task_uuid() {
                    Some(uuid) => sorted.errors.entry(uuid).or_default().push(error),
                    None => sorted.general = sorted.general.or(Some(error)),
                }
            }
        }
        sorted
    }

    fn cause(&self, error: Option<&ApiError>) -> Cause {
        let (status, retry_after) = (self.status, self.retry_after);
        match (error, self.fault) {
            (Some(error), _) => Cause::Api { error: Box::new(error.clone()), status, retry_after },
            (None, Some(fault)) => Cause::Transport(fault.clone()),
            (None, None) => Cause::HttpStatus { status, retry_after },
        }
    }
}

#[cfg(test)]
mod tests;
