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
    let is_busy = exchange
        .replies
        .iter()
        .any(|reply| is_busy_status(reply.status) || reply.envelope.errors.iter().any(is_rate_limit));
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

#[cfg(test)]
mod tests {
    use runware_transport::{ErrorKind, Reply, TransportError};
    use runware_types::Envelope;

    use super::*;

    fn reply(status: u16, code: &str, retry_after: Option<u64>) -> Reply {
        let body = format!(r#"{{"data":[],"errors":[{{"code":"{code}"}}]}}"#);
        let mut reply = Reply::new(status, Envelope::decode(body).unwrap());
        reply.retry_after = retry_after.map(Duration::from_secs);
        reply
    }

    fn load(replies: impl IntoIterator<Item = Reply>, fault: Option<TransportError>) -> Load {
        read_load(&Exchange { replies: replies.into_iter().collect(), fault })
    }

    fn fault(kind: ErrorKind, delivery: Delivery) -> TransportError {
        TransportError::new(kind, delivery, "no")
    }

    #[test]
    fn a_server_is_busy_by_its_status_or_by_the_code_of_one() {
        let busy = |seconds: Option<u64>| Load::Busy { retry_after: seconds.map(Duration::from_secs) };
        assert_eq!(load([reply(429, "x", Some(3))], None), busy(Some(3)));
        assert_eq!(load([reply(503, "x", None)], None), busy(None));
        assert_eq!(load([reply(200, "rateLimitExceeded", None)], None), busy(None), "a socket has no status");
        let longest = [reply(200, "x", Some(9)), reply(429, "x", Some(3))];
        assert_eq!(load(longest, None), busy(Some(9)));
        let page = fault(ErrorKind::Undecodable, Delivery::Answered).with_status(503);
        assert_eq!(load([], Some(page)), busy(None));
    }

    #[test]
    fn any_other_answer_is_one_and_none_says_nothing() {
        for (status, code) in [(200, "x"), (400, "x"), (500, "x"), (401, "invalidApiKey")] {
            assert_eq!(load([reply(status, code, None)], None), Load::Bearable, "{status}");
        }
        let page = fault(ErrorKind::Undecodable, Delivery::Answered).with_status(502);
        assert_eq!(load([], Some(page)), Load::Bearable);
        assert_eq!(load([], Some(fault(ErrorKind::Timeout, Delivery::MaybeSent))), Load::Unknown);
        assert_eq!(load([], None), Load::Unknown, "a socket may be silent");
        // Who makes the connection waits by himself.
        let refused = fault(ErrorKind::Connect, Delivery::NotSent).with_status(429);
        assert_eq!(load([], Some(refused)), Load::Unknown);
    }
}
