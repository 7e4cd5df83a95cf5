//! The whole client over a WebSocket, fault by fault.
//!
//! The names of the tests begin with the numbers of the faults in `docs/faults.md`. Most run in virtual time, over
//! pipes in memory; what is about two ways to the server runs over real connections, by clocks that are fast.

mod closing;
mod connecting;
mod frames;
mod losses;
mod peer;
mod questions;
mod resuming;
mod routing;
mod secrecy;
mod states;

use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{Either, select};
use runware::poll::{Backoff, Jitter};
use runware::transport::testing::PausedClock;
use runware::transport::{
    ApiKey, Clock, Connector, Io, WebSocketTransport, WebSocketTransportBuilder, async_trait,
};
use runware::types::RawTask;
use runware::{Client, ClientBuilder, Outcome, Status};
use runware_emulator::{
    Account, Action, Dialer, Emulator, IoFault, IoRule, Ledger, Options, RequestKind, Rule,
};

use crate::harness::{id, millis, secs};

/// An emulator, and clients that reach it through pipes in memory, in virtual time.
pub(crate) struct Net {
    pub(crate) emulator: Arc<Emulator>,
    pub(crate) clock: Arc<PausedClock>,
    dials: Arc<Mutex<Vec<Duration>>>,
    clients: AtomicU64,
}

impl Net {
    pub(crate) async fn start(options: Options) -> Self {
        let emulator = Emulator::start(options).await.unwrap();
        Self {
            emulator: Arc::new(emulator),
            clock: Arc::new(PausedClock::new()),
            dials: Arc::default(),
            clients: AtomicU64::new(7),
        }
    }

    /// A client that comes back half a second after a loss.
    pub(crate) fn client(&self) -> Client {
        self.client_with(|transport| transport.reconnect(|| std::iter::repeat(millis(500))))
    }

    /// A client with another transport.
    pub(crate) fn client_with(
        &self,
        transport: impl FnOnce(WebSocketTransportBuilder) -> WebSocketTransportBuilder,
    ) -> Client {
        self.client_from(transport, |builder| builder)
    }

    /// A client with another transport and another configuration.
    pub(crate) fn client_from(
        &self,
        configure: impl FnOnce(WebSocketTransportBuilder) -> WebSocketTransportBuilder,
        finish: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Client {
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let connector = Pipe {
            dialer: self.emulator.dialer(),
            clock: Arc::clone(&self.clock),
            dials: Arc::clone(&self.dials),
        };
        let transport = WebSocketTransport::builder(Some(ApiKey::new("test-key").unwrap()))
            .base_url("ws://localhost/v1")
            .clock(Arc::clone(&clock))
            .connector(Arc::new(connector));
        let transport = Arc::new(configure(transport).build().unwrap());
        // No two do everything at the same moments.
        let seed = self.clients.fetch_add(1, Ordering::Relaxed);
        finish(Client::builder().transport(transport).clock(clock).seed(seed)).build().unwrap()
    }

    /// Runs a task to its end, with a client of its own.
    pub(crate) async fn run(&self, task: impl Into<RawTask>) -> Outcome {
        let client = self.client();
        let outcome = self.within(secs(300), client.run(task)).await.unwrap();
        client.close().await;
        outcome
    }

    /// What comes of a future, which must not take longer than this by the clock of the test.
    pub(crate) async fn within<F: Future>(&self, time: Duration, future: F) -> F::Output {
        within(&*self.clock, time, future).await
    }

    /// Lets the clock go on.
    pub(crate) async fn pass(&self, time: Duration) {
        self.clock.sleep_until(self.clock.now() + time).await;
    }

    /// Resets every connection that is open, and none after them.
    pub(crate) async fn cut(&self) {
        self.emulator.inject_io(IoRule::new(IoFault::Reset));
        self.pass(millis(1)).await;
        self.emulator.heal_io();
    }

    /// When connections were asked for.
    pub(crate) fn dials(&self) -> Vec<Duration> {
        self.dials.lock().unwrap().clone()
    }

    pub(crate) fn ledger(&self) -> Ledger {
        self.emulator.ledger()
    }

    pub(crate) fn account(&self, name: &str) -> Account {
        self.ledger().task(&id(name)).cloned().unwrap_or_default()
    }

    /// Checks that the task succeeded, was bought once, and was never sent with other bytes.
    pub(crate) fn assert_delivered(&self, name: &str, outcome: &Outcome) {
        assert_eq!(
            (outcome.status(), outcome.results().len()),
            (Status::Succeeded, 1),
            "{name}: {outcome:?}"
        );
        assert_bought_once(&self.ledger(), name);
    }
}

/// Makes pipes, and notes when.
#[derive(Debug)]
struct Pipe {
    dialer: Dialer,
    clock: Arc<PausedClock>,
    dials: Arc<Mutex<Vec<Duration>>>,
}

#[async_trait]
impl Connector for Pipe {
    async fn connect(&self) -> io::Result<Box<dyn Io>> {
        self.dials.lock().unwrap().push(self.clock.now());
        Ok(Box::new(self.dialer.connect()))
    }
}

/// Checks that a task was accepted and billed once, and never sent with other bytes.
pub(crate) fn assert_bought_once(ledger: &Ledger, name: &str) {
    let account = ledger.task(&id(name)).unwrap_or_else(|| panic!("{name} never came"));
    assert_eq!((account.accepted, account.billed), (1, 1), "{name}: {account:?}");
    assert_same_bytes(account);
}

/// Checks that all submissions of a task were the same.
pub(crate) fn assert_same_bytes(account: &Account) {
    let first = account.submissions.first().map(|submission| submission.hash);
    assert!(account.submissions.iter().all(|submission| Some(submission.hash) == first), "{account:?}");
}

/// What comes of a future, which must not take longer than this.
pub(crate) async fn within<F: Future>(clock: &dyn Clock, time: Duration, future: F) -> F::Output {
    let bound = clock.sleep_until(clock.now() + time);
    match select(pin!(future), bound).await {
        Either::Left((output, _)) => output,
        Either::Right(_) => panic!("still not over after {time:?}"),
    }
}

/// A fault of one frame of status checks.
fn on_check(number: u64, action: Action) -> Rule {
    Rule::new(action).kind(RequestKind::Status).nth(number)
}

fn on_upgrade(action: Action) -> Rule {
    Rule::new(action).kind(RequestKind::Upgrade)
}

fn on_authentication(action: Action) -> Rule {
    Rule::new(action).kind(RequestKind::Authenticate)
}

/// Delays as the facade has them: half a second, and up to 1 s, 2 s, 4 s and so on to 30 s more.
pub(crate) fn spread(seed: u64) -> impl Iterator<Item = Duration> + Send {
    let delays = Backoff::exponential(secs(1), 2.0, secs(30)).jitter(Jitter::Full).delays(seed);
    delays.map(|delay| millis(500) + delay)
}

/// What results take in most of these tests.
fn usual() -> Options {
    Options::new().seed(1).duration(secs(5))
}

/// A frame as a server may write it, right or wrong.
fn frame(head: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![head];
    match payload.len() {
        length @ 0..126 => frame.push(length as u8),
        length @ 126..65_536 => {
            frame.push(126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            frame.push(127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame
}

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
