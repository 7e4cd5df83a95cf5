//! How a client is configured.

use std::sync::Arc;

use runware_poll::Plan;
use runware_transport::{Clock, TokioClock, Transport};
use tokio::sync::mpsc;

use crate::client::Shared;
use crate::driver::{Driver, Setup};
use crate::lookup::Lookup;
use crate::registry::Registry;
use crate::stats::Counters;
use crate::{Client, Error, entropy};

/// The environment variable with the API key.
pub const API_KEY_VARIABLE: &str = "RUNWARE_API_KEY";

/// Configures a [`Client`]; made by [`Client::builder`].
///
/// ```no_run
/// use std::time::Duration;
/// use runware::{Client, poll::Plan};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::builder()
///     .api_key("your-key")
///     .plan(Plan::default().with_deadline(Duration::from_secs(300)))
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Debug, Default)]
pub struct ClientBuilder {
    #[cfg(feature = "http")]
    http: http::HttpOptions,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    plan: Plan,
    batch_limit: Option<usize>,
    seed: Option<u64>,
}

impl ClientBuilder {
    /// Uses this transport instead of HTTP with a key.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Takes the time from this clock. Default: Tokio's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// How tasks are watched, and for how long. Default: [`Plan::default`], with a deadline of 20 minutes.
    #[must_use]
    pub fn plan(mut self, plan: Plan) -> Self {
        self.plan = plan;
        self
    }

    /// How many tasks travel in one request at most. Default: 100. Zero counts as one.
    ///
    /// The API documents no maximum; a request that the server refuses as a whole is divided.
    #[must_use]
    pub fn batch_limit(mut self, limit: usize) -> Self {
        self.batch_limit = Some(limit.max(1));
        self
    }

    /// Fixes the randomness of jitter, for reproducible timelines. Default: random.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Builds the client and starts its driver on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) without a key and without a transport,
    /// with a base URL that is not allowed, or outside a Tokio runtime.
    pub fn build(self) -> Result<Client, Error> {
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| Error::configuration("a client needs a Tokio runtime: call `build` inside one"))?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(TokioClock::new()));
        let transport = match self.transport {
            Some(transport) => transport,
            #[cfg(feature = "http")]
            None => self.http.connect(&clock)?,
            #[cfg(not(feature = "http"))]
            None => {
                return Err(Error::configuration("a client needs a transport: `ClientBuilder::transport`"));
            }
        };
        let seed = self.seed.unwrap_or_else(entropy::seed);
        let (commands, inbox) = mpsc::unbounded_channel();
        let registry = Arc::new(Registry::default());
        let counters = Arc::new(Counters::default());
        let lookup = Lookup {
            transport: Arc::clone(&transport),
            clock: Arc::clone(&clock),
            counters: Arc::clone(&counters),
            seed,
        };
        let driver = Driver::new(Setup {
            transport,
            clock,
            registry: Arc::clone(&registry),
            counters: Arc::clone(&counters),
            inbox,
            batch_limit: self.batch_limit.unwrap_or(DEFAULT_BATCH_LIMIT),
            seed,
        });
        runtime.spawn(driver.run());
        Ok(Client::new(Shared { commands, registry, counters, lookup }, self.plan))
    }
}

/// Tasks in one request, unless configured otherwise.
const DEFAULT_BATCH_LIMIT: usize = 100;

#[cfg(feature = "http")]
mod http {
    //! The part of the configuration that is about HTTP.

    use std::sync::Arc;

    use runware_transport::{ApiKey, BodyLimits, Clock, HttpTransport, InvalidApiKey, Transport};

    use super::{API_KEY_VARIABLE, ClientBuilder};
    use crate::Error;

    #[derive(Debug, Default)]
    pub(super) struct HttpOptions {
        api_key: Option<Result<ApiKey, InvalidApiKey>>,
        base_url: Option<String>,
        user_agent_prefix: Option<String>,
        insecure_http: bool,
        body_limits: Option<BodyLimits>,
    }

    impl ClientBuilder {
        /// The API key. It is sent to the configured origin only, and appears in no log, error or `Debug`.
        #[must_use]
        pub fn api_key(mut self, key: impl Into<String>) -> Self {
            self.http.api_key = Some(ApiKey::new(key));
            self
        }

        /// Takes the API key from `RUNWARE_API_KEY`.
        ///
        /// # Errors
        ///
        /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the variable is not set.
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where the library reads the environment"
        )]
        pub fn api_key_from_env(self) -> Result<Self, Error> {
            match std::env::var(API_KEY_VARIABLE) {
                Ok(key) => Ok(self.api_key(key)),
                Err(_) => Err(Error::configuration(format!(
                    "the environment variable `{API_KEY_VARIABLE}` is not set; it holds the API key"
                ))),
            }
        }

        /// The URL that tasks are posted to. Default: `https://api.runware.ai/v1`.
        ///
        /// Plain `http` is allowed for loopback addresses only.
        #[must_use]
        pub fn base_url(mut self, url: impl Into<String>) -> Self {
            self.http.base_url = Some(url.into());
            self
        }

        /// Allows plain `http` for any address: the key and the prompts travel in the clear then.
        #[must_use]
        pub fn insecure_http(mut self, allow: bool) -> Self {
            self.http.insecure_http = allow;
            self
        }

        /// How much of a reply is taken in. Default: 64 MiB, decompressed.
        #[must_use]
        pub fn body_limits(mut self, limits: BodyLimits) -> Self {
            self.http.body_limits = Some(limits);
            self
        }

        /// Puts the name of your program in front of the `User-Agent`, such as `my-app/1.2`.
        #[must_use]
        pub fn user_agent_prefix(mut self, prefix: impl Into<String>) -> Self {
            self.http.user_agent_prefix = Some(prefix.into());
            self
        }
    }

    impl HttpOptions {
        pub(super) fn connect(self, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Transport>, Error> {
            let key = self.api_key.ok_or_else(|| {
                Error::configuration(format!(
                    "an API key is missing: use `ClientBuilder::api_key`, or set `{API_KEY_VARIABLE}` and use \
                     `ClientBuilder::api_key_from_env`"
                ))
            })?;
            let key = key.map_err(Error::invalid_key)?;
            let mut builder =
                HttpTransport::builder(Some(key)).clock(Arc::clone(clock)).insecure_http(self.insecure_http);
            if let Some(url) = self.base_url {
                builder = builder.base_url(url);
            }
            if let Some(limits) = self.body_limits {
                builder = builder.limits(limits);
            }
            if let Some(prefix) = self.user_agent_prefix {
                builder = builder.user_agent_prefix(prefix);
            }
            Ok(Arc::new(builder.build().map_err(Error::transport)?))
        }
    }
}
