//! The task that owns the socket and the session.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::dial::{Dialler, Dialling};
use super::exchange::{Intake, Ticket};
use super::queue::Inlet;
use super::socket::{Farewell, Incoming, Socket};
use crate::scrub::scrub;
use crate::session::{Event, ExchangeId, Loss, Session};
use crate::{Attempt, Clock, ConnectionState, Delivery, ErrorKind, Reply, Sleep, TransportError};

/// How many messages are taken in a row. Those who take the replies may share the thread, and need a turn before what
/// is kept for them overflows.
const MOST_IN_A_ROW: u32 = 32;

/// An attempt on its way into the session.
pub(super) struct Command {
    pub(super) attempt: Attempt,
    /// When the attempt's time is over.
    pub(super) deadline: Duration,
    pub(super) intake: Intake,
}

/// The one owner of the socket.
///
/// It waits for everything at once and does one thing at a time. It ends when nobody can send commands any more,
/// which is how a transport is closed, and nothing is left of it then: what was open has ended, and the peer was told.
pub(super) struct Actor {
    session: Session,
    dialler: Arc<Dialler>,
    clock: Arc<dyn Clock>,
    /// No more than the transport's permits allow.
    commands: mpsc::UnboundedReceiver<Command>,
    /// At most one for each command.
    abandoned: mpsc::UnboundedReceiver<Ticket>,
    states: watch::Sender<ConnectionState>,
    unclaimed: Inlet<Reply>,
    dropped: u64,
    intakes: HashMap<ExchangeId, Intake>,
    ids: HashMap<Ticket, ExchangeId>,
    link: Link,
    farewell: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    alarm: Option<(Duration, Sleep)>,
    /// How much the frame weighs whose replies are being passed on.
    weight: usize,
    /// How many messages were taken since others had a turn.
    in_a_row: u32,
    /// Dropped with the actor, and so the sign that nothing is left.
    _alive: watch::Sender<()>,
}

/// What an actor is connected to the rest by.
pub(super) struct Ports {
    pub(super) commands: mpsc::UnboundedReceiver<Command>,
    pub(super) abandoned: mpsc::UnboundedReceiver<Ticket>,
    pub(super) states: watch::Sender<ConnectionState>,
    pub(super) unclaimed: Inlet<Reply>,
    pub(super) alive: watch::Sender<()>,
}

enum Link {
    None,
    Dialling(Dialling),
    Up(Box<Socket>),
}

enum Occurrence {
    /// The transport is closed, or was dropped.
    Closed,
    Opened(Box<Command>),
    Abandoned(Ticket),
    Dialled(Result<Box<Socket>, TransportError>),
    Incoming(Incoming),
    Alarm,
}

impl Actor {
    pub(super) fn new(session: Session, dialler: Arc<Dialler>, clock: Arc<dyn Clock>, ports: Ports) -> Self {
        let Ports { commands, abandoned, states, unclaimed, alive } = ports;
        Self {
            session,
            dialler,
            clock,
            commands,
            abandoned,
            states,
            unclaimed,
            dropped: 0,
            intakes: HashMap::new(),
            ids: HashMap::new(),
            link: Link::None,
            farewell: None,
            alarm: None,
            weight: 0,
            in_a_row: 0,
            _alive: alive,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            let occurrence = poll_fn(|cx| self.poll(cx)).await;
            let is_over = matches!(occurrence, Occurrence::Closed);
            self.handle(occurrence);
            self.pass_on();
            if is_over {
                break;
            }
        }
        self.link = Link::None;
        if let Some(farewell) = self.farewell.take() {
            farewell.await;
        }
    }

    /// Waits for whatever comes first. Everything that is polled here can be polled again without loss.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Occurrence> {
        self.write(cx);
        // Handing messages over may have consequences too.
        self.pass_on();
        if self.poll_alarm(cx).is_ready() {
            return Poll::Ready(Occurrence::Alarm);
        }
        if let Poll::Ready(Some(ticket)) = self.abandoned.poll_recv(cx) {
            return Poll::Ready(Occurrence::Abandoned(ticket));
        }
        if let Poll::Ready(command) = self.commands.poll_recv(cx) {
            return Poll::Ready(
                command.map_or(Occurrence::Closed, |command| Occurrence::Opened(Box::new(command))),
            );
        }
        if let Some(farewell) = &mut self.farewell
            && farewell.as_mut().poll(cx).is_ready()
        {
            self.farewell = None;
        }
        match &mut self.link {
            Link::None => Poll::Pending,
            Link::Dialling(dialling) => dialling.as_mut().poll(cx).map(Occurrence::Dialled),
            Link::Up(_) if self.in_a_row >= MOST_IN_A_ROW => {
                self.in_a_row = 0;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Link::Up(socket) => {
                let incoming = socket.poll_read(cx);
                self.in_a_row = if incoming.is_ready() { self.in_a_row.saturating_add(1) } else { 0 };
                incoming.map(Occurrence::Incoming)
            }
        }
    }

