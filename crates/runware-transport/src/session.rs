//! The WebSocket connection as a pure state machine: no clock, no I/O, no async.
//!
//! A [`Session`] decides everything about a lasting connection: when it is made, what is sent over it and when, which
//! part of what comes is whose, when it counts as dead, and when it is made again. It holds no socket. A *driver* does,
//! and tells what happens; the `websocket` feature has one.
//!
//! # The call protocol
//!
//! * **Time goes in.** Every call takes `now`, the time since an origin that the driver chose. Time that goes back
//!   counts as standing still.
//! * **Ask what to do** after every call: [`poll_transmit`](Session::poll_transmit) and
//!   [`poll_event`](Session::poll_event) until both say `None`, then wait until [`poll_timeout`](Session::poll_timeout)
//!   or the next fact. Asking too often does no harm; asking late delays, and breaks nothing.
//! * **Tell what happened** in whatever order. A fact that comes late or twice, or that cannot be, changes nothing.
//!
//! ```
//! use std::time::Duration;
//! use runware_transport::session::{Event, Session, Settings};
//! use runware_transport::{ApiKey, Attempt, Call};
//!
//! let schedule = || -> Box<dyn Iterator<Item = Duration> + Send> { Box::new([1, 2, 4].map(Duration::from_secs).into_iter()) };
//! let key = ApiKey::new("s3cret")?;
//! let mut session = Session::new(Some(key), Settings::default(), Box::new(schedule));
//! let now = Duration::ZERO;
//!
//! let task = "24cd5dff-cb81-4db5-8506-b72a9425f9d1".parse()?;
//! let check = format!(r#"{{"taskType":"getResponse","taskUUID":"{task}"}}"#);
//! let id = session.open(now, Attempt::new([Call::new(Some(task), check)], Duration::from_secs(10)))?;
//! assert!(matches!(session.poll_event(), Some(Event::Connect)));
//!
//! session.connected(now);
//! let frame = session.poll_transmit(now).ok_or("the key comes first")?;
//! assert!(frame.starts_with(br#"[{"taskType":"authentication","#));
//! assert_eq!(session.poll_transmit(now), None);
//!
//! session.received(now, r#"{"data":[{"taskType":"authentication","connectionSessionUUID":"f40c2aeb"}]}"#.into());
//! assert!(session.poll_transmit(now).is_some_and(|frame| frame.starts_with(br#"[{"taskType":"getResponse","#)));
//!
//! let frame = format!(r#"{{"data":[{{"taskType":"videoInference","taskUUID":"{task}","status":"processing"}}]}}"#);
//! session.received(now, frame.into());
//! let events: Vec<_> = std::iter::from_fn(|| session.poll_event()).collect();
//! assert!(events.iter().any(|event| matches!(event, Event::End(ended, Ok(())) if *ended == id)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What holds
//!
//! For every sequence of calls, and whatever the server sends:
//!
//! * Every attempt ends exactly once, by its time-out, unless it is abandoned before.
//! * Every attempt is sent at most once, and none before the connection is authenticated.
//! * What names a task reaches all who wait for it and can have brought it about, or is handed over as unclaimed.
//! * An error that names no task changes the state of no task. One that refuses a whole request ends an attempt with
//!   several calls, to be divided; any other ends at most the only attempt under way, if that is a submission of which
//!   nothing was heard, and then as one that is to be looked for or offered again.
//! * No try to connect comes sooner than the schedule, the server's own wish (of a minute at most) and the cooldown
//!   allow.
//! * What the server sends makes nothing here grow without a bound.
//!
//! Sources: `docs/wire.md`, "WebSocket".

mod auth;
mod call_kind;
mod event;
mod exchange;
mod keepalive;
mod ledger;
mod link;
mod loss;
mod reconnect;
mod routing;
mod settings;
#[cfg(test)]
mod tests;
mod traffic;

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use self::exchange::Exchange;
use self::ledger::Ledger;
use self::link::{Link, Missing, Shown};
use self::reconnect::Reconnect;
use crate::{ApiKey, Attempt, ConnectionState, Delivery, ErrorKind, TransportError};

pub use self::event::{Event, ExchangeId, Loss};
pub use self::settings::Settings;

/// Makes a new series of delays between the tries to connect, from its beginning.
///
/// When the series ends, its last delay repeats; a series without any is one of 30 s.
pub type Schedule = Box<dyn FnMut() -> Box<dyn Iterator<Item = Duration> + Send> + Send>;

/// One authenticated connection that is made again when it is lost, and the attempts that travel over it.
///
/// See the [module](self) for how to drive it and for what holds.
///
/// A call takes `O(log n)` time for `n` open exchanges; a frame, for each of its entries and everyone who waits for it;
/// a lost connection, for each exchange that it ends.
pub struct Session {
    key: Option<ApiKey>,
    settings: Settings,
    /// The latest time heard of.
    now: Duration,
    ledger: Ledger,
    link: Link,
    reconnect: Reconnect,
    /// The session that a new connection asks to go on with.
    resumable: Option<String>,
    /// How many connections in a row that asked for it were lost before they were authenticated.
    fruitless_offers: u32,
    missing: Option<Missing>,
    /// Why there was no connection when there was last none.
    reason: Option<TransportError>,
    /// How many messages or parts of them were of no use.
    anomalies: u64,
    events: VecDeque<Event>,
    state: ConnectionState,
    last_shown: Shown,
}

