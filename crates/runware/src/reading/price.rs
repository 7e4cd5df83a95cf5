//! What the reply to a dry run says of the one task in it.

use runware_transport::Delivery;
use runware_types::{ApiError, ErrorCategory, Item, TaskUuid};

use super::Sorted;
use super::submission::is_permanent;
use crate::error::Cause;
use crate::exchange::Exchange;

/// What the server says to a task that is only to be priced.
#[derive(Debug)]
pub(crate) enum Offer {
    /// It would take the task. What the reply looks like is not documented: the items are kept as they came.
    Priced(Vec<Item>),
    /// It would not take the task.
    Rejected { error: Option<ApiError>, status: u16 },
    /// No answer; the next attempt may get one.
    Fault(Cause),
    /// No answer, and no other attempt should be made.
    Refused(Cause),
}

/// Reads the reply to a dry run of one task.
pub(crate) fn read_price(exchange: &Exchange, task_uuid: TaskUuid) -> Offer {
    Sorted::of(exchange, &[task_uuid]).offer(task_uuid)
}

impl Sorted<'_> {
    fn offer(&self, task_uuid: TaskUuid) -> Offer {
        let items = self.items.get(&task_uuid).map_or(&[][..], Vec::as_slice);
        let named = self.errors.get(&task_uuid).and_then(|errors| errors.first().copied());
        if let Some(error) = named.or(self.general) {
            return self.offer_by_error(error);
        }
        if let Some(error) = items.iter().find_map(|item| item.failure()) {
            return self.offer_by_error(&error);
        }
        if let Some(fault) = self.fault {
            // What came before the fault may not be the whole price.
            return match (fault.delivery(), fault.status()) {
                (Delivery::Answered | Delivery::NotSent, Some(status)) => self.offer_by_status(status),
                _ => Offer::Fault(self.cause(None)),
            };
        }
        match self.status {
            _ if self.is_silent => Offer::Fault(Cause::QuietServer),
            200..=299 => Offer::Priced(items.iter().copied().cloned().collect()),
            status => self.offer_by_status(status),
        }
    }

    fn offer_by_error(&self, error: &ApiError) -> Offer {
        let cause = || self.cause(Some(error));
        if error.is_conflict() {
            // An id that nobody has used before is taken: by an earlier attempt, which was no dry run to this server.
            return Offer::Refused(cause());
        }
        match error.category_with_status(self.status) {
            ErrorCategory::RateLimit if is_permanent(error) => self.rejected(error),
            ErrorCategory::RateLimit
            | ErrorCategory::ServerError
            | ErrorCategory::Timeout
            | ErrorCategory::Connection
            | ErrorCategory::Provider => Offer::Fault(cause()),
            _ if matches!(self.status, 429 | 503) => Offer::Fault(cause()),
            _ => self.rejected(error),
        }
    }

    fn rejected(&self, error: &ApiError) -> Offer {
        Offer::Rejected { error: Some(error.clone()), status: self.status }
    }

    /// What a failing HTTP status without a readable reason says.
    fn offer_by_status(&self, status: u16) -> Offer {
        match status {
            408 | 429 => Offer::Fault(self.cause(None)),
            400..=499 => Offer::Rejected { error: None, status },
            _ => Offer::Fault(self.cause(None)),
        }
    }
}
