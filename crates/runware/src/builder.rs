//! How a client is configured.

mod protocol;
#[cfg(any(feature = "http", feature = "websocket"))]
mod service;

use std::sync::{Arc, OnceLock};

use runware_poll::{Durations, Pacing, Plan};
use runware_transport::{Clock, TokioClock, Transport};
use tokio::sync::mpsc;

pub use protocol::Protocol;

use crate::care::Care;
use crate::client::Shared;
use crate::driver::Driver;
use crate::driver::setup::Setup;
use crate::journal::Journal;
use crate::keeping::Keeping;
use crate::kinds::Kinds;
use crate::lookup::Lookup;
use crate::registry::Registry;
use crate::stats::counters::Counters;
use crate::{Budget, Client, Error, entropy};

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
    #[cfg(any(feature = "http", feature = "websocket"))]
    service: service::Service,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    plan: Plan,
    batch_limit: Option<usize>,
    rate_limit: Option<f64>,
    max_requests_in_flight: Option<usize>,
    seed: Option<u64>,
    durations: Durations,
    journal: Option<Arc<dyn Journal>>,
    scope: Option<String>,
    budget: Option<Budget>,
    looks_only: bool,
}

impl ClientBuilder {
    /// Uses this transport, and nothing that is configured about the service itself.
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

    /// How tasks are watched, and for how long. Default: [`Plan::default`], which looks by what was
    /// [learned](runware_poll::Cadence::Learned) of such tasks, with a deadline of 20 minutes.
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

    /// How many requests are sent in a second at most, in the long run. Default: no limit.
    ///
    /// It holds for all clones of the client together, and for every submission, status check and question to the
    /// archive that it makes for its tasks: in any `T` seconds at most `rate * T` of them, and one second's worth more,
    /// at least one. What you ask for yourself, with [`Client::status`], [`Client::task_details`] and
    /// [`Client::stream_text`], is sent at once and does not count. Without a limit, what a client sends in a second is
    /// bounded by [how many requests are under way](Self::max_requests_in_flight) alone.
    ///
    /// A client speaks to one service, so there is one limit. Other clients, in this process too, have their own.
    ///
    /// ```
    /// use runware::Client;
    ///
    /// # async fn example() -> Result<(), runware::Error> {
    /// // Ten a second in the long run, and never more than twenty in one second.
    /// let client = Client::builder().api_key("your-key").rate_limit(10.0).build()?;
    /// # Ok(()) }
    /// ```
    ///
    /// [`build`](Self::build) refuses what is not a finite number above 0.
    #[must_use]
    pub fn rate_limit(mut self, requests_per_second: f64) -> Self {
        self.rate_limit = Some(requests_per_second);
        self
    }

