//! The part of the configuration that is about the service: where it is, who asks, and which way to it is taken.

#[cfg(feature = "websocket")]
mod reconnect;
mod way;

use std::sync::Arc;
#[cfg(feature = "websocket")]
use std::time::Duration;

#[cfg(feature = "websocket")]
use runware_transport::TransportError;
use runware_transport::{ApiKey, BodyLimits, Clock, InvalidApiKey, Transport};

use way::{Named, Way};

use super::{API_KEY_VARIABLE, ClientBuilder, Protocol};
use crate::Error;
#[cfg(feature = "websocket")]
use crate::causes::causes;
use crate::journal::scope_of;

/// Where the service is, who asks, and which way to it is taken.
#[derive(Debug, Default)]
pub(super) struct Service {
    api_key: Option<Result<ApiKey, InvalidApiKey>>,
    protocol: Protocol,
    base_url: Option<String>,
    ws_base_url: Option<String>,
    user_agent_prefix: Option<String>,
    insecure_http: bool,
    body_limits: Option<BodyLimits>,
}

impl ClientBuilder {
    /// The API key. It is sent to the configured origins only, and appears in no log, error or `Debug`.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.service.api_key = Some(ApiKey::new(key));
        self
    }

    /// Takes the API key from `RUNWARE_API_KEY`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the variable is not set.
    #[expect(clippy::disallowed_methods, reason = "the one place where the library reads the environment")]
    pub fn api_key_from_env(self) -> Result<Self, Error> {
        match std::env::var(API_KEY_VARIABLE) {
            Ok(key) => Ok(self.api_key(key)),
            Err(_) => Err(Error::configuration(format!(
                "the environment variable `{API_KEY_VARIABLE}` is not set; it holds the API key"
            ))),
        }
    }

    /// Which way to the service is taken. Default: [`Protocol::WebSocketOrHttp`].
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.service.protocol = protocol;
        self
    }

    /// Allows plain `http` and `ws` for any address: the key and the prompts travel in the clear then.
    #[must_use]
    pub fn insecure_http(mut self, allow: bool) -> Self {
        self.service.insecure_http = allow;
        self
    }

    /// Puts the name of your program in front of the `User-Agent`, such as `my-app/1.2`.
    #[must_use]
    pub fn user_agent_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.service.user_agent_prefix = Some(prefix.into());
        self
    }

    /// How much of a reply is taken in. Default: 64 MiB, decompressed. The size holds for each message of a WebSocket
    /// too, which is never compressed.
    #[must_use]
    pub fn body_limits(mut self, limits: BodyLimits) -> Self {
        self.service.body_limits = Some(limits);
        self
    }
}

impl Service {
    /// The name of the service in a journal: the host and port that tasks are sent to, whichever way they take.
    pub(super) fn scope(&self) -> String {
        scope_of(self.base_url.as_deref().or(self.ws_base_url.as_deref()).unwrap_or(SERVICE))
    }

    /// Tells this key from others in a journal, without showing it.
    pub(super) fn account(&self) -> Option<String> {
        Some(self.api_key.as_ref()?.as_ref().ok()?.fingerprint())
    }

    /// The transport that all this describes. No connection is made yet.
    pub(super) fn transport(self, clock: &Arc<dyn Clock>, seed: u64) -> Result<Arc<dyn Transport>, Error> {
        let named = Named { http: self.base_url.is_some(), websocket: self.ws_base_url.is_some() };
        let way = named.way(self.protocol)?;
        let key = self.api_key.clone().ok_or_else(|| {
            Error::configuration(format!(
                "an API key is missing: use `ClientBuilder::api_key`, or set `{API_KEY_VARIABLE}` and use \
                 `ClientBuilder::api_key_from_env`"
            ))
        })?;
        let key = key.map_err(Error::invalid_key)?;
        match way {
            #[cfg(all(feature = "http", feature = "websocket"))]
            Way::Both => {
                let socket = self.websocket(key.clone(), clock, seed, Some(PATIENCE))?;
                let http = self.http(key, clock)?;
                Ok(Arc::new(crate::route::Routed::new(socket, http, Arc::clone(clock))))
            }
            #[cfg(feature = "websocket")]
            Way::WebSocket => self.websocket(key, clock, seed, None),
            #[cfg(feature = "http")]
            Way::Http => self.http(key, clock),
            #[cfg(not(all(feature = "http", feature = "websocket")))]
            other => {
                let _ = (key, clock, seed);
                Err(Error::configuration(format!(
                    "the protocol {other:?} needs a feature that is not enabled"
                )))
            }
        }
    }
}

