//! The events of a task, as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::Task;
use crate::error::Cause;
use crate::watch::State;
use crate::{Error, Outcome, TaskFailure, TaskHandle, TaskResult};

/// Something that became known about a task.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The server has the task. From here on it may be billed.
    #[non_exhaustive]
    Accepted {
        /// True if the server already knew the id.
        replayed: bool,
    },
    /// How far the task is, in percent; few models report it.
    Progress(u8),
    /// A result, once each.
    Result(TaskResult),
    /// A failed result, once each.
    Failure(TaskFailure),
    /// An exchange about the task failed. The task itself goes on, and so does the asking.
    ///
    /// A slow reader sees several faults in a row as one.
    PollFault(Cause),
    /// The end: all results and failures once more, together.
    Settled(Outcome),
}

/// The events of one task; made by [`Task::events`].
///
/// ```no_run
/// # async fn example(task: runware::Task) -> Result<(), runware::Error> {
/// use runware::Event;
///
/// let mut events = task.events();
/// while let Some(event) = events.next().await {
///     match event? {
///         Event::Progress(percent) => println!("{percent} %"),
///         Event::Result(result) => println!("{:?}", result.media()),
///         _ => {}
///     }
/// }
/// # Ok(()) }
/// ```
pub struct Events {
    task: Task,
    cursor: Cursor,
}

impl Events {
    pub(crate) fn new(task: Task) -> Self {
        Self { task, cursor: Cursor::default() }
    }

    /// The handle of the task that these events are about.
    pub fn handle(&self) -> &TaskHandle {
        self.task.handle()
    }

    /// The next event, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// As for [`Task::outcome`]; an error is the last thing that is yielded.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<Result<Event, Error>> {
        let Self { task, cursor } = self;
        std::future::poll_fn(|context| task.watch().poll_event(context.waker(), cursor)).await
    }
}

impl Stream for Events {
    type Item = Result<Event, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { task, cursor } = self.get_mut();
        task.watch().poll_event(context.waker(), cursor)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("handle", self.handle()).finish_non_exhaustive()
    }
}

/// How much of a task's state a reader has seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor {
    accepted: bool,
    progress: Option<u8>,
    results: usize,
    failures: usize,
    faults: u64,
    ended: bool,
}

impl Cursor {
    /// `None` if there is nothing new; `Some(None)` after the end.
    pub(crate) fn advance(&mut self, state: &State) -> Option<Option<Result<Event, Error>>> {
        if self.ended {
            return Some(None);
        }
        let event = self.next_event(state).map(Ok).or_else(|| {
            let end = state.hand_over_end()?;
            self.ended = true;
            Some(end.map(Event::Settled))
        })?;
        Some(Some(event))
    }

    fn next_event(&mut self, state: &State) -> Option<Event> {
        if let (false, Some(replayed)) = (self.accepted, state.accepted) {
            self.accepted = true;
            return Some(Event::Accepted { replayed });
        }
        if let (true, Some(percent)) = (self.progress != state.progress, state.progress) {
            self.progress = state.progress;
            return Some(Event::Progress(percent));
        }
        let findings = state.findings();
        if let Some(result) = findings.results.get(self.results) {
            self.results += 1;
            return Some(Event::Result(result.clone()));
        }
        if let Some(failure) = findings.failures.get(self.failures) {
            self.failures += 1;
            return Some(Event::Failure(failure.clone()));
        }
        if let (true, Some(cause)) = (self.faults != findings.faults, &findings.last_fault) {
            self.faults = findings.faults;
            return Some(Event::PollFault(cause.clone()));
        }
        None
    }
}
