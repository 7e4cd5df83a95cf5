//! Which way to the server is taken.

/// How a client talks to the service.
///
/// Both ways carry the same tasks, and a task that was submitted over one can be watched over the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// One WebSocket for everything, and HTTP for what it cannot take: while there has been no connection for 5 s,
    /// for bodies above 4 MiB, for answers that are too large for it, and for streamed text. The default.
    ///
    /// If only one of the two features `http` and `websocket` is enabled, it is that way alone. So it is if only one
    /// of [`base_url`](crate::ClientBuilder::base_url) and [`ws_base_url`](crate::ClientBuilder::ws_base_url) is
    /// set: the key goes nowhere that was not named.
    #[default]
    WebSocketOrHttp,
    /// The WebSocket alone. What it cannot take has to wait for it, or fails. Needs the feature `websocket`.
    WebSocket,
    /// A request of its own for everything. Needs the feature `http`.
    Http,
}
