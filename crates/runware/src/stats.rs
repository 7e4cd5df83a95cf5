//! What a client has sent so far, how its tasks stand, and what it keeps to.

pub(crate) mod counters;
mod publish;

use std::time::Duration;

/// The figures of one client and its clones, read with [`Client::stats`](crate::Client::stats).
///
/// Most of them count since the client was built, and [`since`](Self::since) gives what was added in a stretch of time;
/// those that say how things stand are marked *now*, those that are a most of something *at most*, and both stay as they
/// are. They are read one after the other while the client works, so two of them may be a moment apart.
///
/// ```
/// # fn example(client: runware::Client) {
/// let before = client.stats();
/// // Some time later:
/// let lately = client.stats().since(before);
/// println!("{} requests, {} of them repetitions", lately.requests, lately.retries);
/// println!("{} tasks open", lately.tasks_open);
/// # }
/// ```
///
/// # Published
///
/// With the feature `metrics`, whatever recorder of the `metrics` crate is installed is told the same, as it happens:
///
/// | name | | what it is here |
/// |---|---|---|
/// | `runware_submission_requests_total` | counter | `submission_requests` |
/// | `runware_check_requests_total` | counter | `check_requests` |
/// | `runware_archive_requests_total` | counter | `archive_requests` |
/// | `runware_price_requests_total` | counter | `price_requests` |
/// | `runware_submissions_total` | counter | `submissions` |
/// | `runware_status_checks_total` | counter | `status_checks` |
/// | `runware_archive_questions_total` | counter | `archive_questions` |
/// | `runware_batch_size` | histogram | tasks in a request |
/// | `runware_retries_total` | counter | `retries` |
/// | `runware_faults_total` | counter | `faults` |
/// | `runware_throttled_total` | counter | `throttled` |
/// | `runware_requests_in_flight` | gauge | `requests_in_flight` |
/// | `runware_request_limit` | gauge | `request_limit` |
/// | `runware_submission_tokens` | gauge | `submission_tokens` |
/// | `runware_check_tokens` | gauge | `check_tokens` |
/// | `runware_tasks_open` | gauge | `tasks_open` |
/// | `runware_tasks_settled_total` | counter | `tasks_settled` |
/// | `runware_tasks_given_up_total` | counter | `tasks_given_up` |
/// | `runware_learned_kinds` | gauge | `learned_kinds` |
/// | `runware_notice_lag_bound_seconds` | histogram | the bounds in `notice_lag_bound` |
///
/// None has a label. The clients of a process add up, but for the limit, the tokens and the learned kinds, which are those
/// of the client where they changed last. A request is counted there when it is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// HTTP requests or WebSocket frames that may have been sent: one each for a batch, whatever is in it.
    ///
    /// The frames by which a WebSocket is authenticated and kept alive are not among them. A question whose answer is
    /// too large for the WebSocket, and which is asked again over HTTP, counts once.
    pub requests: u64,
    /// Those among the requests that submitted tasks.
    pub submission_requests: u64,
    /// Those among the requests that asked how tasks stand.
    pub check_requests: u64,
    /// Those among the requests that asked the archive for what it holds of tasks.
    pub archive_requests: u64,
    /// Those among the requests that asked for the price of a task, one each.
    pub price_requests: u64,
    /// Times that a task was submitted in those requests, repetitions included.
    pub submissions: u64,
    /// Single `getResponse` tasks in those requests.
    pub status_checks: u64,
    /// Single `getTaskDetails` tasks in those requests.
    pub archive_questions: u64,
    /// The most tasks that one request carried; at most.
    pub largest_batch: u64,
    /// Those among the requests that repeat, for one of their tasks at least, what failed before.
    pub retries: u64,
    /// Attempts without a good answer: nothing was sent, none came, it broke off, or it says that the server is busy or
    /// in trouble (429, 5xx).
    ///
    /// A refused or failed task is none: that is an answer.
    pub faults: u64,
    /// Those among the faults by which the server says that it is asked too much (429, 503, or a code that says so).
    pub throttled: u64,
    /// Requests whose answer is waited for; now. A streamed text counts until its answer begins.
    pub requests_in_flight: u64,
    /// How many requests may be under way; now. It is halved when the server says that it is busy, and grows back.
    ///
    /// Synchronous tasks that wait for their results come on top, and so does what you ask for yourself.
    pub request_limit: u64,
    /// Tokens that are left to pay for repeated submissions; now. See [`Quota`](runware_poll::Quota).
    pub submission_tokens: u32,
    /// Tokens that are left to pay for repeated status checks; now. See [`Quota`](runware_poll::Quota).
    pub check_tokens: u32,
    /// Tasks that are being sent or watched; now. Streamed texts are not among them.
    pub tasks_open: u64,
    /// Tasks all of whose results and failures have come.
    pub tasks_settled: u64,
    /// Tasks that are no longer watched though not all had come: the deadline passed, they were refused, nobody wanted to
    /// know any more, or the client was closed.
    pub tasks_given_up: u64,
    /// How many levels of kinds something was learned of: all tasks, those of one type, those of one model, and so on; now.
    ///
    /// One task teaches all of its levels, and it takes a few to forecast the next. See
    /// [`Client::durations`](crate::Client::durations).
    pub learned_kinds: u64,
    /// How long finished tasks may have gone unnoticed.
    pub notice_lag_bound: LagBound,
}

