//! The WebSocket transport of a world, with a pipe in memory for a network.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use runware::transport::{
    ApiKey, Attempt, Clock, Connection, Connector, Io, Replies, Transport, TransportError, Unclaimed,
    WebSocketTransport, async_trait,
};

use super::{Server, Wire, millis};

/// A WebSocket transport to the emulator of a wire, whose attempts are noted there.
#[derive(Debug)]
pub(super) struct Socket {
    wire: Arc<Wire>,
    transport: WebSocketTransport,
}

impl Socket {
    pub(super) fn new(wire: Arc<Wire>) -> Self {
        let clock: Arc<dyn Clock> = Arc::clone(&wire.clock) as Arc<dyn Clock>;
        let transport = WebSocketTransport::builder(Some(ApiKey::new("test-key").unwrap()))
            .base_url("ws://127.0.0.1:1/v1")
            .clock(clock)
            .reconnect(|| std::iter::repeat(millis(500)))
            .connector(Arc::new(Pipe(Arc::clone(&wire))))
            .build()
            .unwrap();
        Self { wire, transport }
    }
}

#[async_trait]
impl Transport for Socket {
    async fn send(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        self.wire.note(&attempt);
        self.transport.send(attempt).await
    }

    async fn dry_run(&self, attempt: Attempt) -> Result<Replies, TransportError> {
        self.transport.dry_run(attempt).await
    }

    fn take_unclaimed(&self) -> Option<Unclaimed> {
        self.transport.take_unclaimed()
    }

    fn connection(&self) -> Connection {
        self.transport.connection()
    }

    async fn close(&self) {
        self.transport.close().await;
        self.wire.closed.store(true, Ordering::Relaxed);
    }
}

/// Leads to the emulator of a wire.
#[derive(Debug)]
struct Pipe(Arc<Wire>);

#[async_trait]
impl Connector for Pipe {
    async fn connect(&self) -> io::Result<Box<dyn Io>> {
        if self.0.takes_refusal() {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        match &self.0.server {
            Server::Emulator(emulator) => Ok(Box::new(emulator.connect())),
            Server::Core(_) => unreachable!("the core is asked directly"),
        }
    }
}
