//! What a session says to its driver, and what the driver says of a lost connection.

use crate::{ConnectionState, Reply, TransportError};

/// Names one attempt that was [opened](super::Session::open).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId(pub(super) u64);

/// What the driver has to do or to pass on: the answer of [`Session::poll_event`](super::Session::poll_event).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Make a connection now. Tell [`connected`](super::Session::connected) or [`lost`](super::Session::lost).
    Connect,
    /// Let go of the connection, or of the attempt to make one. For the session it is gone already, so a
    /// [`lost`](super::Session::lost) that follows changes nothing.
    #[non_exhaustive]
    Disconnect {
        /// The code to close with; `None` just drops the connection.
        code: Option<u16>,
    },
    /// What a frame says of the tasks of this exchange, and of no others.
    Reply(ExchangeId, Reply),
    /// The last word about this exchange.
    End(ExchangeId, Result<(), TransportError>),
    /// What a frame says of tasks that no open exchange waits for.
    Unclaimed(Reply),
    /// How the connection stands now.
    State(ConnectionState),
}

/// Why there is no connection any more, or none at all.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Loss {
    /// None could be made. The error holds the status of the refused upgrade, if it came to that.
    NoConnection(TransportError),
    /// The peer closed it.
    Closed {
        /// The code of the close frame; `None` if there was no such frame, or one without a code.
        code: Option<u16>,
    },
    /// It broke, with this excerpt of the reason.
    Broken(String),
    /// A message beyond the limit came.
    TooLarge,
    /// The peer broke the rules of the WebSocket protocol (RFC 6455), with this excerpt of how.
    Violation(String),
    /// What is written does not get through.
    Stalled,
}
