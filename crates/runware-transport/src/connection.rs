//! How the connection of a transport stands, for those who want to watch it.

use std::fmt;
use std::time::Duration;

use tokio::sync::watch;

use crate::TransportError;

/// How the connection of a transport stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ConnectionState {
    /// There is no connection that lasts: each attempt is a request of its own, as over HTTP.
    Connectionless,
    /// There is none now, and nothing that needs one.
    Idle,
    /// One is being made and authenticated.
    #[non_exhaustive]
    Connecting {
        /// Which try in a row it is, from 1.
        attempt: u32,
    },
    /// It is there and authenticated.
    #[non_exhaustive]
    Ready {
        /// Whether the server was asked to go on with the session of the connection before.
        resumed: bool,
    },
    /// It was lost, or could not be made, and is tried again at this time of the transport's clock.
    #[non_exhaustive]
    Waiting {
        /// When the next try is made.
        until: Duration,
        /// Why there is no connection.
        reason: TransportError,
    },
    /// No connection is made before this time of the transport's clock: the server refuses them for a reason that
    /// does not pass by itself.
    #[non_exhaustive]
    Refused {
        /// When the next try may be made.
        until: Duration,
        /// What the server said, or did twice.
        reason: TransportError,
    },
    /// The transport is closed.
    Closed,
}

/// The states for a transport to report; [`Idle`](Self::Idle) and [`Closed`](Self::Closed) need nothing made.
impl ConnectionState {
    /// A connection is being made, in this try of a row, counted from 1.
    pub fn connecting(attempt: u32) -> Self {
        Self::Connecting { attempt }
    }

    /// The connection is there; `resumed` if the server was asked to go on with the session before.
    pub fn ready(resumed: bool) -> Self {
        Self::Ready { resumed }
    }

    /// There is no connection for this reason, until the next try at this time of the transport's clock.
    pub fn waiting(until: Duration, reason: TransportError) -> Self {
        Self::Waiting { until, reason }
    }

    /// None is made before this time of the transport's clock, for this reason.
    pub fn refused(until: Duration, reason: TransportError) -> Self {
        Self::Refused { until, reason }
    }
}

impl ConnectionState {
    /// Whether attempts can be sent right now.
    pub fn is_ready(&self) -> bool {
        matches!(self, Self::Connectionless | Self::Ready { .. })
    }
}

/// A view of a transport's connection.
///
/// ```
/// use runware_transport::{Connection, ConnectionState};
///
/// let connection = Connection::none();
/// assert!(matches!(connection.state(), ConnectionState::Connectionless));
/// ```
#[derive(Clone)]
pub struct Connection(Option<watch::Receiver<ConnectionState>>);

impl Connection {
    /// The view of a transport that has no lasting connection.
    pub fn none() -> Self {
        Self(None)
    }

    /// A view that shows what is reported at the other end, and first of all this state.
    ///
    /// For a transport that keeps a connection of its own:
    ///
    /// ```
    /// use runware_transport::{Connection, ConnectionState};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (reporter, mut connection) = Connection::reported(ConnectionState::Idle);
    /// reporter.report(ConnectionState::connecting(1));
    /// assert!(matches!(connection.changed().await, Some(ConnectionState::Connecting { attempt: 1, .. })));
    /// reporter.report(ConnectionState::ready(false));
    /// assert!(connection.state().is_ready());
    /// # }
    /// ```
    pub fn reported(first: ConnectionState) -> (ConnectionReporter, Self) {
        let (states, view) = watch::channel(first);
        (ConnectionReporter(states), Self(Some(view)))
    }

    /// A view of the states that are sent into a channel.
    #[cfg(feature = "websocket")]
    pub(crate) fn new(states: watch::Receiver<ConnectionState>) -> Self {
        Self(Some(states))
    }

    /// How the connection stands now.
    pub fn state(&self) -> ConnectionState {
        match &self.0 {
            None => ConnectionState::Connectionless,
            Some(states) => states.borrow().clone(),
        }
    }

    /// Waits for a state that this method has not returned yet; `None` if there will be none. A new view, and each
    /// clone, begins after the state that was there first or that the view it is a clone of has returned last.
    ///
    /// States that follow each other quickly may be skipped; the last one is not.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no change.
    pub async fn changed(&mut self) -> Option<ConnectionState> {
        let states = self.0.as_mut()?;
        states.changed().await.ok()?;
        Some(states.borrow_and_update().clone())
    }
}

/// The end of a [`Connection`] that is told how it stands; made by [`Connection::reported`].
///
/// Dropping it says that nothing will change any more.
#[derive(Debug)]
pub struct ConnectionReporter(watch::Sender<ConnectionState>);

impl ConnectionReporter {
    /// Shows this state to all views, whether or not there are any.
    pub fn report(&self, state: ConnectionState) {
        self.0.send_replace(state);
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").field(&self.state()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Delivery, ErrorKind};

    #[tokio::test]
    async fn every_view_shows_what_is_reported_until_there_is_no_reporter() {
        let (reporter, mut connection) = Connection::reported(ConnectionState::Idle);
        let mut late = connection.clone();
        let lost = || TransportError::new(ErrorKind::Connect, Delivery::NotSent, "gone");
        let until = Duration::from_secs(7);
        for (state, shown) in [
            (ConnectionState::connecting(2), "Connecting { attempt: 2 }"),
            (ConnectionState::ready(true), "Ready { resumed: true }"),
            (ConnectionState::waiting(until, lost()), "Waiting { until: 7s, reason: TransportError"),
            (ConnectionState::refused(until, lost()), "Refused { until: 7s, reason: TransportError"),
            (ConnectionState::Closed, "Closed"),
        ] {
            reporter.report(state);
            let next = format!("{:?}", connection.changed().await.unwrap());
            assert!(next.starts_with(shown), "{next}");
            assert_eq!(format!("{:?}", connection.state()), next);
        }
        drop(reporter);
        assert!(connection.changed().await.is_none());
        assert!(matches!(late.changed().await, Some(ConnectionState::Closed)), "those between are skipped");
        assert!(late.changed().await.is_none());
        assert!(Connection::none().changed().await.is_none());
    }
}
