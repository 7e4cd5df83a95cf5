//! Writing down that tasks are delivered, so that the journal does not deliver them again.

use std::fmt;

use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use runware::types::TaskUuid;
use runware::{Error, Outcome};

use crate::output::sanitize;
use crate::session::Session;
use crate::stop::explain;

/// Confirmations under way; many become durable together.
#[derive(Default)]
pub(super) struct Confirming(FuturesUnordered<BoxFuture<'static, (TaskUuid, Result<(), Error>)>>);

impl Confirming {
    /// Confirms a task whose results are written and flushed.
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.0.push(async move { (outcome.handle().task_uuid(), outcome.confirm().await) }.boxed());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
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
