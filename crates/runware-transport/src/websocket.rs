//! The transport over one WebSocket.

mod actor;
mod builder;
mod connector;
mod dial;
mod exchange;
mod meter;
mod network;
mod queue;
mod socket;

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use self::actor::{Actor, Command, Ports};
use self::dial::Dialler;
use self::exchange::{Exchange, Ticket, exchange};
use self::queue::Inlet;
use crate::attempt::{Facts, traced};
use crate::session::{Schedule, Session, Settings};
use crate::{
    ApiKey, Attempt, Clock, Connection, ConnectionState, Delivery, ErrorKind, Replies, Reply, Transport,
    TransportError, Unclaimed,
};

pub use self::builder::{DEFAULT_WS_BASE_URL, WebSocketTransportBuilder};
pub use self::connector::{Connector, Io};

/// The largest message that is sent: a larger one would be refused, and stand in the way of all others meanwhile.
const MAX_OUTGOING_BYTES: usize = 64 << 20;
/// How many replies are kept that nobody waits for. What they weigh is bounded, too.
const MOST_UNCLAIMED: usize = 4_096;

/// The API over one WebSocket: each attempt is one message, and its replies are the messages that speak of its tasks.
///
/// The connection is made when there is something to send, authenticated by its first message, kept alive with pings,
/// and made again when it was lost and is needed. Attempts that have not been sent wait for it. What
/// [`Session`] says about all this holds here.
///
/// TLS is always verified, with the platform's certificate store. A proxy is taken from the environment
/// (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` and their lower-case forms), but never for a loopback
/// address. Neither compression nor a subprotocol is offered.
///
/// The API key travels in the first message and nowhere else: in no header and no address. A library below writes
/// the messages that were received to the `log` crate at its level `trace`; a program that collects such records should
/// leave the target `tungstenite` out.
///
/// # Limits
///
/// Connecting and the upgrade take at most 10 s together. Writes may stand still for 20 s, without a byte that gets
/// through. A message is bounded by [`max_message_bytes`](WebSocketTransportBuilder::max_message_bytes) in either
/// direction, and outgoing ones by 64 MiB; as many attempts as [`Settings::max_exchanges`] are under way at once, and
/// further ones wait within their time. For a caller that does not take the replies to its attempt, 256 are kept, of
/// no more bytes than one message may have; then the attempt ends as [too large](TransportError::is_too_large). Of the
/// replies that nobody waits for, 4,096 are kept, of no more bytes; further ones are dropped.
///
/// # Delivery
///
/// | what happened | [`Delivery`] |
/// |---|---|
/// | wrong configuration, no room, no connection, key refused, or time ran out before the message was handed to the socket | `NotSent` |
/// | connection lost, transport closed or time ran out after that | `MaybeSent` |
/// | message too large | `Answered` |
///
/// # Runtime
///
/// One task on the Tokio runtime of the first attempt owns the connection. It ends when the transport is closed or
/// dropped. If that runtime goes away before, attempts under way end as
/// [disconnected](TransportError::is_disconnected), and the next attempt starts a task on its own runtime.
///
/// ```no_run
/// use std::time::Duration;
/// use runware_transport::{ApiKey, Attempt, Call, Transport, WebSocketTransport};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let transport = WebSocketTransport::builder(Some(ApiKey::new("abc123")?)).build()?;
/// let uuid = "2f5f9f0e-3f6c-4b0f-9a8e-6d2f4f4f9b11";
/// let task = format!(r#"{{"taskType":"getResponse","taskUUID":"{uuid}"}}"#);
/// let call = Call::new(Some(uuid.parse()?), task);
/// let mut replies = transport.send(Attempt::new([call], Duration::from_secs(10))).await?;
/// while let Some(reply) = replies.next().await {
///     println!("{} items", reply?.envelope.items.len());
/// }
/// transport.close().await;
/// # Ok(())
/// # }
/// ```
pub struct WebSocketTransport {
    plan: Arc<Plan>,
    room: Arc<Semaphore>,
    next_ticket: AtomicU64,
    stage: Mutex<Stage>,
    connection: watch::Receiver<ConnectionState>,
    unclaimed: Mutex<Option<Unclaimed>>,
}

/// What does not change.
struct Plan {
    dialler: Arc<Dialler>,
    settings: Settings,
    delays: Mutex<Schedule>,
}

