//! Connections: accepting, serving and ending them.

use std::fmt;
use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tower::Service;

use super::Shared;
use super::clock::pause;
use super::faulty_io::{FaultyIo, Line};
use super::routes::{self, Severed};
use super::socket::{self, Switching};

/// How many connections are served at a time; further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 4_096;
/// How long replies under way may take after the server was told to stop.
const GRACE: Duration = Duration::from_secs(1);

/// Serves connections until the server is told to stop, and then until the last one has ended.
///
/// They come from the listener, and out of this process from `inside`.
pub(super) async fn accept(
    listener: TcpListener,
    mut inside: mpsc::UnboundedReceiver<DuplexStream>,
    shared: Arc<Shared>,
) {
    let router = routes::router(Arc::clone(&shared));
    let mut connections = JoinSet::new();
    let mut stopped = pin!(shared.stopped());
    loop {
        select! {
            () = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            Some(stream) = inside.recv(), if connections.len() < MAX_CONNECTIONS => {
                connections.spawn(serve(stream, shared.lines.open(), router.clone(), Arc::clone(&shared)));
            }
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "cannot turn off delayed sending");
                    }
                    connections.spawn(serve(stream, shared.lines.open(), router.clone(), Arc::clone(&shared)));
                }
                Err(error) => {
                    // Most likely there are no file descriptors left, and trying again at once would not help.
                    tracing::warn!(%error, "cannot accept a connection");
                    pause(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop((listener, inside));
    select! {
        () = async { while connections.join_next().await.is_some() {} } => {}
        () = pause(GRACE) => connections.shutdown().await,
    }
}

/// Serves a connection, first its requests and then the WebSocket it may become.
async fn serve<S: Stream>(stream: S, line: Arc<Line>, router: Router, shared: Arc<Shared>) {
    let reset = Arc::new(AtomicBool::new(false));
    let wire = Wire { stream, reset: Arc::clone(&reset) };
    let io = TokioIo::new(FaultyIo::new(wire, line, Arc::clone(&reset), Arc::clone(&shared)));
    let upgrade = Mutex::new(None);
    let service =
        service_fn(|request| answer(request, router.clone(), Arc::clone(&shared), &reset, &upgrade));
    let mut connection = Box::pin(http1::Builder::new().serve_connection(io, service).with_upgrades());
    let ended = select! {
        ended = connection.as_mut() => ended,
        () = shared.stopped() => {
            connection.as_mut().graceful_shutdown();
            connection.as_mut().await
        }
    };
    drop(connection);
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
    let upgrade = upgrade.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(upgrade) = upgrade {
        socket::serve(upgrade, shared, reset).await;
    }
}

async fn answer(
    request: Request<Incoming>,
    mut router: Router,
    shared: Arc<Shared>,
    reset: &AtomicBool,
    upgrade: &Mutex<Option<OnUpgrade>>,
) -> Result<Response<Body>, SeveredError> {
    let mut response = match shared.guard.refusal(request.headers()) {
        Some(message) => routes::refusal(StatusCode::FORBIDDEN, "forbidden", message),
        None => router.call(request).await.unwrap_or_else(|never| match never {}),
    };
    if let Some(severed) = response.extensions().get::<Severed>() {
        reset.store(severed.reset, Ordering::Relaxed);
        return Err(SeveredError);
    }
    if let Some(Switching(switched)) = response.extensions_mut().remove() {
        *upgrade.lock().unwrap_or_else(PoisonError::into_inner) = Some(switched);
    }
    response.headers_mut().insert("x-emulator", HeaderValue::from_static("1"));
    Ok(response)
}

/// Makes hyper drop the connection without an answer.
#[derive(Debug)]
struct SeveredError;

impl fmt::Display for SeveredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is severed, as a fault or the end of the server demands")
    }
}

impl std::error::Error for SeveredError {}

/// What connections are made of.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// Makes it end with a reset when it is dropped, where there is such a thing.
    fn arm_reset(&self) -> io::Result<()>;
}

impl Stream for TcpStream {
    fn arm_reset(&self) -> io::Result<()> {
        self.set_zero_linger()
    }
}

impl Stream for DuplexStream {
    fn arm_reset(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A stream that can be made to end with a reset.
struct Wire<S: Stream> {
    stream: S,
    reset: Arc<AtomicBool>,
}

impl<S: Stream> Drop for Wire<S> {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed)
            && let Err(error) = self.stream.arm_reset()
        {
            tracing::debug!(%error, "cannot reset a connection");
        }
    }
}

impl<S: Stream> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: Stream> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
