//! The connection: making it, authenticating it, losing it.

use std::time::Duration;

use runware_types::{ApiError, Envelope};

use super::Session;
use super::auth::Auth;
use super::event::{Event, ExchangeId, Loss};
use super::keepalive::Keepalive;
use super::loss::{Outlook, disconnected, impatient};
use crate::{ConnectionState, Delivery, ErrorKind, Reply, TransportError};

/// The connection, as far as it is there.
#[derive(Debug)]
pub(super) enum Link {
    /// There is none, and none is made before this time.
    Down { until: Duration },
    /// The driver is making one.
    Dialing,
    /// It is there.
    Up(Socket),
    /// None is made before this time, and nothing waits for one.
    Refused { until: Duration, reason: TransportError, verdict: Option<Reply> },
    /// There will be none.
    Closed,
}

#[derive(Debug)]
pub(super) struct Socket {
    pub(super) auth: Auth,
    pub(super) keepalive: Keepalive,
    /// How many text and binary messages have come.
    pub(super) frames: u64,
    /// Since when it has been authenticated.
    pub(super) ready_since: Option<Duration>,
    /// Whether the server was asked to go on with an earlier session.
    pub(super) resumes: bool,
    pub(super) owed: Owed,
}

/// Blank answers that may still come to checks which nobody waits for any more.
#[derive(Debug, Default)]
pub(super) struct Owed {
    count: u64,
    since: Duration,
}

/// How long a blank answer may be late.
const LATE: Duration = Duration::from_secs(60);

/// Since when a connection has been wanted and missing.
#[derive(Debug)]
pub(super) struct Missing {
    since: Duration,
    /// Since when nothing wants one.
    unwanted_since: Option<Duration>,
}

/// What of a [`ConnectionState`] tells it from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Idle,
    Connecting(u32),
    Ready(bool),
    Waiting(Duration),
    Refused(Duration),
    Closed,
}

/// The code of a connection that is not needed any more (RFC 6455, section 7.4.1).
const NORMAL: u16 = 1000;

/// How often a session is offered to a server that says nothing to it.
const MOST_OFFERS: u32 = 2;

/// Refusals do not follow each other more closely, whatever the settings say.
const SHORTEST_COOLDOWN: Duration = Duration::from_secs(1);

impl Owed {
    /// A check ended without an answer.
    pub(super) fn add(&mut self, now: Duration) {
        self.count = self.count.saturating_add(1);
        self.since = now;
    }

    /// A blank answer came that nobody waits for. Returns whether one was owed.
    pub(super) fn take(&mut self, now: Duration) -> bool {
        if self.since.saturating_add(LATE) <= now {
            self.count = 0;
        }
        let is_owed = self.count > 0;
        self.count = self.count.saturating_sub(1);
        is_owed
    }
}

impl Session {
    /// Brings everything in line after something has happened: to be called last.
    pub(super) fn settle(&mut self) {
        if let Link::Refused { until, .. } = &self.link
            && *until <= self.now
        {
            self.link = Link::Down { until: *until };
        }
        if let Link::Down { until } = &self.link
            && *until <= self.now
            && self.ledger.is_waiting()
        {
            self.reconnect.begin();
            self.link = Link::Dialing;
            self.events.push_back(Event::Connect);
        }
        self.lose_patience();
        self.answer_refused();
        self.show();
    }

    pub(super) fn go_up(&mut self) {
        let auth = match &self.key {
            Some(_) => Auth::pending(self.now.saturating_add(self.settings.auth_timeout)),
            None => Auth::unneeded(),
        };
        let keepalive = Keepalive::new(self.now);
        let resumes = self.key.is_some() && self.resumable.is_some();
        self.link = Link::Up(Socket {
            auth,
            keepalive,
            frames: 0,
            ready_since: None,
            resumes,
            owed: Owed::default(),
        });
        self.note_ready();
    }

    /// Notes that a connection is ready, if it is.
    pub(super) fn note_ready(&mut self) {
        if let Link::Up(socket) = &mut self.link
            && socket.auth.is_done()
        {
            socket.ready_since.get_or_insert(self.now);
            self.reconnect.succeeded();
            self.reason = None;
        }
    }

    /// The driver says that there is no connection.
    pub(super) fn go_down(&mut self, loss: Loss) {
        let is_too_large = matches!(loss, Loss::TooLarge);
        let outlook = match loss.outlook() {
            // What is asked again in smaller parts is answered in smaller ones.
            _ if is_too_large && self.ledger.holds_sent_batch() => {
                Outlook::Passing { at_least: Duration::ZERO }
            }
            outlook => outlook,
        };
        self.let_go(&loss.into_reason(), outlook, is_too_large);
    }

