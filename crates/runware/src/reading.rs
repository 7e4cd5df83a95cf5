//! What the replies of one exchange say about each task that it was about: pure.
//!
//! The body decides, the HTTP status only fills the gaps: a 400 may carry an acceptance
//! (`conflictTaskUUID`), and a 200 carries failed generations (docs/wire.md, "Replies").

mod archive;
mod load;
mod part;
mod price;
mod snapshot;
mod status;
mod submission;

use std::collections::{HashMap, VecDeque};

use runware_transport::TransportError;
use runware_types::{ApiError, Item, TaskType, TaskUuid};

pub(crate) use archive::{ArchiveAnswer, read_archive, read_details};
pub(crate) use load::{Load, read_load};
pub(crate) use part::{Part, read_part, read_parts};
pub(crate) use price::{Offer, read_price};
pub(crate) use snapshot::{Payload, Snapshot, collected};
pub(crate) use status::{Sighting, is_refused_whole, read_status};
pub(crate) use submission::{Answer, read_submission};

use crate::error::Cause;
use crate::exchange::Exchange;
use snapshot::is_same_result;

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
    /// Replies that each hold a part of the answer.
    fn of(exchange: &'a Exchange, asked: &[TaskUuid]) -> Self {
        Self::sort(exchange, asked, add::<&Item>, add::<&ApiError>)
    }

    /// Replies that each show how the tasks stand. Over a connection that lasts, a task may come in several: the answer
    /// to an earlier check may be late, or come once more. What shows in two of them is there once.
    fn of_states(exchange: &'a Exchange, asked: &[TaskUuid]) -> Self {
        Self::sort(
            exchange,
            asked,
            |all, more| add_new(all, more, |a, b| is_same_result(a.raw(), b.raw())),
            |all, more| add_new(all, more, |a, b| is_same_result(a.raw(), b.raw())),
        )
    }

    fn sort(
        exchange: &'a Exchange,
        asked: &[TaskUuid],
        add_items: impl Fn(&mut Vec<&'a Item>, Vec<&'a Item>),
        add_errors: impl Fn(&mut Vec<&'a ApiError>, Vec<&'a ApiError>),
    ) -> Self {
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
            let (mut items, mut errors) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
            for item in &reply.envelope.items {
                // An answer to the authentication element may stand among the results; it is no task's.
                let control = matches!(item.task_type(), Some(TaskType::Authentication | TaskType::Ping));
                let unnamed = item.task_uuid_text().is_none() && !control;
                if let Some(uuid) = item.task_uuid().or(only.filter(|_| unnamed)) {
                    items.entry(uuid).or_default().push(item);
                }
            }
            for error in &reply.envelope.errors {
                match error.task_uuid() {
                    Some(uuid) => errors.entry(uuid).or_default().push(error),
                    None => sorted.general = sorted.general.or(Some(error)),
                }
            }
            items.into_iter().for_each(|(uuid, more)| add_items(sorted.items.entry(uuid).or_default(), more));
            errors
                .into_iter()
                .for_each(|(uuid, more)| add_errors(sorted.errors.entry(uuid).or_default(), more));
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

fn add<T>(all: &mut Vec<T>, more: Vec<T>) {
    all.extend(more);
}

/// Adds what none of those that are there already stands for.
fn add_new<T: Copy>(all: &mut Vec<T>, more: Vec<T>, is_same: impl Fn(T, T) -> bool) {
    /// With how many each is compared; the bound is there for a server that means harm.
    const COMPARED: usize = 256;
    let mut earlier: VecDeque<T> = all.iter().copied().collect();
    for entry in more {
        match earlier.iter().take(COMPARED).position(|known| is_same(*known, entry)) {
            Some(position) => _ = earlier.remove(position),
            None => all.push(entry),
        }
    }
}

#[cfg(test)]
mod tests;
