//! The emulator as a local server of HTTP and WebSockets.

mod body;
mod clock;
mod connection;
mod faulty_io;
mod guard;
mod routes;
mod socket;
mod stream;

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

use self::clock::TokioClock;
pub use self::clock::{Clock, Sleep};
use self::faulty_io::Lines;
use self::guard::Guard;
use crate::core::Core;
use crate::fault::{IoRule, Rule};
use crate::ledger::Ledger;
use crate::options::Options;

/// A running emulator. It ends, with everything in it, when it is [shut down](Self::shutdown) or dropped.
///
/// ```
/// use runware_emulator::{Emulator, Options};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let emulator = Emulator::start(Options::new().seed(7)).await?;
/// println!("POST your tasks to {}", emulator.http_url());
/// emulator.shutdown().await;
/// # Ok::<(), runware_emulator::StartError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Emulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    inside: mpsc::UnboundedSender<DuplexStream>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// What all connections share.
struct Shared {
    core: Mutex<Core>,
    clock: Arc<dyn Clock>,
    guard: Guard,
    lines: Lines,
    stop: watch::Receiver<bool>,
    /// Tells all WebSockets that one may have something to do because of another.
    roused: Notify,
}

/// How much an in-memory connection holds in each direction before writing to it waits.
const INSIDE_BUFFER: usize = 64 << 10;

impl Emulator {
    /// Starts a server on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// There is no free port.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves nothing behind.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime with I/O and time.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        Self::builder().options(options).start().await
    }

    /// Chooses address and clock too.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder {
            options: Options::new(),
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            allow_remote: false,
            clock: None,
        }
    }

    /// The URL that tasks are sent to: `http://127.0.0.1:PORT/v1`.
    pub fn http_url(&self) -> String {
        format!("http://{}/v1", reachable(self.address))
    }

    /// The URL that WebSockets are opened at: `ws://127.0.0.1:PORT/v1`.
    pub fn ws_url(&self) -> String {
        format!("ws://{}/v1", reachable(self.address))
    }

    /// Connects without leaving the process: the other end of this stream is served like a connection that was accepted,
    /// and `localhost` will do as its `Host`.
    ///
    /// With a paused clock the time of such a connection is that of the test: nothing of it takes any, and a wait is over
    /// as soon as nobody has anything else to do. When the emulator has ended, the stream is at its end.
    ///
    /// ```
    /// use runware_emulator::{Emulator, Options};
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let emulator = Emulator::start(Options::new()).await?;
    /// let mut connection = emulator.connect();
    /// connection.write_all(b"GET /nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    /// let mut reply = String::new();
    /// connection.read_to_string(&mut reply).await?;
    /// assert!(reply.starts_with("HTTP/1.1 404"));
    /// emulator.shutdown().await;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn connect(&self) -> DuplexStream {
        self.dialer().connect()
    }

    /// What [connects](Self::connect) and can be given away; it does not keep the emulator running.
    pub fn dialer(&self) -> Dialer {
        Dialer { inside: self.inside.clone() }
    }

    /// The address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What really happened until now.
    pub fn ledger(&self) -> Ledger {
        let mut core = self.shared.core();
        core.advance(self.shared.clock.now());
        core.ledger().clone()
    }

    /// Adds a fault that counts requests from now on.
    pub fn inject(&self, rule: Rule) {
        self.shared.core().inject(rule);
    }

    /// Adds a fault of connections, below HTTP. It strikes those that are open too, in place of what struck them before.
    ///
    /// ```
    /// use runware_emulator::{Emulator, IoFault, IoRule, Options};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let emulator = Emulator::start(Options::new()).await?;
    /// // Whoever connects next finds nobody there.
    /// emulator.inject_io(IoRule::new(IoFault::HalfOpen).nth(emulator.connections() + 1));
    /// # emulator.shutdown().await;
    /// # Ok::<(), runware_emulator::StartError>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inject_io(&self, rule: IoRule) {
        self.shared.lines.inject(rule);
    }

    /// Drops all faults of connections. Those that are still there go on where they were stopped.
    pub fn heal_io(&self) {
        self.shared.lines.heal();
    }

    /// How many connections were accepted so far, which is the number of the last one.
    ///
    /// A client may be done connecting before the server has accepted, but it gets no reply before that.
    pub fn connections(&self) -> u64 {
        self.shared.lines.accepted()
    }

    /// Stops, and returns when no task and no connection is left.
    ///
    /// Replies under way are finished if that takes less than a second; those that are still waiting for their time are
    /// not sent, and their connections are closed. WebSockets are closed with code 1001.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends everything at once.
    pub async fn shutdown(mut self) {
        let _ = self.stop.send(true);
        // The task ends in a panic only if one of ours did, and that was reported then.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Connects to an emulator without leaving the process; made by [`Emulator::dialer`].
#[derive(Clone, Debug)]
pub struct Dialer {
    inside: mpsc::UnboundedSender<DuplexStream>,
}

impl Dialer {
    /// A new connection; see [`Emulator::connect`].
    pub fn connect(&self) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(INSIDE_BUFFER);
        // Where nobody takes it, it is dropped, and this end of it says so.
        let _ = self.inside.send(theirs);
        ours
    }
}