/// How far the transport has come.
enum Stage {
    Open {
        outlets: Outlets,
        running: Option<Running>,
    },
    /// Holds the sign of life of the task that still has to end, if there was one.
    Closed(Option<watch::Receiver<()>>),
}

/// Where a task passes things on to, whichever task it is.
#[derive(Clone)]
struct Outlets {
    states: watch::Sender<ConnectionState>,
    unclaimed: mpsc::Sender<Reply>,
}

/// The task that owns the connection. Dropping this ends it.
struct Running {
    commands: mpsc::UnboundedSender<Command>,
    abandoned: mpsc::UnboundedSender<Ticket>,
    alive: watch::Receiver<()>,
}

impl WebSocketTransport {
    /// Starts setting a transport up, with the API key that the connection is authenticated with.
    ///
    /// Without a key no connection is authenticated: for a server that asks for none.
    pub fn builder(key: Option<ApiKey>) -> WebSocketTransportBuilder {
        WebSocketTransportBuilder::new(key)
    }

    fn new(dialler: Dialler, settings: Settings, delays: Schedule) -> Self {
        let (states, connection) = watch::channel(ConnectionState::Idle);
        let (replies, unclaimed) = mpsc::channel(MOST_UNCLAIMED);
        let room = Arc::new(Semaphore::new(settings.max_exchanges));
        let plan = Plan { dialler: Arc::new(dialler), settings, delays: Mutex::new(delays) };
        Self {
            plan: Arc::new(plan),
            room,
            next_ticket: AtomicU64::new(0),
            stage: Mutex::new(Stage::Open { outlets: Outlets { states, unclaimed: replies }, running: None }),
            connection,
            unclaimed: Mutex::new(Some(Unclaimed::received(unclaimed))),
        }
    }

    /// Where the connection goes: scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.plan.dialler.origin
    }
}

#[async_trait]
impl Transport for WebSocketTransport {
    /// Sends the calls of one attempt as one message.
    ///
    /// Returns with the first reply, or at the end if there is none.
    async fn send(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        let facts = Facts { calls: attempt.calls.len(), ..Facts::default() };
        let exchange = self.exchange(attempt, self.clock().now());
        let reply = traced(facts, self.clock(), exchange, |(status, _)| *status).await;
        reply.map(|(_, replies)| replies)
    }

    /// Refuses: a frame has no header, and no other way to ask for a dry run over a socket is documented.
    ///
    /// # Errors
    ///
    /// [Configuration](TransportError::is_configuration), always.
    ///
    /// # Cancel safety
    ///
    /// Nothing is sent.
    async fn dry_run(&self, _: Attempt) -> Result<Replies, TransportError> {
        Err(TransportError::configuration("a WebSocket carries no dry runs; prices are asked for over HTTP"))
    }

    fn take_unclaimed(&self) -> Option<Unclaimed> {
        lock(&self.unclaimed).take()
    }

    fn connection(&self) -> Connection {
        Connection::new(self.connection.clone())
    }

    /// Ends what is under way and the connection, and takes no further attempts.
    ///
    /// The server is told, and has one second to hang up. When this returns, nothing is left: no task and no socket.
    async fn close(&self) {
        let Some(mut alive) = self.begin_close() else { return };
        while alive.changed().await.is_ok() {}
    }
}

impl fmt::Debug for WebSocketTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketTransport")
            .field("origin", &self.plan.dialler.origin)
            .field("key", &self.plan.dialler.key)
            .field("settings", &self.plan.settings)
            .field("connector", &self.plan.dialler.connector)
            .finish_non_exhaustive()
    }
}

impl WebSocketTransport {
    /// Sends an attempt and waits for its first reply, whose status comes with the replies.
    async fn exchange(
        &self,
        attempt: Attempt,
        started: Duration,
    ) -> Result<(Option<u16>, Replies), TransportError> {
        check(&attempt)?;
        let deadline = started.saturating_add(attempt.timeout);
        let permit = self.room(deadline, attempt.timeout).await?;
        let mut replies = self.start(attempt, deadline, permit)?;
        match replies.next().await {
            None => Ok((None, Replies::new(replies))),
            Some(Ok(reply)) => {
                let status = reply.status;
                Ok((Some(status), Replies::new(stream::iter([Ok(reply)]).chain(replies))))
            }
            Some(Err(error)) => Err(error),
        }
    }

