//! [`Quota`]: how many retries a client has left.

/// A token bucket for retries, so that an outage does not become a storm.
///
/// A retry costs 5 tokens, one after a time-out 10, and each success gives 1 back. With the default of 500
/// tokens at most 100 retries (50 after time-outs) happen between two successes, however many tasks
/// there are. An empty bucket never blocks: it says no.
///
/// The figures are those of the retry quota of the AWS SDKs.
///
/// ```
/// use runware_poll::{Quota, Retry};
///
/// let mut quota = Quota::new(12);
/// assert!(quota.try_spend(Retry::AfterTimeout));
/// assert!(!quota.try_spend(Retry::AfterFault), "2 tokens are not enough");
/// for _ in 0..3 {
///     quota.success();
/// }
/// assert!(quota.try_spend(Retry::AfterFault));
/// assert_eq!(quota.available(), 0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    available: u32,
    capacity: u32,
}

impl Quota {
    /// A full bucket of `capacity` tokens. With 0 there are no retries at all.
    pub const fn new(capacity: u32) -> Self {
        Self { available: capacity, capacity }
    }

    /// Pays for a retry, if there are enough tokens. If not, nothing is spent and the retry must not happen.
    #[must_use = "without the tokens the retry must not happen"]
    pub const fn try_spend(&mut self, retry: Retry) -> bool {
        let Some(left) = self.available.checked_sub(retry.cost()) else { return false };
        self.available = left;
        true
    }

    /// Gives one token back for a request that succeeded.
    pub const fn success(&mut self) {
        if self.available < self.capacity {
            self.available += 1;
        }
    }

    /// How many tokens there are.
    pub const fn available(&self) -> u32 {
        self.available
    }
}

impl Default for Quota {
    /// 500 tokens.
    fn default() -> Self {
        Self::new(500)
    }
}

/// What a retry follows, which decides its price.
// Complete: a request that failed was answered in time or was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retry {
    /// An error that came back: 5 tokens.
    AfterFault,
    /// No answer in time: 10 tokens, as such a request holds a connection for long.
    AfterTimeout,
}

impl Retry {
    const fn cost(self) -> u32 {
        match self {
            Self::AfterFault => 5,
            Self::AfterTimeout => 10,
        }
    }
}
