//! A client and an emulator in one process, in virtual time.
//!
//! The emulator answers in no time, so that every delay in a timeline is the client's own choice.
//! Run tests with `#[tokio::test(start_paused = true)]`: the clock then jumps to whatever is due next.
//!
//! A test that is listed in [`over_each_transport!`](crate::harness::over_each_transport) runs twice from one
//! definition: once with the emulator's core as the server of a transport that behaves as over HTTP, and once with
//! the real WebSocket transport, which talks to the emulator through a pipe in memory.

mod faults;
mod pieces;
mod socket;
mod tasks;
mod way;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use runware::poll::{Backoff, Cadence, Plan};
use runware::transport::testing::PausedClock;
use runware::transport::{
    Attempt, Call, Clock, Delivery, ErrorKind, Replies, Reply, StreamingReply, Transport, TransportError,
    async_trait, parse_retry_after,
};
use runware::types::{ApiError, Envelope, GetResponse, Item, TaskType, TaskUuid};
use runware::{Client, ClientBuilder, Event, Task};
use runware_emulator::{Account, Core, Emulator, Fate, Head, Ledger, Options, Response, Rule};
use serde_json::Value;

pub(crate) use faults::{not_found, on_check, on_details, on_submit, replace, revoke_key, trouble};
pub(crate) use tasks::{codes, id, image, text, video};
pub(crate) use way::{Way, over, over_each_connection, over_each_transport};

/// A client and the emulator that it talks to.
pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) wire: Arc<Wire>,
}

impl World {
    /// A world with a fixed seed.
    pub(crate) fn new(options: Options) -> Self {
        Self::with(options, |builder| builder)
    }

    /// A world whose client is configured further.
    pub(crate) fn with(options: Options, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        let wire = Arc::new(Wire::new(options));
        Self { client: wire.client(configure), wire }
    }

    /// A world whose client gives up after `deadline`.
    pub(crate) fn with_deadline(options: Options, deadline: Duration) -> Self {
        Self::with(options, |builder| builder.plan(Plan::default().with_deadline(deadline)))
    }

    /// Adds a fault that counts requests from now on.
    pub(crate) fn inject(&self, rule: Rule) {
        self.wire.inject(rule);
    }

    /// Another client of the same emulator, as another process would be, that has never heard of any task.
    pub(crate) fn other_client(&self) -> Client {
        self.wire.client(|builder| builder)
    }

    /// Lets the clock of this world go on for `time`.
    pub(crate) async fn pass(&self, time: Duration) {
        self.wire.clock.sleep_until(self.wire.now() + time).await;
    }

    /// Watches a task to its end: each event, with the millisecond at which it was known.
    pub(crate) async fn story(&self, task: &Task) -> Vec<String> {
        let mut events = task.events();
        let mut story = Vec::new();
        while let Some(event) = events.next().await {
            let word = match event {
                Ok(Event::Accepted { replayed: false, .. }) => "accepted".to_owned(),
                Ok(Event::Accepted { .. }) => "accepted before".to_owned(),
                Ok(Event::Progress(percent)) => format!("{percent} %"),
                Ok(Event::Result(result)) => format!("result {}", result.index()),
                Ok(Event::Failure(failure)) => format!("failure {}", failure.error().code()),
                Ok(Event::PollFault(cause)) => format!("fault {cause}"),
                Ok(Event::Settled(outcome)) => outcome.status().as_str().to_owned(),
                Ok(other) => format!("{other:?}"),
                Err(error) => format!("{:?}", error.kind()),
            };
            story.push(format!("{} {word}", self.wire.now().as_millis()));
        }
        story
    }

    /// What really happened to one task.
    pub(crate) fn account(&self, task: TaskUuid) -> Account {
        self.ledger().task(&task).cloned().unwrap_or_default()
    }

    /// What really happened at the server.
    pub(crate) fn ledger(&self) -> Ledger {
        self.wire.ledger()
    }
}

