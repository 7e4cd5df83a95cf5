//! Single questions to the server: how a task stands, what the archive holds of it, and what one would cost.

use std::sync::Arc;

use runware_poll::{Collector, Delays, Plan, Verdict};
use runware_transport::{Call, Clock, Transport};
use runware_types::{Prepared, TaskDetails, TaskUuid};

use crate::error::Cause;
use crate::exchange::{self, Exchange};
use crate::reading::{self, ArchiveAnswer, Offer, Sighting, Snapshot};
use crate::stats::counters::{Counters, Request, Sort};
use crate::{Error, Quote, TaskFailure, TaskHandle, TaskResult};

/// How often the archive is asked, and for a price. A status check is made once: asking again is what watching is for.
const MOST_ATTEMPTS: u32 = 3;

/// How a task stood at one moment.
#[derive(Clone, Debug, Default)]
pub struct StatusReport {
    results: Vec<TaskResult>,
    failures: Vec<TaskFailure>,
    processing: usize,
    progress: Option<u8>,
}

impl StatusReport {
    /// True if the server shows nothing of the task: it does not exist, is not registered yet, or is
    /// forgotten.
    pub fn is_unknown(&self) -> bool {
        self.results.is_empty() && self.failures.is_empty() && self.processing == 0
    }

    /// The results that are there.
    pub fn results(&self) -> &[TaskResult] {
        &self.results
    }

    /// The results that failed.
    pub fn failures(&self) -> &[TaskFailure] {
        &self.failures
    }

    /// How many results are still being worked on.
    pub fn processing(&self) -> usize {
        self.processing
    }

    /// How far the work is, in percent, where the model reports it.
    pub fn progress(&self) -> Option<u8> {
        self.progress
    }

    /// The server has the task, and that is all that is known.
    fn running() -> Self {
        Self { processing: 1, ..Self::default() }
    }

    fn of(snapshot: Snapshot) -> Self {
        let running = snapshot.entries.iter().filter(|entry| entry.verdict == Verdict::Running);
        let (processing, progress) = (running.count(), snapshot.progress);
        let mut collector = Collector::new(None);
        collector.observe(snapshot.entries.into_iter().chain(snapshot.suspects));
        let (results, failures) = reading::collected(&collector, |_| None);
        Self { results, failures, processing, progress }
    }
}

/// Asks the server directly, beside the driver.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) seed: u64,
}

/// Something to ask about a task.
struct Question {
    task_uuid: TaskUuid,
    call: Call,
    sort: Sort,
    /// How often it is put.
    most: u32,
}

/// What an answer is worth to the one who asked.
enum Reading<T> {
    Answer(T),
    Again(Cause),
    Refused(Error),
}

impl Lookup {
    pub(crate) async fn status(&self, task_uuid: TaskUuid, plan: &Plan) -> Result<StatusReport, Error> {
        let call = exchange::status_call(task_uuid);
        let question = Question { task_uuid, call, sort: Sort::Check, most: 1 };
        let unanswered = |cause: &Cause| failed(task_uuid, cause);
        self.ask(question, plan, unanswered, |exchange| {
            match reading::read_status(exchange, &[task_uuid]).remove(&task_uuid) {
                Some(Sighting::Seen(snapshot)) => Reading::Answer(StatusReport::of(snapshot)),
                Some(Sighting::Known) => Reading::Answer(StatusReport::running()),
                Some(Sighting::Fault(cause) | Sighting::TooLarge(cause)) => Reading::Again(cause),
                Some(Sighting::Refused(cause)) => Reading::Refused(failed(task_uuid, &cause)),
                Some(Sighting::Unseen | Sighting::TooMany) | None => Reading::Answer(StatusReport::default()),
            }
        })
        .await
    }

    pub(crate) async fn details(
        &self,
        task_uuid: TaskUuid,
        plan: &Plan,
    ) -> Result<Option<TaskDetails>, Error> {
        let call = exchange::details_call(task_uuid);
        let question = Question { task_uuid, call, sort: Sort::Archive, most: MOST_ATTEMPTS };
        let unanswered = |cause: &Cause| failed(task_uuid, cause);
        self.ask(question, plan, unanswered, |exchange| {
            match reading::read_details(exchange, &[task_uuid]).remove(&task_uuid) {
                Some(ArchiveAnswer::Found(details)) => Reading::Answer(Some(details)),
                Some(ArchiveAnswer::Absent | ArchiveAnswer::Silent | ArchiveAnswer::TooMany) | None => {
                    Reading::Answer(None)
                }
                Some(ArchiveAnswer::Fault(cause)) => Reading::Again(cause),
                Some(ArchiveAnswer::Refused(cause)) => Reading::Refused(failed(task_uuid, &cause)),
            }
        })
        .await
    }

    /// Asks what a task would cost. Its id is this question's own.
    pub(crate) async fn price(&self, prepared: &Prepared, plan: &Plan) -> Result<Quote, Error> {
        let task_uuid = prepared.uuid();
        let call = exchange::call(task_uuid, prepared.bytes().clone());
        let question = Question { task_uuid, call, sort: Sort::Price, most: MOST_ATTEMPTS };
        self.ask(question, plan, Error::not_priced, |exchange| {
            match reading::read_price(exchange, task_uuid) {
                Offer::Priced(items) => Reading::Answer(Quote::new(items)),
                Offer::Rejected { error, status } => Reading::Refused(Error::dry_run_rejected(error, status)),
                Offer::Fault(cause) if cause.is_permanent() => Reading::Refused(Error::not_priced(&cause)),
                Offer::Fault(cause) => Reading::Again(cause),
                Offer::Refused(cause) => Reading::Refused(Error::not_priced(&cause)),
            }
        })
        .await
    }

    /// Puts a question as often as it may be put, within the plan's deadline.
    ///
    /// Who asks a question does not want to wait for a server that is busy for long.
    async fn ask<T>(
        &self,
        question: Question,
        plan: &Plan,
        unanswered: impl Fn(&Cause) -> Error,
        read: impl Fn(&Exchange) -> Reading<T>,
    ) -> Result<T, Error> {
        let Question { task_uuid, call, sort, most } = question;
        let deadline = self.clock.now().saturating_add(plan.deadline());
        let mut delays: Delays = plan.recovery().delays(self.seed ^ task_uuid.as_uuid().as_u64_pair().1);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let timeout = plan.query_timeout().min(deadline.saturating_sub(self.clock.now()));
            let under_way = self.counters.begin(Request { sort, tasks: 1, is_retry: attempts > 1 });
            let calls = vec![call.clone()];
            let exchange = match sort {
                Sort::Price => Exchange::dry_run(&*self.transport, calls, timeout).await,
                _ => Exchange::run(&*self.transport, calls, timeout).await,
            };
            under_way.finish(&exchange);
            let cause = match read(&exchange) {
                Reading::Answer(answer) => return Ok(answer),
                Reading::Refused(error) => return Err(error),
                Reading::Again(cause) => cause,
            };
            let delay = delays.next().unwrap_or_default().max(cause.retry_after().unwrap_or_default());
            let next = self.clock.now().saturating_add(delay);
            if attempts == most || delay > plan.query_timeout() || next >= deadline {
                return Err(unanswered(&cause));
            }
            self.clock.sleep_until(next).await;
        }
    }
}

fn failed(task_uuid: TaskUuid, cause: &Cause) -> Error {
    Error::query_failed(TaskHandle::new(task_uuid), cause)
}