impl Shared {
    fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the server is told to stop.
    async fn stopped(&self) {
        let mut stop = self.stop.clone();
        // An error says that the sender is gone, which is as good as being told.
        let _ = stop.wait_for(|stop| *stop).await;
    }
}

/// An emulator that is being set up; made by [`Emulator::builder`].
#[derive(Clone)]
pub struct EmulatorBuilder {
    options: Options,
    address: SocketAddr,
    allow_remote: bool,
    clock: Option<Arc<dyn Clock>>,
}

impl EmulatorBuilder {
    /// Sets what the emulator is made of.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Listens on this address; port 0 is any free port. Default: 127.0.0.1, port 0.
    pub fn bind(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Allows addresses that other machines can reach, and any `Host` header.
    ///
    /// The emulator protects nothing: whoever reaches it can use it.
    pub fn allow_remote(mut self, allow: bool) -> Self {
        self.allow_remote = allow;
        self
    }

    /// Takes time from this clock, a closure for instance. Default: the runtime's, paused where that is paused.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// The address cannot be had, or other machines can reach it and that was not
    /// [allowed](Self::allow_remote).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves nothing behind.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime with I/O and time.
    pub async fn start(self) -> Result<Emulator, StartError> {
        if !self.address.ip().is_loopback() && !self.allow_remote {
            return Err(StartError { address: self.address, source: None });
        }
        let failed = |error| StartError { address: self.address, source: Some(error) };
        let listener = TcpListener::bind(self.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let mut options = self.options;
        options.files_url.get_or_insert_with(|| format!("http://{}/files", reachable(address)));
        let io_faults = std::mem::take(&mut options.io_faults);
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared {
            core: Mutex::new(Core::new(options)),
            clock: self.clock.unwrap_or_else(|| Arc::new(TokioClock::start())),
            guard: Guard::new(address.ip(), self.allow_remote),
            lines: Lines::new(io_faults),
            stop: stopped,
            roused: Notify::new(),
        });
        let (inside, connections) = mpsc::unbounded_channel();
        let task = tokio::spawn(connection::accept(listener, connections, Arc::clone(&shared)));
        tracing::debug!(%address, "listening");
        Ok(Emulator { shared, address, inside, stop, task })
    }
}

impl fmt::Debug for EmulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatorBuilder")
            .field("address", &self.address)
            .field("allow_remote", &self.allow_remote)
            .finish_non_exhaustive()
    }
}

/// An address to reach a listener at, which may listen on all of a machine's addresses.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    SocketAddr::new(ip, address.port())
}

/// The server could not be started.
#[derive(Debug)]
pub struct StartError {
    address: SocketAddr,
    source: Option<io::Error>,
}

impl StartError {
    /// Whether other machines can reach the address and that was not allowed.
    pub fn is_remote_address(&self) -> bool {
        self.source.is_none()
    }

    /// The address asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            Some(_) => write!(f, "cannot listen on {}", self.address),
            None => write!(
                f,
                "other machines can reach {}; listen on a loopback address or allow it",
                self.address
            ),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