    /// Waits until another attempt may be under way.
    async fn room(
        &self,
        deadline: Duration,
        timeout: Duration,
    ) -> Result<OwnedSemaphorePermit, TransportError> {
        let permit = Arc::clone(&self.room).acquire_owned();
        match select(pin!(permit), self.clock().sleep_until(deadline)).await {
            Either::Left((permit, _)) => permit.map_err(|_| TransportError::closed()),
            Either::Right(_) => {
                let message = format!("no room for another attempt within {timeout:?}");
                Err(TransportError::new(ErrorKind::Timeout, Delivery::NotSent, message))
            }
        }
    }

    /// Hands an attempt to the task that owns the connection.
    fn start(
        &self,
        attempt: Attempt,
        deadline: Duration,
        permit: OwnedSemaphorePermit,
    ) -> Result<Exchange, TransportError> {
        let mut stage = lock(&self.stage);
        let Stage::Open { outlets, running } = &mut *stage else { return Err(TransportError::closed()) };
        let running = match running {
            Some(running) if !running.commands.is_closed() => running,
            running => running.insert(self.plan.spawn(outlets.clone())?),
        };
        let ticket = Ticket(self.next_ticket.fetch_add(1, Ordering::Relaxed));
        let most_bytes = self.plan.dialler.max_message_bytes;
        let (intake, replies) = exchange(ticket, permit, running.abandoned.clone(), most_bytes);
        // If the task has ended just now, the attempt ends with it: its intake is dropped here.
        _ = running.commands.send(Command { attempt, deadline, intake });
        Ok(replies)
    }

    fn begin_close(&self) -> Option<watch::Receiver<()>> {
        self.room.close();
        let mut stage = lock(&self.stage);
        if let Stage::Open { outlets, running } = &mut *stage {
            let alive = running.take().map(|running| running.alive);
            if alive.is_none() {
                outlets.states.send_replace(ConnectionState::Closed);
            }
            *stage = Stage::Closed(alive);
        }
        match &*stage {
            Stage::Closed(alive) => alive.clone(),
            Stage::Open { .. } => None,
        }
    }

    fn clock(&self) -> &dyn Clock {
        &*self.plan.dialler.clock
    }
}

impl Plan {
    /// Starts the task that owns the connection.
    fn spawn(self: &Arc<Self>, outlets: Outlets) -> Result<Running, TransportError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| {
            let message = "a WebSocket needs a Tokio runtime, and there is none here";
            TransportError::configuration(message)
        })?;
        let (commands, commands_in) = mpsc::unbounded_channel();
        let (abandoned, abandoned_in) = mpsc::unbounded_channel();
        let (alive_out, alive) = watch::channel(());
        let ports = Ports {
            commands: commands_in,
            abandoned: abandoned_in,
            states: outlets.states,
            unclaimed: Inlet::new(outlets.unclaimed, self.dialler.max_message_bytes),
            alive: alive_out,
        };
        let plan = Arc::clone(self);
        let schedule = Box::new(move || (lock(&plan.delays))());
        let session = Session::new(self.dialler.key.clone(), self.settings.clone(), schedule);
        let clock = Arc::clone(&self.dialler.clock);
        runtime.spawn(Actor::new(session, Arc::clone(&self.dialler), clock, ports).run());
        Ok(Running { commands, abandoned, alive })
    }
}

/// Refuses what could never be sent, before it waits for anything.
fn check(attempt: &Attempt) -> Result<(), TransportError> {
    let refused = |kind, message: &str| Err(TransportError::new(kind, Delivery::NotSent, message));
    if attempt.calls.is_empty() {
        return Err(TransportError::empty());
    }
    // The calls, a comma or a bracket after each, and the first bracket.
    let bytes = attempt.calls.iter().fold(1, |sum: usize, call| sum.saturating_add(call.bytes.len() + 1));
    if bytes > MAX_OUTGOING_BYTES {
        return refused(
            ErrorKind::TooLarge,
            "the attempt is larger than 64 MiB, the most that is sent at once",
        );
    }
    if attempt.calls.iter().any(|call| str::from_utf8(&call.bytes).is_err()) {
        return refused(ErrorKind::Configuration, "a call is not UTF-8, which JSON is");
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