    /// We let the connection go, for a reason that may pass.
    ///
    /// Without a farewell: what comes meanwhile would be read by nobody, and count as delivered.
    pub(super) fn drop_link(&mut self, kind: ErrorKind, message: &str) {
        self.events.push_back(Event::Disconnect { code: None });
        let reason = TransportError::new(kind, Delivery::NotSent, message);
        self.let_go(&reason, Outlook::Passing { at_least: Duration::ZERO }, false);
    }

    fn let_go(&mut self, reason: &TransportError, outlook: Outlook, is_too_large: bool) {
        self.doubt_session(outlook);
        if let Link::Up(Socket { ready_since: Some(since), .. }) = &self.link
            && since.saturating_add(self.settings.stable_after) <= self.now
        {
            self.reconnect.forgive();
        }
        let sent = self.ledger.sent();
        let is_alone = sent.len() == 1;
        for id in sent {
            let Some(exchange) = self.ledger.remove(id) else { continue };
            let failure = if is_too_large && !exchange.submits() {
                let message = "a message beyond the limit came, which may have been the answer";
                // Of several, nobody knows whose it was; what asks about many tasks is the likely one, and can be divided.
                let is_likely = is_alone || exchange.tasks().nth(1).is_some();
                let delivery = if is_likely { Delivery::Answered } else { Delivery::MaybeSent };
                TransportError::new(ErrorKind::TooLarge, delivery, message)
            } else {
                disconnected(reason)
            };
            self.events.push_back(Event::End(id, Err(failure)));
        }
        self.reason = Some(reason.clone());
        let at_least = match outlook {
            Outlook::Passing { at_least } => at_least,
            Outlook::Lasting(lasting) if !self.reconnect.meets_again(lasting) => Duration::ZERO,
            Outlook::Lasting(_) | Outlook::Final => {
                let until = self.now.saturating_add(self.settings.cooldown.max(SHORTEST_COOLDOWN));
                self.link = Link::Refused { until, reason: reason.clone(), verdict: None };
                return;
            }
        };
        let delay = self.reconnect.next_delay().max(at_least);
        self.link = Link::Down { until: self.now.saturating_add(delay) };
    }

    /// Whether the earlier session was offered on this connection, and nothing was said to that.
    pub(super) fn offers_session(&self) -> bool {
        match &self.link {
            Link::Up(socket) => socket.resumes && socket.ready_since.is_none() && socket.auth.is_asked(),
            _ => false,
        }
    }

    /// The next connection asks for a new session. What the earlier one still had to bring is asked for.
    pub(super) fn forget_session(&mut self) {
        self.resumable = None;
        self.fruitless_offers = 0;
    }

    /// A connection was lost. Where it had offered an earlier session, that may be why: a session that the server does
    /// not know any more would be in the way for ever. A connection that breaks may do so by chance, once.
    fn doubt_session(&mut self, outlook: Outlook) {
        if !self.offers_session() {
            return;
        }
        self.fruitless_offers = self.fruitless_offers.saturating_add(1);
        let is_passing = matches!(outlook, Outlook::Passing { .. });
        if !is_passing || self.fruitless_offers >= MOST_OFFERS {
            self.forget_session();
        }
    }

    /// The server does not accept the key. Everybody who waits is told so in the server's words.
    pub(super) fn refuse(&mut self, error: ApiError, frame: &Envelope) {
        let mut envelope = frame.about(|_| false);
        envelope.errors.push(error);
        let verdict = Reply::new(401, envelope);
        let message = "the server does not accept the API key";
        let reason =
            TransportError::new(ErrorKind::Configuration, Delivery::NotSent, message).with_status(401);
        for id in self.ledger.sent() {
            // What was sent while the key was good may have been accepted. Questions can be asked again.
            let Some(exchange) = self.ledger.remove(id) else { continue };
            if exchange.buys() {
                self.events.push_back(Event::End(id, Err(disconnected(&reason))));
            } else {
                self.answer(id, verdict.clone());
            }
        }
        self.events.push_back(Event::Disconnect { code: Some(NORMAL) });
        let until = self.now.saturating_add(self.settings.cooldown.max(SHORTEST_COOLDOWN));
        self.reason = Some(reason.clone());
        self.link = Link::Refused { until, reason, verdict: Some(verdict) };
    }

    /// Ends everything, for good.
    pub(super) fn shut(&mut self) {
        if matches!(self.link, Link::Closed) {
            return;
        }
        let closed = TransportError::new(ErrorKind::Closed, Delivery::NotSent, "the transport is closed");
        for id in self.ledger.sent() {
            self.end(id, Err(disconnected(&closed)));
        }
        for id in self.ledger.queued() {
            self.end(id, Err(closed.clone()));
        }
        self.events.push_back(Event::Disconnect { code: Some(NORMAL) });
        self.link = Link::Closed;
    }

