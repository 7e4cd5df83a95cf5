//! WebSockets: from the upgrade of a connection to its end.

mod handshake;
mod link;

use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::select;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use self::link::{Link, Received};
use super::Shared;
use super::clock::pause;
use crate::core::{Outgoing, SocketId};

pub(super) use self::handshake::{Switching, upgrade};

/// The code with which a server that stops closes its sockets.
const GOING_AWAY: u16 = 1001;
/// How long the peer may take to answer a close frame.
const FAREWELL: Duration = Duration::from_secs(1);
/// How much is gathered before it is written; far more than a usual frame.
const WRITE_BUFFER: usize = 16 << 10;

/// Serves a WebSocket until it ends or the server is told to stop.
pub(super) async fn serve(upgrade: OnUpgrade, shared: Arc<Shared>, reset: Arc<AtomicBool>) {
    let upgraded = match upgrade.await {
        Ok(upgraded) => TokioIo::new(upgraded),
        Err(error) => return tracing::debug!(%error, "a connection ended before it was a WebSocket"),
    };
    let limit = Some(shared.core().max_body_bytes());
    let config = WebSocketConfig::default()
        .max_message_size(limit)
        .max_frame_size(limit)
        .read_buffer_size(WRITE_BUFFER)
        .write_buffer_size(WRITE_BUFFER);
    let seat = Seat::take(shared);
    let mut link = Link::new(WebSocketStream::from_raw_socket(upgraded, Role::Server, Some(config)).await);
    let ended = select! {
        biased;
        () = seat.shared.stopped() => End::Close(GOING_AWAY),
        ended = converse(&seat, &mut link) => ended,
    };
    if matches!(ended, End::Mute) {
        seat.shared.stopped().await;
    }
    drop(seat);
    match ended {
        End::Close(code) => {
            // Whoever does not answer is not waited for.
            select! {
                () = link.close(code) => {}
                () = pause(FAREWELL) => {}
            }
        }
        End::Reset => reset.store(true, Ordering::Relaxed),
        End::Mute | End::Gone => {}
    }
}

/// How a socket ends.
enum End {
    /// With a close frame of this code.
    Close(u16),
    Reset,
    /// With the server, and without a word until then.
    Mute,
    /// It is gone, or is dropped as it is.
    Gone,
}

/// A socket of the core, which is told when this one is gone.
struct Seat {
    shared: Arc<Shared>,
    id: SocketId,
}

impl Seat {
    fn take(shared: Arc<Shared>) -> Self {
        let now = shared.clock.now();
        let id = shared.core().open_socket(now);
        Self { shared, id }
    }

    fn receive(&self, frame: &[u8]) {
        let now = self.shared.clock.now();
        let mut core = self.shared.core();
        core.take_frame(now, self.id, frame);
        self.rouse(core.take_disturbance());
    }

    /// What to do next, or when to ask again.
    fn next(&self) -> Result<Outgoing, Option<Duration>> {
        let now = self.shared.clock.now();
        let mut core = self.shared.core();
        let next = core.poll_socket(now, self.id).ok_or_else(|| core.socket_timeout(self.id));
        self.rouse(core.take_disturbance());
        next
    }

    /// Has all sockets look again, where one of them has something to do because of this one.
    fn rouse(&self, disturbed: bool) {
        if disturbed {
            self.shared.roused.notify_waiters();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let now = self.shared.clock.now();
        let mut core = self.shared.core();
        core.socket_closed(now, self.id);
        self.rouse(core.take_disturbance());
    }
}

/// Sends what is due and takes what comes, until the end.
///
/// While a message cannot be written none is read, so that a peer that does not read cannot have much pile up here.
async fn converse(seat: &Seat, link: &mut Link<TokioIo<Upgraded>>) -> End {
    loop {
        let mut roused = pin!(seat.shared.roused.notified());
        // From here on nothing is missed.
        roused.as_mut().enable();
        let wake_at = match send_due(seat, link).await {
            ControlFlow::Continue(wake_at) => wake_at,
            ControlFlow::Break(end) => return end,
        };
        select! {
            biased;
            received = link.receive() => match received {
                Received::Message(message) => seat.receive(&message),
                Received::Control => {}
                Received::Refused(code) => return End::Close(code),
                Received::End => return End::Gone,
            },
            () = roused => {}
            () = wait_until(seat, wake_at) => {}
        }
    }
}

/// Sends what is due; says when the next thing is.
async fn send_due(seat: &Seat, link: &mut Link<TokioIo<Upgraded>>) -> ControlFlow<End, Option<Duration>> {
    loop {
        let sent = match seat.next() {
            Err(wake_at) => return ControlFlow::Continue(wake_at),
            Ok(Outgoing::Frame(body)) => {
                let binary = seat.shared.core().sends_binary();
                link.send(body, binary).await
            }
            Ok(Outgoing::Part(body, bytes)) => link.send_part(&body, bytes).await,
            Ok(Outgoing::Raw(bytes)) => link.send_raw(&bytes).await,
            Ok(Outgoing::Close(code)) => return ControlFlow::Break(End::Close(code)),
            Ok(Outgoing::Cut) => return ControlFlow::Break(End::Gone),
            Ok(Outgoing::Reset) => return ControlFlow::Break(End::Reset),
            Ok(Outgoing::Mute) => return ControlFlow::Break(End::Mute),
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "a WebSocket ended early");
            return ControlFlow::Break(End::Gone);
        }
    }
}

fn wait_until(seat: &Seat, at: Option<Duration>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    match at {
        Some(at) => seat.shared.clock.sleep_until(at),
        None => Box::pin(std::future::pending()),
    }
}
