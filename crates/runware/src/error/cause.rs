//! Why an exchange with the server failed.

use std::fmt;
use std::time::Duration;

use runware_transport::{Delivery, TransportError};
use runware_types::ApiError;

use super::plain;

/// One failed exchange with the server, as the rules see it and as [`Event::PollFault`](crate::Event)
/// shows it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Cause {
    /// The exchange itself failed.
    Transport(TransportError),
    /// The server answered with an error that is not about a task's result.
    #[non_exhaustive]
    Api {
        /// The server's error.
        error: Box<ApiError>,
        /// The HTTP status of the answer.
        status: u16,
        /// How long the server asked to be left alone.
        retry_after: Option<Duration>,
    },
    /// The server answered with a failing HTTP status and nothing else.
    #[non_exhaustive]
    HttpStatus {
        /// The HTTP status of the answer.
        status: u16,
        /// How long the server asked to be left alone.
        retry_after: Option<Duration>,
    },
    /// No answer came in time.
    QuietServer,
}

impl Cause {
    /// How long the server asked to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Transport(error) => error.retry_after(),
            Self::Api { retry_after, .. } | Self::HttpStatus { retry_after, .. } => *retry_after,
            Self::QuietServer => None,
        }
    }

    /// The HTTP status of the answer, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        match self {
            Self::Transport(error) => error.status(),
            Self::Api { status, .. } | Self::HttpStatus { status, .. } => Some(*status),
            Self::QuietServer => None,
        }
    }

    /// True if time ran out.
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Transport(error) => error.is_timeout(),
            Self::QuietServer => true,
            Self::Api { .. } | Self::HttpStatus { .. } => false,
        }
    }

    /// True if it was the API that turned the request away, and not something before it, which may have passed
    /// it on all the same.
    pub(crate) fn is_certain_refusal(&self) -> bool {
        matches!(self, Self::Api { .. }) || self.http_status() == Some(429)
    }

    /// True if trying again cannot help until somebody changes something.
    pub(crate) fn is_permanent(&self) -> bool {
        matches!(self, Self::Transport(error) if error.is_tls() || error.is_configuration() || error.is_redirect())
    }

    /// True if a lasting connection was lost with the request unanswered on it.
    pub(crate) fn is_disconnected(&self) -> bool {
        matches!(self, Self::Transport(error) if error.is_disconnected())
    }

    /// True if an answer came and was too large to be taken in.
    pub(crate) fn is_too_large(&self) -> bool {
        matches!(self, Self::Transport(error) if error.is_too_large() && error.delivery() == Delivery::Answered)
    }

    /// What sort of failure it is, in words of our own.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Transport(error) => format!("{:?}", error.kind()),
            Self::Api { error, status, .. } => format!("{:?}", error.category_with_status(*status)),
            Self::HttpStatus { .. } => "HttpStatus".to_owned(),
            Self::QuietServer => "QuietServer".to_owned(),
        }
    }

    /// True if it is certain that no byte of the request reached the server.
    pub fn was_not_sent(&self) -> bool {
        matches!(self, Self::Transport(error) if error.delivery() == Delivery::NotSent)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => error.source(),
            Self::Api { .. } | Self::HttpStatus { .. } | Self::QuietServer => None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Api { error, .. } => write!(f, "{} ({})", plain(error.message()), error.code()),
            Self::HttpStatus { status, .. } => write!(f, "HTTP status {status}"),
            Self::QuietServer => f.write_str("no answer in time"),
        }
    }
}