impl Session {
    /// A session without a connection. Without a key, it does not authenticate.
    pub fn new(key: Option<ApiKey>, settings: Settings, schedule: Schedule) -> Self {
        Self {
            key,
            settings,
            now: Duration::ZERO,
            ledger: Ledger::default(),
            link: Link::Down { until: Duration::ZERO },
            reconnect: Reconnect::new(schedule),
            resumable: None,
            fruitless_offers: 0,
            missing: None,
            reason: None,
            anomalies: 0,
            events: VecDeque::new(),
            state: ConnectionState::Idle,
            last_shown: Shown::Idle,
        }
    }

    /// Takes on an attempt, which is sent as soon as there is a connection. [`Event::End`] is the last word about it.
    ///
    /// # Errors
    ///
    /// The session is closed or [full](Self::has_room); or the attempt has no calls, or one without an id that its
    /// answer could be known by. Nothing was sent then. That no connection can be had is no error here, but an event.
    pub fn open(&mut self, now: Duration, attempt: Attempt) -> Result<ExchangeId, TransportError> {
        self.advance(now);
        let refusal = |kind, message: &str| Err(TransportError::new(kind, Delivery::NotSent, message));
        if matches!(self.link, Link::Closed) {
            return refusal(ErrorKind::Closed, "the transport is closed");
        }
        if attempt.calls.is_empty() {
            return refusal(ErrorKind::Configuration, "an attempt needs at least one call");
        }
        if !self.has_room() {
            return refusal(ErrorKind::Connect, "too many attempts share the connection");
        }
        let Some(exchange) = Exchange::new(self.now, attempt) else {
            let message = "a call without a task id cannot be answered over a connection that others share";
            return refusal(ErrorKind::Configuration, message);
        };
        let id = self.ledger.insert(exchange);
        self.settle();
        Ok(id)
    }

    /// Gives up an exchange: there will be no more events for it. If it was not sent yet, it never will be.
    pub fn abandon(&mut self, id: ExchangeId) {
        if let Some(exchange) = self.ledger.remove(id) {
            self.note_silence(&exchange);
            self.settle();
        }
        self.events.retain(|event| !matches!(event, Event::Reply(of, _) | Event::End(of, _) if *of == id));
    }

    /// Ends everything that is open, and lets go of the connection for good. Calling it again changes nothing.
    pub fn close(&mut self, now: Duration) {
        self.advance(now);
        self.shut();
        self.settle();
    }

    /// Whether another attempt would be taken on.
    pub fn has_room(&self) -> bool {
        !matches!(self.link, Link::Closed) && self.ledger.len() < self.settings.max_exchanges
    }

    /// The connection was made: the handshake is done, and messages can be sent.
    pub fn connected(&mut self, now: Duration) {
        self.advance(now);
        if matches!(self.link, Link::Dialing) {
            self.go_up();
            self.settle();
        }
    }

    /// A message came, as text or binary.
    pub fn received(&mut self, now: Duration, frame: Bytes) {
        self.advance(now);
        self.take_frame(frame);
        self.settle();
    }

    /// The connection was lost, or could not be made. After [`Event::Disconnect`] this changes nothing.
    pub fn lost(&mut self, now: Duration, loss: Loss) {
        self.advance(now);
        if matches!(self.link, Link::Dialing | Link::Up(_)) {
            self.go_down(loss);
            self.settle();
        }
    }

    /// A control frame came: a sign of life.
    pub fn heard(&mut self, now: Duration) {
        self.advance(now);
        if let Link::Up(socket) = &mut self.link {
            socket.keepalive.heard(self.now);
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout); it changes with every other call.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let exchange_due = self.ledger.next_due().map(|(due, _)| due);
        [exchange_due, self.link_due(), self.patience_due()].into_iter().flatten().min()
    }

    /// Does what is due. Calling it early changes nothing.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.advance(now);
        self.expire();
        self.tend_link();
        self.settle();
    }

    /// The next message to send, as text. From here on, the attempt in it counts as maybe sent.
    ///
    /// Attempts whose time is over are passed over, so there may be events afterwards, also after `None`.
    pub fn poll_transmit(&mut self, now: Duration) -> Option<Bytes> {
        self.advance(now);
        let frame = self.next_frame();
        self.settle();
        frame
    }

    /// The next thing to do or to pass on.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// How the connection stands.
    pub fn state(&self) -> &ConnectionState {
        &self.state
    }

    fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
    }
}

/// Shows neither the key nor anything that is sent or received.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state)
            .field("open", &self.ledger.len())
            .field("sent", &self.ledger.sent_count())
            .field("anomalies", &self.anomalies)
            .finish_non_exhaustive()
    }
}
