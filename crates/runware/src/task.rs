//! A task that is being watched.

pub(crate) mod events;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

pub use events::{Event, Events};

use crate::client::Shared;
use crate::watch::Watch;
use crate::{Error, Outcome, TaskHandle};

/// A submitted or resumed task: await it, stream its events, keep its handle, or drop it.
///
/// Dropping a `Task` only stops the watching. The server goes on and bills; a task cannot be cancelled
/// remotely. Another `Task` for the same id, or a later [`Client::resume`](crate::Client::resume), finds
/// everything there.
///
/// ```no_run
/// # async fn example(client: runware::Client) -> Result<(), runware::Error> {
/// use runware::types::ImageInference;
///
/// let task = client.submit(ImageInference::new("runware:101@1", "a lighthouse at dawn"))?;
/// println!("submitted as {}", task.handle().task_uuid());
/// let outcome = task.await?;
/// # Ok(()) }
/// ```
pub struct Task {
    watch: Arc<Watch>,
    shared: Arc<Shared>,
}

impl Task {
    /// Takes over a watch that counts this task as a watcher already.
    pub(crate) fn new(watch: Arc<Watch>, shared: Arc<Shared>) -> Self {
        Self { watch, shared }
    }

    /// The task's resume token, known before anything is sent.
    pub fn handle(&self) -> &TaskHandle {
        self.watch.handle()
    }

    /// Waits until the server has the task; returns true if it already knew the id.
    ///
    /// # Errors
    ///
    /// As for [`Task::outcome`], and [`ErrorKind::Unconfirmed`](crate::ErrorKind::Unconfirmed) if the
    /// deadline passes before the server's answer arrives.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn accepted(&self) -> Result<bool, Error> {
        self.watch
            .until(|state| match (state.accepted, state.end()) {
                (Some(replayed), _) => Some(Ok(replayed)),
                (None, Some(Err(error))) => Some(Err(error.clone())),
                (None, Some(Ok(_))) => Some(Err(Error::unconfirmed(self.handle().clone()))),
                (None, None) => None,
            })
            .await
    }

    /// Waits for the end of the task, at most until its deadline.
    ///
    /// # Errors
    ///
    /// [`Error`] if the task was rejected or not accepted, if the server refuses to answer questions about
    /// it, or if the client is closed, each only while nothing has been collected; else the outcome ends with
    /// [`Ending::Interrupted`](crate::Ending::Interrupted). Failed results and a passed deadline are not errors
    /// but part of the [`Outcome`]. With a [journal](crate::journal) also if that cannot keep the task
    /// ([`ErrorKind::Journal`](crate::ErrorKind::Journal)), or if another process has taken it over
    /// ([`ErrorKind::TakenOver`](crate::ErrorKind::TakenOver)), which hands over what comes of it. With a
    /// [budget](crate::ClientBuilder::budget) also if it would be bought and has no price, or does not fit
    /// ([`ErrorKind::Unpriced`](crate::ErrorKind::Unpriced), [`ErrorKind::OverBudget`](crate::ErrorKind::OverBudget)).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing; the task stays watched while this `Task` lives.
    pub async fn outcome(&self) -> Result<Outcome, Error> {
        self.watch.until(|state| state.hand_over_end()).await
    }

    /// Waits for the end of the task, and [confirms](Outcome::confirm) what came of it: it is not handed over again.
    ///
    /// Take what is needed from the [events](Self::events) or the [outcome](Self::outcome) first.
    ///
    /// # Errors
    ///
    /// As for [`Task::outcome`] and [`Outcome::confirm`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves it open whether it is confirmed; confirm it again.
    pub async fn confirm(&self) -> Result<(), Error> {
        self.outcome().await?.confirm().await
    }

    /// The events of the task, from its beginning.
    ///
    /// Each event is yielded as soon as it is known, before any waiting. The stream ends after
    /// [`Event::Settled`] or an error.
    pub fn events(&self) -> Events {
        Events::new(self.clone())
    }

    /// How many status checks were sent for the task so far.
    pub fn polls(&self) -> u32 {
        self.watch.polls()
    }

    pub(crate) fn watch(&self) -> &Watch {
        &self.watch
    }
}

impl Clone for Task {
    fn clone(&self) -> Self {
        self.watch.add_watcher();
        Self::new(Arc::clone(&self.watch), Arc::clone(&self.shared))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if self.watch.remove_watcher() {
            self.shared.unwatch(self.watch.handle().task_uuid());
        }
    }
}

impl IntoFuture for Task {
    type Output = Result<Outcome, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.outcome().await })
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("handle", self.handle())
            .field("open", &self.watch.is_open())
            .finish_non_exhaustive()
    }
}
