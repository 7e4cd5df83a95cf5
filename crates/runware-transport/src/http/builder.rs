//! How the HTTP transport is configured.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};

use super::{HttpTransport, failure};
use crate::base_url::{BaseUrl, Schemes};
use crate::excerpt::excerpt;
use crate::user_agent::user_agent;
use crate::{ApiKey, BodyLimits, Clock, TokioClock, TransportError, tls};

/// The address of the API: `https://api.runware.ai/v1`.
///
/// One address serves every task type (docs/wire.md, endpoints).
pub const DEFAULT_BASE_URL: &str = "https://api.runware.ai/v1";

const SCHEMES: Schemes = Schemes { secure: "https", plain: "http" };
const ALPN: &[&[u8]] = &[b"h2", b"http/1.1"];
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);
const POOL_MAX_IDLE: usize = 8;

/// How an [`HttpTransport`] is set up.
///
/// ```
/// use runware_transport::{ApiKey, HttpTransport};
///
/// let transport = HttpTransport::builder(Some(ApiKey::new("abc123")?))
///     .base_url("http://127.0.0.1:8080/v1")
///     .user_agent_prefix("my-gateway/2.1")
///     .build()?;
/// assert_eq!(transport.origin(), "http://127.0.0.1:8080");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct HttpTransportBuilder {
    key: Option<ApiKey>,
    base_url: String,
    user_agent_prefix: Option<String>,
    insecure_http: bool,
    limits: BodyLimits,
    clock: Option<Arc<dyn Clock>>,
}

impl HttpTransportBuilder {
    pub(super) fn new(key: Option<ApiKey>) -> Self {
        Self {
            key,
            base_url: DEFAULT_BASE_URL.to_owned(),
            user_agent_prefix: None,
            insecure_http: false,
            limits: BodyLimits::default(),
            clock: None,
        }
    }

    /// The address that every attempt is posted to, path and all. Default: [`DEFAULT_BASE_URL`].
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Words in front of the `User-Agent`, by which a program built on this crate names itself. Default: none.
    pub fn user_agent_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.user_agent_prefix = Some(prefix.into());
        self
    }

    /// Allows plain `http` to other machines, which **shows the API key and every prompt to the network**.
    /// Default: off. Loopback addresses (127.0.0.0/8, `::1`, `localhost`) do not need it.
    pub fn insecure_http(mut self, allow: bool) -> Self {
        self.insecure_http = allow;
        self
    }

    /// How much of a reply is taken in. Default: [`BodyLimits::default`].
    pub fn limits(mut self, limits: BodyLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The clock that time-outs are measured by. Default: a [`TokioClock`].
    ///
    /// The one time not taken from it is the bound on connecting, which is 10 s of the runtime's time; the
    /// attempt's own time-out, measured by this clock, holds while connecting too.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The transport. Nothing is sent, and no connection is made.
    ///
    /// # Errors
    ///
    /// A [configuration error](TransportError::is_configuration) that names the field, when
    /// * `base_url` is not an `https` URL (or `http`, where that is allowed), or holds a user name, a password or
    ///   a fragment;
    /// * `user_agent_prefix` is empty, longer than 200 characters, or not printable ASCII;
    /// * `limits` let nothing through;
    /// * the platform has no certificates to trust, and `base_url` is `https`.
    pub fn build(self) -> Result<HttpTransport, TransportError> {
        let base_url = BaseUrl::parse(&self.base_url, SCHEMES, self.insecure_http)?;
        if self.limits.max_bytes == 0 || self.limits.max_ratio == 0 {
            return Err(TransportError::configuration(
                "`limits` has a zero in it, which lets no reply through",
            ));
        }
        let user_agent = user_agent(self.user_agent_prefix.as_deref())?;
        let client = client(&base_url, user_agent, self.key.as_ref())?;
        let headers = headers(self.key.as_ref())?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(TokioClock::new()));
        Ok(HttpTransport::new(client, base_url, headers, self.key, self.limits, clock))
    }
}

/// Leaves the address out, which may hold credentials that `build` is still to refuse.
impl fmt::Debug for HttpTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransportBuilder")
            .field("key", &self.key)
            .field("user_agent_prefix", &self.user_agent_prefix)
            .field("insecure_http", &self.insecure_http)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

fn client(
    base_url: &BaseUrl,
    user_agent: String,
    key: Option<&ApiKey>,
) -> Result<reqwest::Client, TransportError> {
    let tls = tls_config(base_url).map_err(|error| {
        TransportError::configuration("TLS cannot be set up")
            .with_causes([excerpt(error.to_string().as_bytes(), key)])
    })?;
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(user_agent)
        // Only the layers above know whether a task may be sent twice.
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(POOL_MAX_IDLE)
        .tcp_nodelay(true);
    if base_url.is_loopback() {
        // What is meant for this machine must not leave it: neither through a proxy that the environment names,
        // nor through a resolver that has its own idea of `localhost`.
        let local = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
        builder = builder.no_proxy().resolve_to_addrs("localhost", &local);
    }
    builder.build().map_err(|error| {
        TransportError::configuration("the HTTP client cannot be set up")
            .with_causes(failure::causes(&error.without_url(), key))
    })
}

fn tls_config(base_url: &BaseUrl) -> Result<rustls::ClientConfig, rustls::Error> {
    if base_url.is_tls() {
        return tls::platform_config(ALPN);
    }
    if base_url.is_loopback() {
        return tls::trustless_config(ALPN);
    }
    // A proxy on the way may speak TLS. Without certificates to trust it by, the rest still works.
    tls::platform_config(ALPN).or_else(|_| tls::trustless_config(ALPN))
}

/// The headers of every attempt (docs/wire.md, request headers).
fn headers(key: Option<&ApiKey>) -> Result<HeaderMap, TransportError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(key) = key {
        let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose()))
            .map_err(|_| TransportError::configuration("the API key does not fit into a header"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}