/// The way to the emulator, which notes everything that passes.
#[derive(Debug)]
pub(crate) struct Wire {
    clock: Arc<PausedClock>,
    server: Server,
    log: Mutex<Vec<Sent>>,
    refusals: AtomicUsize,
    closed: AtomicBool,
}

/// Who answers.
#[derive(Debug)]
enum Server {
    Core(Box<Mutex<CoreCell>>),
    Emulator(Emulator),
}

/// One request as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) at: Duration,
    /// The task types and ids in it, in order.
    pub(crate) tasks: Vec<(TaskType, TaskUuid)>,
}

struct CoreCell(Core);

impl std::fmt::Debug for CoreCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Core")
    }
}

impl Wire {
    pub(crate) fn new(options: Options) -> Self {
        let clock = Arc::new(PausedClock::new());
        let server = match Way::chosen() {
            Way::Http => Server::Core(Box::new(Mutex::new(CoreCell(Core::new(options))))),
            Way::WebSocket => {
                let started = Emulator::start(options).now_or_never();
                Server::Emulator(started.expect("binding to an address needs no waiting").unwrap())
            }
        };
        Self {
            clock,
            server,
            log: Mutex::default(),
            refusals: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        }
    }

    /// Another client of the same emulator, as another process would be.
    pub(crate) fn client(self: &Arc<Self>, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as Arc<dyn Clock>;
        configure(Client::builder().transport(self.transport()).clock(clock).seed(7)).build().unwrap()
    }

    /// A way to the emulator of its own.
    pub(crate) fn transport(self: &Arc<Self>) -> Arc<dyn Transport> {
        match &self.server {
            Server::Core(_) => Arc::clone(self) as Arc<dyn Transport>,
            Server::Emulator(_) => Arc::new(socket::Socket::new(Arc::clone(self))),
        }
    }

    /// Adds a fault that counts requests from now on.
    pub(crate) fn inject(&self, rule: Rule) {
        match &self.server {
            Server::Core(core) => core.lock().unwrap().0.inject(rule),
            Server::Emulator(emulator) => emulator.inject(rule),
        }
    }

    /// What a status check shows of a task, long after everything has happened.
    pub(crate) async fn last_check(self: &Arc<Self>, task: TaskUuid) -> (Vec<Item>, Vec<ApiError>) {
        let call = GetResponse::new(task).encode();
        let transport = self.transport();
        let (mut items, mut errors) = (Vec::new(), Vec::new());
        // Late enough for every task to be visible, and often enough.
        self.clock.sleep_until(self.now() + secs(10)).await;
        for _ in 0..3 {
            (items, errors) = (Vec::new(), Vec::new());
            let attempt = Attempt::new([Call::new(Some(task), call.clone())], secs(10));
            let Ok(mut replies) = transport.send(attempt).await else { continue };
            // Over a socket, there may be silence where there is nothing to say.
            while let Some(Ok(reply)) = replies.next().await {
                items.extend(reply.envelope.items);
                errors.extend(reply.envelope.errors);
            }
        }
        transport.close().await;
        (items, errors)
    }

    /// What really happened at the server.
    pub(crate) fn ledger(&self) -> Ledger {
        match &self.server {
            Server::Core(core) => {
                let core = &mut core.lock().unwrap().0;
                core.advance(self.clock.now());
                core.ledger().clone()
            }
            Server::Emulator(emulator) => emulator.ledger(),
        }
    }

    /// Refuses the next connections: not a byte of those requests is sent.
    pub(crate) fn refuse_connections(&self, count: usize) {
        self.refusals.store(count, Ordering::Relaxed);
    }

