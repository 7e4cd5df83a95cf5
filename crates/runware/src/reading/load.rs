//! What an exchange says about how busy the server is.

use std::time::Duration;

use runware_transport::Delivery;
use runware_types::{ApiError, ErrorCategory};

use crate::exchange::Exchange;

/// How busy the server is, as far as one exchange shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// It answered.
    Bearable,
    /// It has too much to do, or from us: a 429 or a 503, or the code of one where there is no status.
    Busy {
        /// How long it asked to be left alone.
        retry_after: Option<Duration>,
    },
    /// There was no answer, so nobody knows.
    Unknown,
}

/// Reads what an exchange says about how busy the server is.
pub(crate) fn read_load(exchange: &Exchange) -> Load {
    let fault = exchange.fault.as_ref();
    // What was not sent was turned away by a connection that was not made; who makes it has a backoff of its own.
    let answered_fault = fault.filter(|fault| fault.delivery() != Delivery::NotSent);
    let is_busy = exchange.replies.iter().any(|reply| {
        is_busy_status(reply.status) || reply.envelope.errors.iter().any(|error| is_rate_limit(error))
    });
    if is_busy || answered_fault.and_then(|fault| fault.status()).is_some_and(is_busy_status) {
        let replies = exchange.replies.iter().filter_map(|reply| reply.retry_after);
        let of_fault = answered_fault.and_then(|fault| fault.retry_after());
        return Load::Busy { retry_after: replies.chain(of_fault).max() };
    }
    let is_answered =
        !exchange.replies.is_empty() || fault.is_some_and(|fault| fault.delivery() == Delivery::Answered);
    if is_answered { Load::Bearable } else { Load::Unknown }
}

const fn is_busy_status(status: u16) -> bool {
    matches!(status, 429 | 503)
}

/// True of an error that another pace would avoid, and not another request.
fn is_rate_limit(error: &ApiError) -> bool {
    error.category() == ErrorCategory::RateLimit && error.is_retryable()
}