impl Stats {
    /// What was added since `earlier` was read; what is marked *now* or *at most* stays as it is.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(earlier.requests),
            submission_requests: self.submission_requests.saturating_sub(earlier.submission_requests),
            check_requests: self.check_requests.saturating_sub(earlier.check_requests),
            archive_requests: self.archive_requests.saturating_sub(earlier.archive_requests),
            price_requests: self.price_requests.saturating_sub(earlier.price_requests),
            submissions: self.submissions.saturating_sub(earlier.submissions),
            status_checks: self.status_checks.saturating_sub(earlier.status_checks),
            archive_questions: self.archive_questions.saturating_sub(earlier.archive_questions),
            retries: self.retries.saturating_sub(earlier.retries),
            faults: self.faults.saturating_sub(earlier.faults),
            throttled: self.throttled.saturating_sub(earlier.throttled),
            tasks_settled: self.tasks_settled.saturating_sub(earlier.tasks_settled),
            tasks_given_up: self.tasks_given_up.saturating_sub(earlier.tasks_given_up),
            notice_lag_bound: self.notice_lag_bound.since(earlier.notice_lag_bound),
            ..self
        }
    }

    /// How many tasks a request carried on average; none without a request.
    pub fn mean_batch(&self) -> Option<f64> {
        let tasks = self.submissions + self.status_checks + self.archive_questions + self.price_requests;
        (self.requests > 0).then(|| tasks as f64 / self.requests as f64)
    }
}

/// How long finished tasks may have gone unnoticed: the time from the last look that showed a task at work, or from its
/// submission, until the client knew that it was done.
///
/// A task ended somewhere in between, and only the server knows when: the bound is never less than the lag, and about
/// twice as much on average. Tasks of which nothing is known to have been unfinished at any time are left out: those that
/// were done when they were resumed, and those whose submission was answered with the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LagBound {
    /// How many tasks are counted in.
    pub tasks: u64,
    /// The sum of their bounds, to the nanosecond.
    pub sum: Duration,
    /// The largest of their bounds since the client was built; at most.
    pub max: Duration,
}

impl LagBound {
    /// The average bound; none without a task.
    pub fn mean(&self) -> Option<Duration> {
        let tasks = u32::try_from(self.tasks).unwrap_or(u32::MAX);
        self.sum.checked_div(tasks)
    }

    fn since(self, earlier: Self) -> Self {
        Self {
            tasks: self.tasks.saturating_sub(earlier.tasks),
            sum: self.sum.saturating_sub(earlier.sum),
            max: self.max,
        }
    }
}
