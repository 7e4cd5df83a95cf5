//! What a client has sent so far.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one client, read with [`Client::stats`](crate::Client::stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// HTTP requests or WebSocket frames that may have been sent: one each for a batch, whatever is in it.
    ///
    /// The frames by which a WebSocket is authenticated and kept alive are not among them. A question whose answer is
    /// too large for the WebSocket, and which is asked again over HTTP, counts once.
    pub requests: u64,
    /// Single `getResponse` tasks in those requests.
    pub status_checks: u64,
    /// Times that a task was submitted in those requests, repetitions included.
    pub submissions: u64,
}

impl Stats {
    /// What was sent since `earlier` was read.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(earlier.requests),
            status_checks: self.status_checks.saturating_sub(earlier.status_checks),
            submissions: self.submissions.saturating_sub(earlier.submissions),
        }
    }
}

/// The live counters behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    status_checks: AtomicU64,
    submissions: AtomicU64,
}

impl Counters {
    pub(crate) fn submitted(&self, tasks: usize) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.submissions.fetch_add(tasks as u64, Ordering::Relaxed);
    }

    pub(crate) fn checked(&self, tasks: usize) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.status_checks.fetch_add(tasks as u64, Ordering::Relaxed);
    }

    /// Takes back what was counted for a request of which no byte was sent.
    pub(crate) fn take_back(&self, submissions: usize, status_checks: usize) {
        self.requests.fetch_sub(1, Ordering::Relaxed);
        self.submissions.fetch_sub(submissions as u64, Ordering::Relaxed);
        self.status_checks.fetch_sub(status_checks as u64, Ordering::Relaxed);
    }

    pub(crate) fn looked_up(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Stats {
        Stats {
            requests: self.requests.load(Ordering::Relaxed),
            status_checks: self.status_checks.load(Ordering::Relaxed),
            submissions: self.submissions.load(Ordering::Relaxed),
        }
    }
}
