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

    /// Waits until the state is another one than this view has reported last; `None` if it never will be.
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

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").field(&self.state()).finish()
    }
}
