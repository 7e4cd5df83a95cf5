//! What the loss of a connection means.

use std::time::Duration;

use super::event::Loss;
use crate::{Delivery, ErrorKind, TransportError};

/// What follows from a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    /// It may pass by itself, but not sooner than this.
    Passing { at_least: Duration },
    /// It is not likely to pass; twice means that it does not.
    Lasting(Lasting),
    /// It does not pass by itself.
    Final,
}

/// A reason for a loss that is not likely to pass by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lasting {
    /// The peer closed with this code.
    Closed(u16),
    /// The upgrade was answered with this status.
    Upgrade(u16),
    TooLarge,
    Violation,
}

/// How long a server that closes with "try again later" is left alone.
const LATER: Duration = Duration::from_secs(10);

/// The longest that a server is left alone because it asks for it: one answer must not silence a client.
const LATEST: Duration = Duration::from_secs(60);

impl Loss {
    /// What follows from the loss.
    pub(super) fn outlook(&self) -> Outlook {
        const PASSING: Outlook = Outlook::Passing { at_least: Duration::ZERO };
        match self {
            Self::NoConnection(error) => outlook_of(error),
            // RFC 6455, section 7.4, and the registry of close codes at IANA.
            Self::Closed { code: Some(1013) } => Outlook::Passing { at_least: LATER },
            Self::Closed { code: Some(code @ (1002 | 1003 | 1007..=1010 | 3000..=4999)) } => {
                Outlook::Lasting(Lasting::Closed(*code))
            }
            Self::TooLarge => Outlook::Lasting(Lasting::TooLarge),
            Self::Violation(_) => Outlook::Lasting(Lasting::Violation),
            Self::Closed { .. } | Self::Broken(_) | Self::Stalled => PASSING,
        }
    }

    /// Why nothing can be sent now.
    pub(super) fn into_reason(self) -> TransportError {
        let reason = |message: &str| TransportError::new(ErrorKind::Connect, Delivery::NotSent, message);
        match self {
            Self::NoConnection(error) => unsent(error),
            Self::Closed { code: Some(code) } => {
                reason(&format!("the server closed the connection with code {code}"))
            }
            Self::Closed { code: None } => reason("the server closed the connection"),
            Self::Broken(text) => reason("the connection broke").with_causes([text]),
            Self::TooLarge => reason("the server sent a message beyond the limit"),
            Self::Violation(text) => reason("the server broke the WebSocket protocol").with_causes([text]),
            Self::Stalled => reason("the server took no more data"),
        }
    }
}

/// The failure of an exchange that was sent over a connection which was lost for this reason.
pub(super) fn disconnected(reason: &TransportError) -> TransportError {
    let message = "the connection was lost before the answer came";
    TransportError::new(ErrorKind::Disconnected, Delivery::MaybeSent, message).with_causes(texts(reason))
}

/// The failure of an exchange for which no connection was there in time, for this reason if one is known.
pub(super) fn impatient(patience: Duration, reason: Option<&TransportError>) -> TransportError {
    let message = format!("no connection within {patience:?}");
    because(TransportError::new(ErrorKind::Connect, Delivery::NotSent, message), reason)
}

/// The failure of an exchange whose time was over before it could be sent.
pub(super) fn unconnected(reason: Option<&TransportError>) -> TransportError {
    let message = "no connection in time to send the tasks";
    because(TransportError::new(ErrorKind::Timeout, Delivery::NotSent, message), reason)
}

fn because(failure: TransportError, reason: Option<&TransportError>) -> TransportError {
    match reason {
        Some(reason) => failure.with_causes(texts(reason)),
        None => failure,
    }
}

fn outlook_of(error: &TransportError) -> Outlook {
    let at_least = error.retry_after().unwrap_or_default().min(LATEST);
    match (error.kind(), error.status()) {
        (ErrorKind::Tls | ErrorKind::Configuration | ErrorKind::Redirect, _) | (_, Some(401 | 403)) => {
            Outlook::Final
        }
        (_, None | Some(408 | 425 | 429 | 500..)) => Outlook::Passing { at_least },
        (_, Some(status)) => Outlook::Lasting(Lasting::Upgrade(status)),
    }
}

/// The same failure for an exchange of which nothing was sent.
fn unsent(error: TransportError) -> TransportError {
    if error.delivery() == Delivery::NotSent {
        return error;
    }
    let mut again = TransportError::new(error.kind(), Delivery::NotSent, error.to_string());
    if let Some(status) = error.status() {
        again = again.with_status(status);
    }
    if let Some(delay) = error.retry_after() {
        again = again.with_retry_after(delay);
    }
    again.with_causes(texts(&error).into_iter().skip(1).collect::<Vec<_>>())
}

/// The texts of an error and its causes, outermost first.
fn texts(error: &TransportError) -> Vec<String> {
    let levels = std::iter::successors(Some(error as &dyn std::error::Error), |level| level.source());
    levels.map(|level| level.to_string()).take(8).collect()
}
