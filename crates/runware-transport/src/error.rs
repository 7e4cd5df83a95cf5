//! Why an attempt brought no reply.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::Delivery;

/// The failure of one attempt.
///
/// [`delivery`](Self::delivery) says whether the tasks may have reached the server, and so whether they may be
/// sent again; the `is_…` predicates say what went wrong. `Display` is one sentence, and
/// [`source`](Error::source) goes on to the causes. Neither ever shows the API key or the query of a URL, and
/// no text of another party is in them that was not cut short and stripped of control characters.
///
/// ```
/// use runware_transport::{Delivery, ErrorKind, TransportError};
///
/// let error = TransportError::new(ErrorKind::Timeout, Delivery::MaybeSent, "no reply within 30 s");
/// assert!(error.is_timeout());
/// assert_eq!(error.delivery(), Delivery::MaybeSent);
/// assert_eq!(error.to_string(), "no reply within 30 s");
/// ```
#[derive(Clone)]
pub struct TransportError(Arc<Inner>);

/// What went wrong with an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The transport or the attempt is set up in a way that cannot work.
    Configuration,
    /// The transport was closed.
    Closed,
    /// No connection could be made.
    Connect,
    /// A connection was made, but the peer could not be trusted or does not speak TLS.
    Tls,
    /// Time ran out, for the attempt as a whole or because the reply stopped moving.
    Timeout,
    /// A connection broke before the whole reply was received.
    Interrupted,
    /// The connection that carried several attempts was lost after the calls of this one were handed to it and
    /// before they were answered. A new connection can ask what became of them.
    Disconnected,
    /// The server answered with a redirect, which is never followed.
    Redirect,
    /// The reply is larger than the limits allow.
    TooLarge,
    /// The reply is not what the API sends.
    Undecodable,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    delivery: Delivery,
    message: Box<str>,
    status: Option<u16>,
    retry_after: Option<Duration>,
    cause: Option<Cause>,
}

impl TransportError {
    /// An error for the implementation of a transport to return.
    ///
    /// The message is one sentence without a final stop. It must not hold a URL's query or any credential, and
    /// must not hold unbounded or unescaped text of the peer.
    pub fn new(kind: ErrorKind, delivery: Delivery, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            delivery,
            message: message.into().into_boxed_str(),
            status: None,
            retry_after: None,
            cause: None,
        }))
    }

    /// The transport or the attempt is set up in a way that cannot work, so that nothing was sent.
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, Delivery::NotSent, message)
    }

    /// The transport was closed before the attempt.
    #[cfg(any(test, feature = "testing", feature = "http", feature = "websocket"))]
    pub(crate) fn closed() -> Self {
        Self::new(ErrorKind::Closed, Delivery::NotSent, "the transport is closed")
    }

    /// There is nothing in the attempt.
    #[cfg(any(feature = "http", feature = "websocket"))]
    pub(crate) fn empty() -> Self {
        Self::configuration("`calls` is empty; an attempt has at least one call")
    }

    /// Adds the HTTP status that was received.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        Arc::make_mut(&mut self.0).status = Some(status);
        self
    }

    /// Adds the delay that the server asked for.
    #[must_use]
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        Arc::make_mut(&mut self.0).retry_after = Some(delay);
        self
    }

    /// Adds the causes, outermost first, as the chain of [`source`](Error::source).
    ///
    /// They are texts and not errors, so that no type of a library below becomes a part of this crate's
    /// interface. What holds for the message holds for them.
    #[must_use]
    pub fn with_causes<I>(mut self, causes: I) -> Self
    where
        I: IntoIterator<Item: Into<String>, IntoIter: DoubleEndedIterator>,
    {
        let cause = causes.into_iter().rev().fold(None, |source, text| {
            Some(Cause { text: text.into().into_boxed_str(), source: source.map(Box::new) })
        });
        Arc::make_mut(&mut self.0).cause = cause;
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the tasks may have reached the server.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The HTTP status, when one was received.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// How long the server asked to be left alone, counted from the moment its answer was received.
    ///
    /// It may be as long as [`Duration::MAX`]: the server's number is not judged here.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the transport or the attempt is set up in a way that cannot work: trying again cannot help.
    pub fn is_configuration(&self) -> bool {
        self.kind() == ErrorKind::Configuration
    }

    /// Whether the transport had been closed before the attempt.
    pub fn is_closed(&self) -> bool {
        self.kind() == ErrorKind::Closed
    }

    /// Whether no usable connection could be made: name resolution, TCP, proxy or TLS.
    ///
    /// Not when time ran out meanwhile: that [is a time-out](Self::is_timeout), with [`Delivery::NotSent`].
    pub fn is_connect(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect | ErrorKind::Tls)
    }

    /// Whether the peer's certificate was refused or the peer does not speak TLS: trying again cannot help
    /// until somebody changes something.
    pub fn is_tls(&self) -> bool {
        self.kind() == ErrorKind::Tls
    }

    /// Whether time ran out, for the attempt as a whole or because the reply stopped moving.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether a connection broke before the whole reply was received.
    pub fn is_interrupted(&self) -> bool {
        self.kind() == ErrorKind::Interrupted
    }

    /// Whether a lasting connection was lost with the attempt unanswered on it.
    pub fn is_disconnected(&self) -> bool {
        self.kind() == ErrorKind::Disconnected
    }

    /// Whether the server answered with a redirect, which is never followed.
    pub fn is_redirect(&self) -> bool {
        self.kind() == ErrorKind::Redirect
    }

    /// Whether the reply is larger than the limits allow.
    pub fn is_too_large(&self) -> bool {
        self.kind() == ErrorKind::TooLarge
    }

    /// Whether a whole reply was received that is not what the API sends: a gateway's HTML page, broken JSON,
    /// broken compression.
    pub fn is_undecodable(&self) -> bool {
        self.kind() == ErrorKind::Undecodable
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut out = f.debug_struct("TransportError");
        out.field("kind", &inner.kind).field("delivery", &inner.delivery).field("message", &inner.message);
        if let Some(status) = inner.status {
            out.field("status", &status);
        }
        if let Some(delay) = inner.retry_after {
            out.field("retry_after", &delay);
        }
        if let Some(cause) = &inner.cause {
            out.field("cause", cause);
        }
        out.finish()
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.as_ref().map(|cause| cause as _)
    }
}

/// One level of the causes.
#[derive(Clone)]
struct Cause {
    text: Box<str>,
    source: Option<Box<Cause>>,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels = std::iter::successors(Some(self), |cause| cause.source.as_deref());
        f.debug_list().entries(levels.map(|cause| &cause.text)).finish()
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|cause| &**cause as _)
    }
}

#[cfg(test)]
mod tests;