    /// Does what is due of the connection.
    pub(super) fn tend_link(&mut self) {
        let Link::Up(socket) = &mut self.link else { return };
        let is_over = |at: Option<Duration>| at.is_some_and(|at| at <= self.now);
        if is_over(socket.auth.until()) {
            self.drop_link(ErrorKind::Timeout, "the server did not authenticate the connection in time");
        } else if socket.auth.is_done() && is_over(socket.keepalive.dead_at(&self.settings)) {
            self.drop_link(ErrorKind::Timeout, "the connection went silent");
        } else if socket.auth.is_done() && is_over(socket.keepalive.ping_at(&self.settings)) {
            socket.keepalive.request_ping();
        }
    }

    /// When something is due of the connection.
    pub(super) fn link_due(&self) -> Option<Duration> {
        match &self.link {
            Link::Down { until } => self.ledger.is_waiting().then_some(*until),
            Link::Refused { until, .. } => Some(*until),
            Link::Up(socket) if !socket.auth.is_done() => socket.auth.until(),
            Link::Up(Socket { keepalive, .. }) => {
                let times = [keepalive.ping_at(&self.settings), keepalive.dead_at(&self.settings)];
                times.into_iter().flatten().min()
            }
            Link::Dialing | Link::Closed => None,
        }
    }

    /// When those who wait for a connection lose their patience.
    pub(super) fn patience_due(&self) -> Option<Duration> {
        let missing = self.missing.as_ref().filter(|_| self.ledger.is_waiting())?;
        Some(missing.since.saturating_add(self.settings.patience?))
    }

    fn lose_patience(&mut self) {
        self.watch_missing();
        let Some(patience) = self.settings.patience else { return };
        if self.patience_due().is_none_or(|due| due > self.now) {
            return;
        }
        let failure = impatient(patience, self.reason.as_ref());
        for id in self.ledger.queued() {
            self.end(id, Err(failure.clone()));
        }
        self.watch_missing();
    }

    /// Keeps track of since when a connection is wanted and missing.
    fn watch_missing(&mut self) {
        if let Link::Up(Socket { ready_since: Some(_), .. }) | Link::Closed = &self.link {
            self.missing = None;
            return;
        }
        match (&mut self.missing, self.ledger.is_waiting()) {
            (None, false) => {}
            (None, true) => self.missing = Some(Missing { since: self.now, unwanted_since: None }),
            (Some(missing), false) => _ = missing.unwanted_since.get_or_insert(self.now),
            (Some(missing), true) => {
                let pause = missing.unwanted_since.take();
                // After a long pause, what was missing before it says nothing.
                if pause.is_some_and(|since| since.saturating_add(self.settings.stable_after) <= self.now) {
                    missing.since = self.now;
                }
            }
        }
    }

    /// Nothing waits for a connection that is refused.
    fn answer_refused(&mut self) {
        let Link::Refused { reason, verdict, .. } = &self.link else { return };
        if !self.ledger.is_waiting() {
            return;
        }
        let (reason, verdict) = (reason.clone(), verdict.clone());
        for id in self.ledger.queued() {
            match &verdict {
                Some(verdict) => self.answer(id, verdict.clone()),
                None => self.end(id, Err(reason.clone())),
            }
        }
    }

    fn answer(&mut self, id: ExchangeId, reply: Reply) {
        self.events.push_back(Event::Reply(id, reply));
        self.end(id, Ok(()));
    }

    /// Tells how the connection stands, if that has changed.
    fn show(&mut self) {
        let shown = self.shown();
        if shown == self.last_shown {
            return;
        }
        self.last_shown = shown;
        self.state = match (shown, self.reason.clone()) {
            (Shown::Connecting(attempt), _) => ConnectionState::Connecting { attempt },
            (Shown::Ready(resumed), _) => ConnectionState::Ready { resumed },
            (Shown::Waiting(until), Some(reason)) => ConnectionState::Waiting { until, reason },
            (Shown::Refused(until), Some(reason)) => ConnectionState::Refused { until, reason },
            (Shown::Closed, _) => ConnectionState::Closed,
            (Shown::Idle | Shown::Waiting(_) | Shown::Refused(_), _) => ConnectionState::Idle,
        };
        self.events.push_back(Event::State(self.state.clone()));
    }

    fn shown(&self) -> Shown {
        match &self.link {
            Link::Down { until } if self.ledger.is_waiting() => Shown::Waiting(*until),
            Link::Down { .. } => Shown::Idle,
            Link::Dialing => Shown::Connecting(self.reconnect.tries()),
            Link::Up(socket) if !socket.auth.is_done() => Shown::Connecting(self.reconnect.tries().max(1)),
            Link::Up(socket) => Shown::Ready(socket.resumes),
            Link::Refused { until, .. } => Shown::Refused(*until),
            Link::Closed => Shown::Closed,
        }
    }
}
