//! The WebSocket connection as a pure state machine: no clock, no I/O, no async.

mod event;
mod settings;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use crate::{ApiKey, Attempt, ConnectionState, TransportError};

pub use event::{Event, ExchangeId, Loss};
pub use settings::Settings;

/// Makes a new series of delays between the tries to connect, from its beginning.
pub type Schedule = Box<dyn FnMut() -> Box<dyn Iterator<Item = Duration> + Send> + Send>;

/// One authenticated connection that is made again when it is lost, and the attempts that travel over it.
pub struct Session {
    state: ConnectionState,
}

impl Session {
    /// A session without a connection.
    pub fn new(key: Option<ApiKey>, settings: Settings, schedule: Schedule) -> Self {
        _ = (key, settings, schedule);
        Self { state: ConnectionState::Idle }
    }

    /// Takes on an attempt.
    ///
    /// # Errors
    ///
    /// The attempt is empty, or the session is closed or full.
    pub fn open(&mut self, now: Duration, attempt: Attempt) -> Result<ExchangeId, TransportError> {
        _ = (now, attempt);
        Ok(ExchangeId(0))
    }

    /// Gives up an exchange: there will be no more events for it.
    pub fn abandon(&mut self, id: ExchangeId) {
        _ = id;
    }

    /// Ends everything that is open, and lets go of the connection.
    pub fn close(&mut self, now: Duration) {
        _ = now;
    }

    /// Whether another attempt would be taken on.
    pub fn has_room(&self) -> bool {
        true
    }

    /// The connection was made.
    pub fn connected(&mut self, now: Duration) {
        _ = now;
    }

    /// A text or binary message came.
    pub fn received(&mut self, now: Duration, frame: Bytes) {
        _ = (now, frame);
    }

    /// The connection was lost, or could not be made.
    pub fn lost(&mut self, now: Duration, loss: Loss) {
        _ = (now, loss);
    }

    /// A control frame came.
    pub fn heard(&mut self, now: Duration) {
        _ = now;
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&self) -> Option<Duration> {
        None
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Duration) {
        _ = now;
    }

    /// The next message to send; from here on it counts as maybe sent.
    pub fn poll_transmit(&mut self, now: Duration) -> Option<Bytes> {
        _ = now;
        None
    }

    /// The next thing to do or to pass on.
    pub fn poll_event(&mut self) -> Option<Event> {
        None
    }

    /// How the connection stands.
    pub fn state(&self) -> &ConnectionState {
        &self.state
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("state", &self.state).finish_non_exhaustive()
    }
}