    /// How many requests are under way at once at most. Default: 16. Zero counts as one.
    ///
    /// It holds for all clones of the client together. A quarter of them can be submissions, half status checks and a
    /// quarter questions to the archive, at least one each. A server that says that it is busy (429, 503) gets half as
    /// many for a while. Up to 64 tasks that are submitted with `deliveryMethod` `sync` wait for their results besides.
    ///
    /// ```
    /// use runware::Client;
    ///
    /// # async fn example() -> Result<(), runware::Error> {
    /// // One submission, two status checks and one question to the archive at once.
    /// let client = Client::builder().api_key("your-key").max_requests_in_flight(4).build()?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn max_requests_in_flight(mut self, limit: usize) -> Self {
        self.max_requests_in_flight = Some(limit.max(1));
        self
    }

    /// What is known of how long tasks take, from an earlier client's [`Client::durations`]. Default: nothing.
    ///
    /// A client learns it as it goes; with this it begins where the other one stopped. It counts for plans whose cadence
    /// is [`Cadence::Learned`](runware_poll::Cadence::Learned), as the default plan's is.
    ///
    /// ```
    /// use runware::Client;
    ///
    /// # async fn example(earlier: Client) -> Result<(), runware::Error> {
    /// let client = Client::builder().api_key("your-key").durations(earlier.durations().await).build()?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn durations(mut self, durations: Durations) -> Self {
        self.durations = durations;
        self
    }

    /// Keeps tasks in this journal: from before they are sent until what came of them is
    /// [confirmed](crate::Outcome::confirm). Default: none.
    ///
    /// Without a journal everything that is promised within one process holds as well, and nothing beyond it: a process
    /// that ends takes with it which tasks it had submitted, and what came of them. See [`journal`](crate::journal).
    #[must_use]
    pub fn journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Which service the tasks in the journal are meant for. Default: the host that the client speaks to, with its port
    /// where that is not the usual one: see [`scope_of`](crate::journal::scope_of).
    ///
    /// Tasks of another service are left alone: there the same id is another task.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Spends no more than this. Default: no limit. It needs a [journal](Self::journal), in which all who share it count.
    ///
    /// Each task that is bought needs a [price](crate::SubmitOptions::price) then; [`Client::dry_run`] asks the server for
    /// one. What the journal has needs none: it is gone on with. But what was begun without a price, and is not known to
    /// have arrived, is only looked for: this client never sends it, unless it is submitted again with its price.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Sends nothing that the journal has of earlier processes: what may never have arrived is looked for, and left to a
    /// client that may send it again. Default: it is sent again where that is safe.
    #[must_use]
    pub fn looks_only(mut self) -> Self {
        self.looks_only = true;
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
    /// with a URL that is not allowed, with one for the way that is not taken and none for the other, with a
    /// [`rate_limit`](Self::rate_limit) that is not a finite number above 0, or outside a Tokio runtime.
    pub fn build(self) -> Result<Client, Error> {
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| Error::configuration("a client needs a Tokio runtime: call `build` inside one"))?;
        let pacing = pacing(self.rate_limit, self.max_requests_in_flight)?;
        let clock = self.clock.clone().unwrap_or_else(|| Arc::new(TokioClock::new()));
        let keeping = self.keeping(&clock)?;
        let seed = self.seed.unwrap_or_else(entropy::seed);
        let transport = match self.transport {
            Some(transport) => transport,
            #[cfg(any(feature = "http", feature = "websocket"))]
            None => self.service.transport(&clock, seed)?,
            #[cfg(not(any(feature = "http", feature = "websocket")))]
            None => {
                return Err(Error::configuration("a client needs a transport: `ClientBuilder::transport`"));
            }
        };
        let (commands, inbox) = mpsc::unbounded_channel();
        let registry = Arc::new(Registry::default());
        let counters = Arc::new(Counters::default());
        let learned = Arc::new(OnceLock::new());
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
            pacing,
            seed,
            durations: self.durations,
            learned: Arc::clone(&learned),
            keeping: keeping.clone(),
        });
        runtime.spawn(driver.run());
        let kinds = Kinds::default();
        Ok(Client::new(Shared { commands, registry, counters, lookup, kinds, learned, keeping }, self.plan))
    }

    /// Where the tasks are kept, and under which names.
    fn keeping(&self, clock: &Arc<dyn Clock>) -> Result<Option<Arc<Keeping>>, Error> {
        let Some(journal) = &self.journal else {
            return match self.budget {
                Some(_) => Err(Error::configuration(
                    "a budget needs a journal, in which all who share it count: use `ClientBuilder::journal`",
                )),
                None => Ok(None),
            };
        };
        #[cfg(any(feature = "http", feature = "websocket"))]
        let (scope, account) = match &self.transport {
            Some(_) => (None, None),
            None => (Some(self.service.scope()), self.service.account()),
        };
        #[cfg(not(any(feature = "http", feature = "websocket")))]
        let (scope, account) = (None, None);
        let scope = self.scope.clone().or(scope).unwrap_or_else(|| OTHER_SCOPE.to_owned());
        let (journal, budget) = (Arc::clone(journal), self.budget.clone());
        let care = Care::new(&*journal, &scope);
        let clock = Arc::clone(clock);
        let (waits, looks_only) = (Arc::default(), self.looks_only);
        Ok(Some(Arc::new(Keeping { journal, scope, account, budget, looks_only, care, clock, waits })))
    }
}

fn pacing(rate: Option<f64>, in_flight: Option<usize>) -> Result<Pacing, Error> {
    let mut pacing = Pacing::new();
    if let Some(in_flight) = in_flight {
        pacing = pacing.with_in_flight(in_flight);
    }
    if let Some(rate) = rate {
        pacing = pacing.with_rate(rate).map_err(|_| {
            Error::configuration(format!("`rate_limit` is {rate}; it must be a finite number above 0"))
        })?;
    }
    Ok(pacing)
}

/// The service behind a transport of the caller's, unless configured otherwise.
const OTHER_SCOPE: &str = "custom";

/// Tasks in one request, unless configured otherwise.
const DEFAULT_BATCH_LIMIT: usize = 100;

#[cfg(test)]
#[cfg(all(feature = "http", feature = "websocket"))]
mod tests;
