//! What a session keeps to.

use std::time::Duration;

use runware_types::Limits;

/// What a [`Session`](super::Session) keeps to.
///
/// ```
/// use std::time::Duration;
/// use runware_transport::session::Settings;
///
/// let settings = Settings::default().with_patience(Duration::from_secs(5));
/// assert_eq!(settings.auth_timeout, Duration::from_secs(15));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// How long the server may take to authenticate a connection. Default: 15 s.
    pub auth_timeout: Duration,
    /// How long one of the two directions may be quiet before a ping is sent. Default: 30 s.
    ///
    /// The service is known to close a connection that was quiet for 120 s, and not in which direction.
    pub ping_after: Duration,
    /// How long nothing at all may come after a ping before the connection counts as dead. Default: 45 s.
    pub pong_timeout: Duration,
    /// How long a connection must have been ready for its loss to count as the first one again. Default: 30 s.
    pub stable_after: Duration,
    /// How long the rest of the answer to a batch of status checks is waited for, after a frame that holds some of
    /// it. Default: 250 ms. Twice as long as that frame took, up to 2 s, if that is longer: a server that is slow to
    /// answer one may be slow to answer the next.
    pub linger: Duration,
    /// How long the other acknowledgements of a batch of asynchronous submissions are waited for, after one. Then the
    /// attempt ends as timed out, and what was acknowledged is known. Default: 2 s.
    pub submit_linger: Duration,
    /// How long further results of a synchronous task are waited for, after one. Default: 10 s.
    pub sync_linger: Duration,
    /// How long attempts that were not sent wait for a connection. Default: `None`, for as long as their own time.
    ///
    /// Otherwise they fail as not sent once a connection has been wanted and missing for so long, which may have been
    /// the case already before they were made.
    pub patience: Option<Duration>,
    /// How long no connection is made after the server has refused them for good. Default: 60 s; at least 1 s.
    pub cooldown: Duration,
    /// The most attempts that may be open at once. Default: 1024.
    pub max_exchanges: usize,
    /// How much a frame may ask of its reader.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            auth_timeout: Duration::from_secs(15),
            ping_after: Duration::from_secs(30),
            pong_timeout: Duration::from_secs(45),
            stable_after: Duration::from_secs(30),
            linger: Duration::from_millis(250),
            submit_linger: Duration::from_secs(2),
            sync_linger: Duration::from_secs(10),
            patience: None,
            cooldown: Duration::from_secs(60),
            max_exchanges: 1024,
            limits: Limits::default(),
        }
    }
}

impl Settings {
    /// Sets how long the server may take to authenticate a connection.
    #[must_use]
    pub fn with_auth_timeout(self, auth_timeout: Duration) -> Self {
        Self { auth_timeout, ..self }
    }

    /// Sets how long one of the two directions may be quiet before a ping is sent.
    #[must_use]
    pub fn with_ping_after(self, ping_after: Duration) -> Self {
        Self { ping_after, ..self }
    }

    /// Sets how long nothing at all may come after a ping.
    #[must_use]
    pub fn with_pong_timeout(self, pong_timeout: Duration) -> Self {
        Self { pong_timeout, ..self }
    }

    /// Sets how long a connection must have been ready for its loss to count as the first one again.
    #[must_use]
    pub fn with_stable_after(self, stable_after: Duration) -> Self {
        Self { stable_after, ..self }
    }

    /// Sets how long the rest of the answer to a batch of status checks is waited for.
    #[must_use]
    pub fn with_linger(self, linger: Duration) -> Self {
        Self { linger, ..self }
    }

    /// Sets how long the other acknowledgements of a batch of asynchronous submissions are waited for.
    #[must_use]
    pub fn with_submit_linger(self, submit_linger: Duration) -> Self {
        Self { submit_linger, ..self }
    }

    /// Sets how long further results of a synchronous task are waited for.
    #[must_use]
    pub fn with_sync_linger(self, sync_linger: Duration) -> Self {
        Self { sync_linger, ..self }
    }

    /// Sets how long attempts that were not sent wait for a connection.
    #[must_use]
    pub fn with_patience(self, patience: impl Into<Option<Duration>>) -> Self {
        Self { patience: patience.into(), ..self }
    }

    /// Sets how long no connection is made after the server has refused them for good.
    #[must_use]
    pub fn with_cooldown(self, cooldown: Duration) -> Self {
        Self { cooldown, ..self }
    }

    /// Sets the most attempts that may be open at once.
    #[must_use]
    pub fn with_max_exchanges(self, max_exchanges: usize) -> Self {
        Self { max_exchanges, ..self }
    }

    /// Sets how much a frame may ask of its reader.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}