    fn write(&mut self, cx: &mut Context<'_>) {
        if let Link::Up(socket) = &mut self.link {
            let now = self.clock.now();
            socket.write(cx, now, || self.session.poll_transmit(now));
        }
    }

    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(at) = [self.session.poll_timeout(), self.stalls_at()].into_iter().flatten().min() else {
            self.alarm = None;
            return Poll::Pending;
        };
        let (_, sleep) = match &mut self.alarm {
            // Most times are put off again and again. An alarm that goes off early does no harm.
            Some(alarm) if alarm.0 <= at => alarm,
            alarm => alarm.insert((at, self.clock.sleep_until(at))),
        };
        if sleep.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.alarm = None;
        Poll::Ready(())
    }

    fn stalls_at(&self) -> Option<Duration> {
        match &self.link {
            Link::Up(socket) => socket.stalls_at(),
            Link::None | Link::Dialling(_) => None,
        }
    }

    fn handle(&mut self, occurrence: Occurrence) {
        let now = self.clock.now();
        match occurrence {
            Occurrence::Closed => self.session.close(now),
            Occurrence::Opened(command) => self.open(now, *command),
            Occurrence::Abandoned(ticket) => {
                if let Some(id) = self.ids.remove(&ticket) {
                    self.intakes.remove(&id);
                    self.session.abandon(id);
                }
            }
            Occurrence::Dialled(Ok(socket)) => {
                self.link = Link::Up(socket);
                self.session.connected(now);
            }
            Occurrence::Dialled(Err(error)) => {
                self.link = Link::None;
                self.session.lost(now, Loss::NoConnection(error));
            }
            Occurrence::Incoming(Incoming::Message(bytes)) => {
                self.weight = bytes.len();
                self.session.received(now, scrub(bytes, self.dialler.key.as_ref()));
            }
            Occurrence::Incoming(Incoming::Control) => self.session.heard(now),
            Occurrence::Incoming(Incoming::Lost(loss, farewell)) => self.lose(now, loss, farewell),
            Occurrence::Alarm => {
                if self.stalls_at().is_some_and(|at| at <= now) {
                    self.lose(now, Loss::Stalled, Farewell::Unsaid);
                }
                self.session.handle_timeout(now);
            }
        }
    }

    fn open(&mut self, now: Duration, command: Command) {
        let Command { mut attempt, deadline, intake } = command;
        if intake.is_abandoned() {
            return;
        }
        attempt.timeout = deadline.saturating_sub(now);
        match self.session.open(now, attempt) {
            Ok(id) => {
                self.ids.insert(intake.ticket(), id);
                self.intakes.insert(id, intake);
            }
            Err(error) => intake.end(Err(error)),
        }
    }

    fn lose(&mut self, now: Duration, loss: Loss, farewell: Farewell) {
        tracing::debug!(loss = loss_name(&loss), "connection lost");
        self.let_go(farewell);
        self.session.lost(now, loss);
    }

    /// Lets go of the socket or of what is to become one. A farewell goes on beside what comes next; there is never
    /// more than one.
    fn let_go(&mut self, farewell: Farewell) {
        if let Link::Up(socket) = std::mem::replace(&mut self.link, Link::None)
            && farewell != Farewell::Unsaid
        {
            self.farewell = Some(Box::pin(socket.part(farewell, Arc::clone(&self.clock))));
        }
    }

    /// Does what the session asks for and passes on what it has to say.
    fn pass_on(&mut self) {
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Connect => self.link = Link::Dialling(self.dialler.dial()),
                Event::Disconnect { code } => self.let_go(code.map_or(Farewell::Unsaid, Farewell::Code)),
                Event::Reply(id, reply) => self.reply(id, reply),
                Event::End(id, verdict) => {
                    if let Some(intake) = self.take(id) {
                        intake.end(verdict);
                    }
                }
                Event::Unclaimed(reply) => self.keep(reply),
                Event::State(state) => {
                    trace(&state);
                    self.states.send_replace(state);
                }
            }
        }
    }

    fn reply(&mut self, id: ExchangeId, reply: Reply) {
        let Some(intake) = self.intakes.get_mut(&id) else { return };
        if intake.reply(reply, self.weight).is_ok() {
            return;
        }
        self.session.abandon(id);
        if let Some(intake) = self.take(id) {
            tracing::warn!("an attempt ended because nobody takes its replies");
            let message = "more replies came than are kept for a caller that does not take them";
            intake.end(Err(TransportError::new(ErrorKind::TooLarge, Delivery::Answered, message)));
        }
    }

    fn take(&mut self, id: ExchangeId) -> Option<Intake> {
        let intake = self.intakes.remove(&id)?;
        self.ids.remove(&intake.ticket());
        Some(intake)
    }

    fn keep(&mut self, reply: Reply) {
        if self.unclaimed.offer(reply, self.weight).is_err() {
            self.dropped = self.dropped.saturating_add(1);
            tracing::warn!(dropped = self.dropped, "a reply that nobody waits for was dropped");
        }
    }
}

/// Whoever watches is told when the task is dropped by its runtime.
impl Drop for Actor {
    fn drop(&mut self) {
        self.states.send_if_modified(|state| {
            let is_news = !matches!(state, ConnectionState::Idle | ConnectionState::Closed);
            if is_news {
                *state = ConnectionState::Idle;
            }
            is_news
        });
    }
}

/// Notes how the connection stands: names and numbers, never a text of either side.
fn trace(state: &ConnectionState) {
    match state {
        ConnectionState::Connectionless | ConnectionState::Idle => tracing::debug!("not connected"),
        ConnectionState::Connecting { attempt, .. } => tracing::debug!(attempt, "connecting"),
        ConnectionState::Ready { resumed, .. } => tracing::debug!(resumed, "connection ready"),
        ConnectionState::Waiting { reason, .. } => {
            tracing::debug!(error = ?reason.kind(), status = reason.status(), "connection tried again later");
        }
        ConnectionState::Refused { reason, .. } => {
            tracing::warn!(error = ?reason.kind(), status = reason.status(), "connection refused for now");
        }
        ConnectionState::Closed => tracing::debug!("connection closed"),
    }
}

fn loss_name(loss: &Loss) -> &'static str {
    match loss {
        Loss::NoConnection(_) => "no connection",
        Loss::Closed { .. } => "closed",
        Loss::Broken(_) => "broken",
        Loss::TooLarge => "message too large",
        Loss::Violation(_) => "violation",
        Loss::Stalled => "stalled",
    }
}
