//! Writing down that tasks are delivered, so that the journal does not deliver them again.

use std::fmt;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use runware::transport::Clock as _;
use runware::types::{ErrorCategory, TaskUuid};
use runware::{Error, Outcome};

use crate::output::event::Event;
use crate::output::{human, sanitize};
use crate::session::Session;
use crate::stop::{Stop, explain};

/// How long an interrupted command waits for what is being noted.
const LAST_CALL: Duration = Duration::from_millis(500);

/// Confirmations under way; many become durable together.
#[derive(Default)]
pub(super) struct Confirming(FuturesUnordered<BoxFuture<'static, (TaskUuid, Result<(), Error>)>>);

impl Confirming {
    /// Confirms a task whose results are written and flushed.
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.0.push(async move { (outcome.handle().task_uuid(), outcome.confirm().await) }.boxed());
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The next task that is confirmed, or cannot be. Where none is under way, this waits for ever.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> (TaskUuid, Result<(), Error>) {
        match self.0.next().await {
            Some(confirmed) => confirmed,
            None => std::future::pending().await,
        }
    }
}

impl fmt::Debug for Confirming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Confirming({})", self.0.len())
    }
}

/// Waits for a confirmation; `None` if a signal comes, and it is not noted soon after.
///
/// # Cancel safety
///
/// As that of what is waited for.
pub(crate) async fn unless_interrupted<T>(
    session: &Session<'_>,
    confirmation: impl Future<Output = T>,
) -> Option<T> {
    let (mut interrupt, clock) = (session.interrupt.clone(), session.clock);
    let last_call = async {
        interrupt.raised().await;
        clock.sleep_until(clock.now().saturating_add(LAST_CALL)).await;
    };
    tokio::select! {
        biased;
        confirmed = confirmation => Some(confirmed),
        () = last_call => None,
    }
}

/// Says that a signal came before it was noted that so many tasks are delivered, and how they are delivered again.
///
/// # Errors
///
/// The output cannot be written.
pub(crate) fn tell_interrupted(
    tasks: usize,
    task_uuid: Option<TaskUuid>,
    session: &mut Session<'_>,
) -> Result<(), Stop> {
    let collect = session.resume.collect();
    let (tasks, them) = (human::count(tasks, "task"), if tasks == 1 { "it" } else { "them" });
    session.output.tell(&Event::Error {
        task_uuid,
        category: ErrorCategory::Aborted,
        message: format!("interrupted before it was noted what is delivered: {tasks}"),
        resume: Some(collect.clone()),
    })?;
    session.output.warn(&format!("This delivers {them} again:\n  {collect}"));
    Ok(())
}

/// Says what could not be confirmed: it is delivered again.
pub(crate) fn tell(task_uuid: TaskUuid, confirmed: Result<(), Error>, session: &mut Session<'_>) {
    if let Err(error) = confirmed {
        let why = sanitize::line(&explain(&error));
        let collect = session.resume.collect();
        session.output.warn(&format!(
            "warning: {task_uuid} is delivered, which could not be noted: {why}\nThis delivers it again:\n  {collect}"
        ));
    }
}
