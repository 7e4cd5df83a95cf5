//! How the WebSocket transport is configured.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Uri};

use super::dial::Dialler;
use super::network::Network;
use super::{Connector, WebSocketTransport};
use crate::base_url::{BaseUrl, Schemes};
use crate::session::{Schedule, Settings};
use crate::user_agent::user_agent;
use crate::{ApiKey, Clock, TokioClock, TransportError};

/// The address of the API's socket: `wss://ws-api.runware.ai/v1`.
///
/// One address serves every task type (docs/wire.md, endpoints).
pub const DEFAULT_WS_BASE_URL: &str = "wss://ws-api.runware.ai/v1";

const SCHEMES: Schemes = Schemes { secure: "wss", plain: "ws" };
const MAX_MESSAGE_BYTES: usize = 64 << 20;
/// What the library's own limits are safe with.
const MOST_EXCHANGES: usize = 1 << 20;

/// How a [`WebSocketTransport`] is set up.
///
/// ```
/// use runware_transport::{ApiKey, WebSocketTransport};
///
/// let transport = WebSocketTransport::builder(Some(ApiKey::new("abc123")?))
///     .base_url("ws://127.0.0.1:8080/v1")
///     .user_agent_prefix("my-gateway/2.1")
///     .build()?;
/// assert_eq!(transport.origin(), "ws://127.0.0.1:8080");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct WebSocketTransportBuilder {
    key: Option<ApiKey>,
    base_url: String,
    insecure_http: bool,
    user_agent_prefix: Option<String>,
    max_message_bytes: usize,
    settings: Settings,
    reconnect: Schedule,
    connector: Option<Arc<dyn Connector>>,
    clock: Option<Arc<dyn Clock>>,
}

impl WebSocketTransportBuilder {
    pub(super) fn new(key: Option<ApiKey>) -> Self {
        Self {
            key,
            base_url: DEFAULT_WS_BASE_URL.to_owned(),
            insecure_http: false,
            user_agent_prefix: None,
            max_message_bytes: MAX_MESSAGE_BYTES,
            settings: Settings::default(),
            reconnect: Box::new(|| Box::new(doubling())),
            connector: None,
            clock: None,
        }
    }

    /// The address that is connected to, path and all. Default: [`DEFAULT_WS_BASE_URL`].
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Allows plain `ws` to other machines, which **shows the API key and every prompt to the network**.
    /// Default: off. Loopback addresses (127.0.0.0/8, `::1`, `localhost`) do not need it.
    pub fn insecure_http(mut self, allow: bool) -> Self {
        self.insecure_http = allow;
        self
    }

    /// Words in front of the `User-Agent`, by which a program built on this crate names itself. Default: none.
    pub fn user_agent_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.user_agent_prefix = Some(prefix.into());
        self
    }

    /// The largest message that is taken in, in bytes. Default: 64 MiB.
    ///
    /// A larger one ends the connection, because what follows it in the stream cannot be read without it. It
    /// stands in for [`Limits::max_bytes`](runware_types::Limits::max_bytes) of the settings.
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }

    /// What the session keeps to: time-outs, pings, bounds. Default: [`Settings::default`].
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// How long to wait between tries to connect. Default: 1 s, 2 s, 4 s and so on up to 30 s, without jitter.
    ///
    /// `series` makes a new series of delays, from its beginning; that is asked for once a connection has proven
    /// stable. The last delay of a series that ends is repeated. Where many clients may lose their connections at
    /// the same moment, hand in delays with jitter.
    pub fn reconnect<I>(mut self, mut series: impl FnMut() -> I + Send + 'static) -> Self
    where
        I: Iterator<Item = Duration> + Send + 'static,
    {
        self.reconnect = Box::new(move || Box::new(series()));
        self
    }

    /// What makes the connections. Default: TCP and TLS to the origin of `base_url`, through the proxy that the
    /// environment names.
    pub fn connector(mut self, connector: Arc<dyn Connector>) -> Self {
        self.connector = Some(connector);
        self
    }

    /// The clock that everything is measured by. Default: a [`TokioClock`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The transport. No connection is made until there is an attempt to send.
    ///
    /// # Errors
    ///
    /// A [configuration error](TransportError::is_configuration) that names the field, when
    /// * `base_url` is not a `wss` URL (or `ws`, where that is allowed), or holds a user name, a password or a
    ///   fragment;
    /// * `user_agent_prefix` is empty, longer than 200 characters, or not printable ASCII;
    /// * `max_message_bytes` or `settings.max_exchanges` let nothing through;
    /// * the platform has no certificates to trust, and `base_url` is `wss`.
    pub fn build(self) -> Result<WebSocketTransport, TransportError> {
        let base_url = BaseUrl::parse(&self.base_url, SCHEMES, self.insecure_http)?;
        let user_agent = user_agent(self.user_agent_prefix.as_deref())?;
        let user_agent = HeaderValue::try_from(user_agent)
            .map_err(|_| TransportError::configuration("`user_agent_prefix` does not fit into a header"))?;
        if self.max_message_bytes == 0 {
            return Err(TransportError::configuration(
                "`max_message_bytes` is zero, which lets no message through",
            ));
        }
        if self.settings.max_exchanges == 0 {
            return Err(TransportError::configuration(
                "`settings.max_exchanges` is zero, which lets no attempt through",
            ));
        }
        let mut settings = self.settings;
        settings.max_exchanges = settings.max_exchanges.min(MOST_EXCHANGES);
        settings.limits.max_bytes = self.max_message_bytes;
        let connector = match self.connector {
            Some(connector) => connector,
            None => Arc::new(Network::new(&base_url)?),
        };
        let clock = self.clock.unwrap_or_else(|| Arc::new(TokioClock::new()));
        let dialler = Dialler {
            connector,
            uri: Uri::try_from(base_url.url().as_str())
                .map_err(|_| TransportError::configuration("`base_url` is not a URL"))?,
            origin: base_url.origin(),
            user_agent,
            key: self.key,
            max_message_bytes: self.max_message_bytes,
            clock,
        };
        Ok(WebSocketTransport::new(dialler, settings, self.reconnect))
    }
}

/// Leaves the address out, which may hold credentials that `build` is still to refuse.
impl fmt::Debug for WebSocketTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketTransportBuilder")
            .field("key", &self.key)
            .field("insecure_http", &self.insecure_http)
            .field("user_agent_prefix", &self.user_agent_prefix)
            .field("max_message_bytes", &self.max_message_bytes)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn doubling() -> impl Iterator<Item = Duration> + Send {
    (0..5).map(|step| Duration::from_secs(1 << step)).chain(std::iter::repeat(Duration::from_secs(30)))
}