    /// True once a client has closed its connections.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Every request so far.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.log.lock().unwrap().clone()
    }

    /// When status checks were sent, in milliseconds.
    pub(crate) fn check_times(&self) -> Vec<u128> {
        self.times_of(&TaskType::GetResponse)
    }

    /// When requests with a task of this type were sent, in milliseconds.
    pub(crate) fn times_of(&self, task_type: &TaskType) -> Vec<u128> {
        let sent = self.sent().into_iter();
        let fitting = sent.filter(|sent| sent.tasks.iter().any(|(of, _)| of == task_type));
        fitting.map(|sent| sent.at.as_millis()).collect()
    }

    /// The clock of this world.
    pub(crate) fn clock(&self) -> &PausedClock {
        &self.clock
    }

    /// The time by the clock of this world.
    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Whether this connection is one of those to be refused.
    fn takes_refusal(&self) -> bool {
        let left = self.refusals.load(Ordering::Relaxed);
        self.refusals.store(left.saturating_sub(1), Ordering::Relaxed);
        left > 0
    }

    fn note(&self, attempt: &Attempt) {
        let tasks = attempt.calls.iter().map(|call| {
            let task: Value = serde_json::from_slice(&call.bytes).unwrap();
            (TaskType::from(task["taskType"].as_str().unwrap()), call.task_uuid.unwrap())
        });
        let sent = Sent { at: self.clock.now(), tasks: tasks.collect() };
        self.log.lock().unwrap().push(sent);
    }
}

impl Wire {
    /// Carries an attempt to the core of the emulator, under this head, and its reply back.
    async fn carry(&self, attempt: Attempt, head: Head) -> Result<Replies, TransportError> {
        let Server::Core(core) = &self.server else { unreachable!("a socket is used instead") };
        self.note(&attempt);
        if self.takes_refusal() {
            return Err(TransportError::new(ErrorKind::Connect, Delivery::NotSent, "connection refused"));
        }
        let started = self.clock.now();
        let response = core.lock().unwrap().0.handle(started, &head, &attempt.body());
        let cut_off = started + attempt.timeout;
        let until = match response.fate {
            Fate::Hang | Fate::Stall(_) => cut_off,
            _ => response.ready_at.min(cut_off),
        };
        if until > started {
            self.clock.sleep_until(until).await;
        }
        match response.fate {
            _ if until >= cut_off => Err(fault(ErrorKind::Timeout)),
            Fate::Deliver => deliver(response),
            Fate::Truncate(_) => Err(fault(ErrorKind::Interrupted).with_status(response.status)),
            _ => Err(fault(ErrorKind::Interrupted)),
        }
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        self.carry(attempt, Head::bearer("test-key")).await
    }

    async fn dry_run(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        self.carry(attempt, Head::bearer("test-key").dry_run()).await
    }

    async fn open_stream(&self, attempt: Attempt, _idle: Duration) -> Result<StreamingReply, TransportError> {
        Ok(self.stream(&attempt).await)
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }
}

fn deliver(response: Response) -> Result<Replies, TransportError> {
    let asked = response.headers.iter().find(|(name, _)| *name == "retry-after");
    let delay = asked.and_then(|(_, value)| parse_retry_after(value.as_bytes(), None));
    match Envelope::decode(response.body) {
        Ok(envelope) => {
            let mut reply = Reply::new(response.status, envelope);
            reply.retry_after = delay;
            Ok(Replies::one(reply))
        }
        Err(_) => {
            let error = TransportError::new(ErrorKind::Undecodable, Delivery::Answered, "not an envelope")
                .with_status(response.status);
            Err(delay.map_or(error.clone(), |delay| error.with_retry_after(delay)))
        }
    }
}

fn fault(kind: ErrorKind) -> TransportError {
    TransportError::new(kind, Delivery::MaybeSent, "a fault was asked for")
}

/// A plan without chance: looks after 1, 1.5, 2.25 … s and, after faults, 0.5, 1, 2 … s.
pub(crate) fn exact_plan() -> Plan {
    let cadence = Cadence::Exponential { first: secs(1), factor: 1.5, cap: secs(10), spread: 0.0 };
    let recovery = Backoff::exponential(millis(500), 2.0, secs(10));
    Plan::new().with_cadence(cadence).unwrap().with_recovery(recovery).unwrap()
}

/// The default plan, but for what is learned: how one task ends does not change when another is looked at.
pub(crate) fn unlearned_plan() -> Plan {
    Plan::new().with_cadence(Cadence::exponential()).unwrap()
}

/// Whole seconds.
pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Milliseconds.
pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
