//! What the replies to a submission say of each task in it.

use std::collections::HashMap;

use runware_transport::Delivery;
use runware_types::{ApiError, ErrorCategory, TaskUuid};

use super::Sorted;
use super::part::is_failure;
use super::snapshot::Snapshot;
use crate::error::Cause;
use crate::exchange::Exchange;

/// What the server says to one task that was offered to it.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It has the task, and perhaps results already; `cut` says why there is no more of the answer.
    Accepted { replayed: bool, snapshot: Snapshot, cut: Option<Cause> },
    /// It answered well, without naming the task.
    Weak,
    /// It did not take the task now, but may later.
    Refused(Cause),
    /// No byte of the task reached it.
    NotSent(Cause),
    /// It may or may not have the task.
    Doubtful(Cause),
    /// It will not take the task.
    Rejected { error: Option<ApiError>, status: u16 },
    /// It took the task, and all of it failed at once.
    Failed(Snapshot),
    /// It refuses the request as a whole: ask again with fewer tasks in it. `certainly` if the API says so about this
    /// very request: over a socket it may be another one that it means.
    TooMany { certainly: bool },
}

/// Sorts the replies to a submission by task.
pub(crate) fn read_submission(exchange: &Exchange, asked: &[TaskUuid]) -> HashMap<TaskUuid, Answer> {
    let sorted = Sorted::of(exchange, asked);
    asked.iter().map(|uuid| (*uuid, sorted.answer(uuid, asked.len()))).collect()
}

impl Sorted<'_> {
    fn answer(&self, uuid: &TaskUuid, asked: usize) -> Answer {
        let items = self.items.get(uuid).map_or(&[][..], Vec::as_slice);
        let errors = self.errors.get(uuid).map_or(&[][..], Vec::as_slice);
        if !items.is_empty() {
            let mut snapshot = Snapshot::default();
            items.iter().for_each(|item| snapshot.add_item(item));
            snapshot.add_failures(errors.iter().copied().filter(|error| !error.is_conflict()));
            return self.accepted(snapshot);
        }
        match errors {
            [] => self.answer_by_default(asked),
            // Some results have failed; what became of the others was not told any more.
            [error, ..] if self.fault.is_some() && is_failure(error) => {
                self.accepted(Snapshot::failures(errors))
            }
            [error, ..] => self.answer_by_errors(error, errors),
        }
    }

    fn accepted(&self, mut snapshot: Snapshot) -> Answer {
        let cut = self.fault.map(|_| self.cause(None));
        snapshot.is_part = cut.is_some();
        Answer::Accepted { replayed: false, snapshot, cut }
    }

    /// What an error says of a submission; `all` are the errors about it, this one the first.
    fn answer_by_errors(&self, error: &ApiError, all: &[&ApiError]) -> Answer {
        if error.is_conflict() {
            return Answer::Accepted { replayed: true, snapshot: Snapshot::default(), cut: None };
        }
        if is_failure(error) {
            return Answer::Failed(Snapshot::failures(all));
        }
        match error.category_with_status(self.status) {
            ErrorCategory::Validation
            | ErrorCategory::Auth
            | ErrorCategory::Quota
            | ErrorCategory::NotFound
            | ErrorCategory::Aborted => Answer::Rejected { error: Some(error.clone()), status: self.status },
            ErrorCategory::Safety => Answer::Failed(Snapshot::failures(all)),
            // Too large for the limit: the same request would be refused every time.
            ErrorCategory::RateLimit if is_permanent(error) => {
                Answer::Rejected { error: Some(error.clone()), status: self.status }
            }
            ErrorCategory::RateLimit => Answer::Refused(self.cause(Some(error))),
            _ if matches!(self.status, 429 | 503) || error.code() == "noAvailableServer" => {
                Answer::Refused(self.cause(Some(error)))
            }
            ErrorCategory::ServerError | ErrorCategory::Timeout | ErrorCategory::Connection => {
                Answer::Doubtful(self.cause(Some(error)))
            }
            ErrorCategory::Provider => Answer::Failed(Snapshot::failures(all)),
            _ => Answer::Rejected { error: Some(error.clone()), status: self.status },
        }
    }

    /// What the exchange as a whole says of a task that it does not name.
    fn answer_by_default(&self, asked: usize) -> Answer {
        if let Some(error) = self.general {
            // What concerns the client or the server concerns every task; anything else may be about one of
            // the others, and which one shows when they travel apart.
            return match self.concerns_all(error) || asked == 1 {
                true => self.answer_by_errors(error, &[error]),
                false => Answer::TooMany { certainly: true },
            };
        }
        if let Some(fault) = self.fault {
            return match (fault.delivery(), fault.status()) {
                // A connection that is refused for its key is refused every time.
                (Delivery::NotSent, Some(status @ (401 | 403))) => Answer::Rejected { error: None, status },
                (Delivery::NotSent, _) => Answer::NotSent(self.cause(None)),
                (Delivery::Answered, Some(status)) => self.answer_by_status(status, asked),
                _ => Answer::Doubtful(self.cause(None)),
            };
        }
        if self.is_silent {
            return Answer::Doubtful(Cause::QuietServer);
        }
        match self.status {
            200..=299 => Answer::Weak,
            status => self.answer_by_status(status, asked),
        }
    }

    /// True of an error that is no task's own.
    fn concerns_all(&self, error: &ApiError) -> bool {
        let categories = [
            ErrorCategory::Auth,
            ErrorCategory::Quota,
            ErrorCategory::RateLimit,
            ErrorCategory::ServerError,
            ErrorCategory::Timeout,
            ErrorCategory::Connection,
        ];
        if is_permanent(error) {
            return false;
        }
        matches!(self.status, 429 | 500..)
            || error.code() == "noAvailableServer"
            || categories.contains(&error.category_with_status(self.status))
    }

    /// What a failing HTTP status without a readable reason says.
    fn answer_by_status(&self, status: u16, asked: usize) -> Answer {
        match status {
            429 | 503 => Answer::Refused(self.cause(None)),
            // Without a body, a 400 is a socket's guess at whose refusal came without a name.
            400 | 413 | 422 if asked > 1 => {
                Answer::TooMany { certainly: status != 400 || self.fault.is_none() }
            }
            408 => Answer::Doubtful(self.cause(None)),
            300..=499 => Answer::Rejected { error: None, status },
            _ => Answer::Doubtful(self.cause(None)),
        }
    }
}

/// True of an error whose code says that the request itself would have to change, whatever its category.
pub(super) fn is_permanent(error: &ApiError) -> bool {
    error.category() == ErrorCategory::RateLimit && !error.is_retryable()
}
