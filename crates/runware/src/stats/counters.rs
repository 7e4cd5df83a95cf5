//! The live counters behind [`Stats`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use runware_types::{ApiError, ErrorCategory};

use super::{LagBound, Stats, publish};
use crate::exchange::Exchange;

/// Where everything is counted; with the feature `metrics`, published as well. No call waits for another.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    sent: [Sent; 4],
    largest_batch: AtomicU64,
    retries: AtomicU64,
    faults: AtomicU64,
    throttled: AtomicU64,
    in_flight: AtomicU64,
    request_limit: AtomicU64,
    submission_tokens: AtomicU32,
    check_tokens: AtomicU32,
    opened: AtomicU64,
    settled: AtomicU64,
    given_up: AtomicU64,
    learned_kinds: AtomicU64,
    lag: Lag,
}

/// The requests of one sort, and the tasks in them.
#[derive(Debug, Default)]
struct Sent {
    requests: AtomicU64,
    tasks: AtomicU64,
}

#[derive(Debug, Default)]
struct Lag {
    tasks: AtomicU64,
    nanos: AtomicU64,
    longest: AtomicU64,
}

/// A request, as far as it is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) sort: Sort,
    pub(crate) tasks: usize,
    /// Whether it repeats, for one of its tasks at least, what failed before.
    pub(crate) is_retry: bool,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Submission,
    Check,
    Archive,
    /// A dry run.
    Price,
}

/// How matters stand with the driver.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    pub(crate) request_limit: usize,
    pub(crate) submission_tokens: u32,
    pub(crate) check_tokens: u32,
    pub(crate) learned_kinds: usize,
}

impl Counters {
    /// Counts a request that is about to be sent.
    pub(crate) fn begin(self: &Arc<Self>, request: Request) -> UnderWay {
        let sent = self.sent(request.sort);
        add(&sent.requests, 1);
        add(&sent.tasks, request.tasks as u64);
        add(&self.retries, u64::from(request.is_retry));
        add(&self.in_flight, 1);
        publish::began();
        UnderWay { counters: Arc::clone(self), request, was_sent: true }
    }

    /// A task is being looked after.
    pub(crate) fn opened(&self) {
        add(&self.opened, 1);
        publish::opened();
    }

    /// A task is no longer looked after.
    pub(crate) fn closed(&self, is_settled: bool) {
        add(if is_settled { &self.settled } else { &self.given_up }, 1);
        publish::closed(is_settled);
    }

    /// A task is done, and was not yet so long ago.
    pub(crate) fn noticed(&self, bound: Duration) {
        // 584 years fit.
        let nanos = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
        add(&self.lag.tasks, 1);
        add(&self.lag.nanos, nanos);
        self.lag.longest.fetch_max(nanos, Ordering::Relaxed);
        publish::noticed(bound);
    }

    /// Notes how matters stand.
    pub(crate) fn stand(&self, standing: Standing) {
        let Standing { request_limit, submission_tokens, check_tokens, learned_kinds } = standing;
        let (limit, kinds) = (request_limit as u64, learned_kinds as u64);
        let changed = [
            self.request_limit.swap(limit, Ordering::Relaxed) != limit,
            self.submission_tokens.swap(submission_tokens, Ordering::Relaxed) != submission_tokens,
            self.check_tokens.swap(check_tokens, Ordering::Relaxed) != check_tokens,
            self.learned_kinds.swap(kinds, Ordering::Relaxed) != kinds,
        ];
        if changed.contains(&true) {
            publish::stands(standing);
        }
    }

    pub(crate) fn read(&self) -> Stats {
        let [submitted, checked, archived, priced] = &self.sent;
        let requests = [submitted, checked, archived, priced].map(|sent| read(&sent.requests));
        // What was closed is read first, so that nothing is closed that was not opened.
        let (settled, given_up) = (read(&self.settled), read(&self.given_up));
        Stats {
            requests: requests.iter().sum(),
            submission_requests: read(&submitted.requests),
            check_requests: read(&checked.requests),
            archive_requests: read(&archived.requests),
            price_requests: read(&priced.requests),
            submissions: read(&submitted.tasks),
            status_checks: read(&checked.tasks),
            archive_questions: read(&archived.tasks),
            largest_batch: read(&self.largest_batch),
            retries: read(&self.retries),
            faults: read(&self.faults),
            throttled: read(&self.throttled),
            requests_in_flight: read(&self.in_flight),
            request_limit: read(&self.request_limit),
            submission_tokens: self.submission_tokens.load(Ordering::Relaxed),
            check_tokens: self.check_tokens.load(Ordering::Relaxed),
            tasks_open: read(&self.opened).saturating_sub(settled + given_up),
            tasks_settled: settled,
            tasks_given_up: given_up,
            learned_kinds: read(&self.learned_kinds),
            notice_lag_bound: LagBound {
                tasks: read(&self.lag.tasks),
                sum: Duration::from_nanos(read(&self.lag.nanos)),
                max: Duration::from_nanos(read(&self.lag.longest)),
            },
        }
    }

    fn sent(&self, sort: Sort) -> &Sent {
        let [submitted, checked, archived, priced] = &self.sent;
        match sort {
            Sort::Submission => submitted,
            Sort::Check => checked,
            Sort::Archive => archived,
            Sort::Price => priced,
        }
    }
}

/// A request whose end has not been counted. Dropping it means that nobody waits for its answer.
#[derive(Debug)]
#[must_use = "a request that is dropped is over"]
pub(crate) struct UnderWay {
    counters: Arc<Counters>,
    request: Request,
    was_sent: bool,
}

impl UnderWay {
    /// Counts what came of the request. What was never sent is taken back.
    pub(crate) fn finish(mut self, exchange: &Exchange) {
        self.was_sent = !exchange.was_not_sent();
        let is_throttled = is_throttled(exchange);
        let is_fault = is_throttled || is_fault(exchange);
        add(&self.counters.faults, u64::from(is_fault));
        add(&self.counters.throttled, u64::from(is_throttled));
        publish::answered(is_fault, is_throttled);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let Self { counters, request, was_sent } = self;
        let (requests, tasks) = (counters.sent(request.sort), request.tasks as u64);
        subtract(&counters.in_flight, 1);
        if *was_sent {
            counters.largest_batch.fetch_max(tasks, Ordering::Relaxed);
        } else {
            subtract(&requests.requests, 1);
            subtract(&requests.tasks, tasks);
            subtract(&counters.retries, u64::from(request.is_retry));
        }
        publish::ended(*request, *was_sent);
    }
}

/// True if there was no good answer.
fn is_fault(exchange: &Exchange) -> bool {
    exchange.fault.is_some() || exchange.replies.iter().any(|reply| reply.status >= 500)
}

/// True if the server says that it is asked too much. Over a socket there is no status to say so.
fn is_throttled(exchange: &Exchange) -> bool {
    let is_busy = |status| matches!(status, 429 | 503);
    let says_so = |error: &ApiError| error.category() == ErrorCategory::RateLimit;
    exchange.fault.as_ref().and_then(|fault| fault.status()).is_some_and(is_busy)
        || exchange
            .replies
            .iter()
            .any(|reply| is_busy(reply.status) || reply.envelope.errors.iter().any(says_so))
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

fn subtract(counter: &AtomicU64, less: u64) {
    counter.fetch_sub(less, Ordering::Relaxed);
}
