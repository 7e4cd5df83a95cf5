//! [`Limits`]: what a scheduler keeps to.

use std::time::Duration;

use crate::quota::Quota;

/// What a [`Scheduler`](crate::Scheduler) keeps to.
///
/// ```
/// use runware_poll::{Limits, Quota, Scheduler};
/// use std::time::Duration;
///
/// let limits = Limits { batch: 25, window: Duration::from_millis(200), quota: Quota::default() };
/// let scheduler = Scheduler::<u64>::new(limits);
/// assert_eq!(scheduler.batch_limit(), 25);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many tasks one request may ask for at most. Default: 100. Zero counts as 1. It is less for a while after a
    /// request was [refused](crate::Scheduler::refused).
    pub batch: usize,
    /// How long a query that is due may be held back so that others which fall due meanwhile can share its
    /// request. Default: 50 ms. That is the most lag it can add; nothing is held back if no other falls due.
    pub window: Duration,
    /// What retries are paid from. Default: 500 tokens.
    pub quota: Quota,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch: 100, window: Duration::from_millis(50), quota: Quota::default() }
    }
}
