//! Writing down that tasks are delivered, so that the journal does not deliver them again.

use std::fmt;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use runware::transport::{Clock as _, TokioClock};
use runware::types::{ErrorCategory, TaskUuid};
use runware::{Error, Outcome};

use crate::interrupt::Interrupt;
use crate::output::event::Event;
use crate::output::{human, sanitize};
use crate::session::Session;
use crate::stop::{Stop, explain};

/// How long an interrupted command waits for what is being noted, for all of it together.
const LAST_CALL: Duration = Duration::from_millis(500);

/// The time that is left to note what is delivered: without end, until a signal comes.
#[derive(Debug)]
pub(crate) struct LastCall {
    interrupt: Interrupt,
    clock: TokioClock,
    end: Option<Duration>,
}

impl LastCall {
    pub(crate) fn new(session: &Session<'_>) -> Self {
        Self { interrupt: session.interrupt.clone(), clock: session.clock, end: None }
    }

    /// Waits for a confirmation; `None` if a signal comes, and it is not noted before the time is over.
    ///
    /// # Cancel safety
    ///
    /// As that of what is waited for; the time that is left stays the same.
    pub(crate) async fn unless_over<T>(&mut self, confirmation: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            confirmed = confirmation => Some(confirmed),
            () = self.over() => None,
        }
    }

    async fn over(&mut self) {
        self.interrupt.raised().await;
        let end = *self.end.get_or_insert_with(|| self.clock.now().saturating_add(LAST_CALL));
        self.clock.sleep_until(end).await;
    }
}

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

/// Says that a signal came before it was noted that so many tasks are delivered, and so many others ended, and how those
/// are delivered again and these gone on with.
///
/// # Errors
///
/// The output cannot be written.
pub(crate) fn tell_interrupted(
    tasks: usize,
    open: usize,
    task_uuid: Option<TaskUuid>,
    session: &mut Session<'_>,
) -> Result<(), Stop> {
    let collect = session.resume.collect();
    let (tasks, them) = (human::count(tasks, "task"), if tasks == 1 { "it" } else { "them" });
    let others = match open {
        0 => String::new(),
        open => format!("; {} more: what the server has accepted goes on there", human::count(open, "task")),
    };
    session.output.tell(&Event::Error {
        task_uuid,
        category: ErrorCategory::Aborted,
        message: format!("interrupted before it was noted what is delivered: {tasks}{others}"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_slow_to_note_has_half_a_second_after_a_signal_for_all_of_it() {
        let clock = TokioClock::new();
        let mut last_call = LastCall { interrupt: Interrupt::heard(), clock, end: None };
        let slow = || async { clock.sleep_until(clock.now() + Duration::from_millis(200)).await };
        let mut noted = 0;
        while last_call.unless_over(slow()).await.is_some() {
            noted += 1;
        }
        assert_eq!((noted, clock.now()), (2, LAST_CALL));
    }
}