#[cfg(feature = "http")]
impl ClientBuilder {
    /// The URL that tasks are posted to. Default: `https://api.runware.ai/v1`.
    ///
    /// Plain `http` is allowed for loopback addresses only. Unless
    /// [`ws_base_url`](ClientBuilder::ws_base_url) is set too, it means that there is no WebSocket: the key goes
    /// nowhere that was not named.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.service.base_url = Some(url.into());
        self
    }
}

#[cfg(feature = "websocket")]
impl ClientBuilder {
    /// The URL of the WebSocket. Default: `wss://ws-api.runware.ai/v1`.
    ///
    /// Plain `ws` is allowed for loopback addresses only. Unless `base_url` is set too, it means that there is no
    /// HTTP to fall back to: the key goes nowhere that was not named.
    #[must_use]
    pub fn ws_base_url(mut self, url: impl Into<String>) -> Self {
        self.service.ws_base_url = Some(url.into());
        self
    }
}

#[cfg(feature = "http")]
impl Service {
    fn http(&self, key: ApiKey, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Transport>, Error> {
        let builder = runware_transport::HttpTransport::builder(Some(key));
        let mut builder = builder.clock(Arc::clone(clock)).insecure_http(self.insecure_http);
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url);
        }
        if let Some(limits) = self.body_limits {
            builder = builder.limits(limits);
        }
        if let Some(prefix) = &self.user_agent_prefix {
            builder = builder.user_agent_prefix(prefix);
        }
        Ok(Arc::new(builder.build().map_err(Error::transport)?))
    }
}

#[cfg(feature = "websocket")]
impl Service {
    /// With `patience`, what cannot be sent fails after so long without a connection.
    fn websocket(
        &self,
        key: ApiKey,
        clock: &Arc<dyn Clock>,
        seed: u64,
        patience: Option<Duration>,
    ) -> Result<Arc<dyn Transport>, Error> {
        let settings = runware_transport::session::Settings::default().with_patience(patience);
        let builder = runware_transport::WebSocketTransport::builder(Some(key));
        let mut builder = builder
            .clock(Arc::clone(clock))
            .insecure_http(self.insecure_http)
            .settings(settings)
            .reconnect(reconnect::schedule(seed));
        if let Some(url) = &self.ws_base_url {
            builder = builder.base_url(url);
        }
        if let Some(limits) = self.body_limits {
            builder = builder.max_message_bytes(limits.max_bytes);
        }
        if let Some(prefix) = &self.user_agent_prefix {
            builder = builder.user_agent_prefix(prefix);
        }
        Ok(Arc::new(builder.build().map_err(|error| Error::transport(of_socket(&error)))?))
    }
}

/// An error of the socket's own builder, in the names that its settings have here.
#[cfg(feature = "websocket")]
fn of_socket(error: &TransportError) -> TransportError {
    let message = error.to_string().replace("`base_url`", "`ws_base_url`");
    TransportError::new(error.kind(), error.delivery(), message).with_causes(causes(error))
}

/// Where the service is, where nobody names another.
const SERVICE: &str = "https://api.runware.ai";

/// How long a task waits for the socket when it can go over HTTP as well.
#[cfg(all(feature = "http", feature = "websocket"))]
const PATIENCE: Duration = Duration::from_secs(5);
