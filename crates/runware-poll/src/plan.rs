//! [`Plan`]: how one task is looked after.

use std::time::Duration;

use crate::backoff::{Backoff, Jitter};
use crate::cadence::Cadence;

/// How a task is looked after: when to look, how to recover from faults, when to give up.
///
/// Every plan is valid; a setter that could break it returns an error instead. Plans are shared:
/// one `Arc<Plan>` serves all tasks with the same wishes.
///
/// ```
/// use runware_poll::{Cadence, Plan};
/// use std::time::Duration;
///
/// let plan = Plan::new()
///     .with_deadline(Duration::from_secs(300))
///     .with_cadence(Cadence::Exponential {
///         first: Duration::from_secs(5),
///         factor: 1.2,
///         cap: Duration::from_secs(15),
///         spread: 0.2,
///     })?;
/// assert_eq!(plan.deadline(), Duration::from_secs(300));
/// assert_eq!(plan.query_timeout(), Duration::from_secs(10));
/// # Ok::<(), runware_poll::InvalidPlan>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    cadence: Cadence,
    recovery: Backoff,
    deadline: Duration,
    grace: Duration,
    query_timeout: Duration,
}

impl Plan {
    /// The defaults, each of which its setter names.
    pub const fn new() -> Self {
        Self {
            cadence: Cadence::learned(),
            recovery: Backoff::exponential(Duration::from_millis(500), 2.0, Duration::from_secs(10))
                .jitter(Jitter::Equal),
            deadline: Duration::from_secs(20 * 60),
            grace: Duration::from_secs(60),
            query_timeout: Duration::from_secs(10),
        }
    }

    /// When to look at a healthy task. Default: [`Cadence::learned`].
    ///
    /// # Errors
    ///
    /// If a figure is outside the range that [`Cadence`] states for it.
    pub fn with_cadence(mut self, cadence: Cadence) -> Result<Self, InvalidPlan> {
        cadence.check()?;
        self.cadence = cadence;
        Ok(self)
    }

    /// When to look after a fault, until an answer comes through again.
    ///
    /// Default: from 0.5 s, doubling, up to 10 s, with [`Jitter::Equal`]. A look after a fault keeps the
    /// cadence's shortest gap to the look before it, whatever is set here.
    ///
    /// # Errors
    ///
    /// If no delay could be longer than zero.
    pub fn with_recovery(mut self, recovery: Backoff) -> Result<Self, InvalidPlan> {
        let longest = recovery.longest();
        if longest.is_zero() {
            return Err(InvalidPlan::new("recovery", format!("at most {longest:?}"), "longer than 0s"));
        }
        self.recovery = recovery;
        Ok(self)
    }

    /// How long after its start a task is given up, at most. Default: 20 minutes.
    ///
    /// Zero means at once. [`Duration::MAX`] means never.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How long a task may stay invisible before another source is asked. Default: 60 s.
    ///
    /// See [`Step::Question`](crate::Step::Question).
    #[must_use]
    pub const fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How long one query may take before it counts as a fault. Default: 10 s.
    ///
    /// # Errors
    ///
    /// If it is zero: no query could ever be answered.
    pub fn with_query_timeout(mut self, query_timeout: Duration) -> Result<Self, InvalidPlan> {
        if query_timeout.is_zero() {
            return Err(InvalidPlan::new("query_timeout", format!("{query_timeout:?}"), "longer than 0s"));
        }
        self.query_timeout = query_timeout;
        Ok(self)
    }

    /// When to look at a healthy task.
    pub const fn cadence(&self) -> &Cadence {
        &self.cadence
    }

    /// When to look after a fault.
    pub const fn recovery(&self) -> &Backoff {
        &self.recovery
    }

    /// How long after its start a task is given up.
    pub const fn deadline(&self) -> Duration {
        self.deadline
    }

    /// How long a task may stay invisible before another source is asked.
    pub const fn grace(&self) -> Duration {
        self.grace
    }

    /// How long one query may take.
    pub const fn query_timeout(&self) -> Duration {
        self.query_timeout
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::new()
    }
}

/// A figure that no [`Plan`] and no [`Pacing`](crate::Pacing) can hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is {found}; it must be {allowed}")]
pub struct InvalidPlan {
    field: &'static str,
    found: String,
    allowed: String,
}

impl InvalidPlan {
    pub(crate) fn new(field: &'static str, found: String, allowed: impl Into<String>) -> Self {
        Self { field, found, allowed: allowed.into() }
    }

    /// Which figure it is, such as `cadence.factor`.
    pub const fn field(&self) -> &'static str {
        self.field
    }
}
