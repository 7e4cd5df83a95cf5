//! What is known of tasks while they are watched and afterwards.

use std::time::Duration;

use runware::types::TaskUuid;
use runware::{Error, Status, Task};

use crate::exit::{End, Exit};
use crate::origin::Origin;
use crate::output::event::{Event, Summary};
use crate::session::Session;
use crate::stop::Stop;

/// A task that was handed to the client, or that the client would not take.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) task_uuid: TaskUuid,
    pub(crate) task: Result<Task, Error>,
    pub(crate) origin: Origin,
}

/// What is known of one task after the watching.
#[derive(Clone, Debug)]
pub(crate) struct Tracked {
    pub(crate) task_uuid: TaskUuid,
    /// The task itself; `None` where it could not even be submitted.
    pub(super) task: Option<Task>,
    pub(super) origin: Origin,
    pub(super) started: Duration,
    pub(super) accepted: bool,
    pub(super) progress: Option<u8>,
    pub(crate) results: usize,
    pub(crate) failures: usize,
    pub(super) end: Option<End>,
}

/// Tasks after the watching, and what they come to.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) exit: Exit,
    pub(crate) tasks: Vec<Tracked>,
    /// How many others running processes look after, where that was asked.
    pub(crate) held: Option<usize>,
    /// How many others are for other servers, where that was asked.
    pub(crate) elsewhere: Option<usize>,
}

impl Watched {
    /// Says the last word of a command that waits.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub(crate) fn sum_up(&self, session: &mut Session<'_>) -> Result<Exit, Stop> {
        let summary = Summary { held: self.held, elsewhere: self.elsewhere, ..Summary::default() };
        tell(summary, session, self.tasks.iter().map(Tracked::status))?;
        Ok(self.exit)
    }
}

/// Says how these tasks stand, and what it took: the last word of a command that waits.
///
/// # Errors
///
/// The output cannot be written.
pub(crate) fn sum_up(
    session: &mut Session<'_>,
    statuses: impl IntoIterator<Item = Status>,
) -> Result<(), Stop> {
    tell(Summary::default(), session, statuses)
}

fn tell(
    mut summary: Summary,
    session: &mut Session<'_>,
    statuses: impl IntoIterator<Item = Status>,
) -> Result<(), Stop> {
    statuses.into_iter().for_each(|status| summary.count(status));
    let stats = session.client.stats();
    summary.requests = stats.requests;
    summary.status_checks = stats.status_checks;
    summary.elapsed = session.elapsed();
    session.output.tell(&Event::Summary(summary))
}

impl Tracked {
    /// The end in one word.
    pub(crate) fn status(&self) -> Status {
        self.end.as_ref().map_or(Status::Unknown, End::status)
    }

    pub(super) fn error(&self) -> Option<&Error> {
        match &self.end {
            Some(End::Stopped(error) | End::Interrupted(error)) => Some(error),
            _ => None,
        }
    }

    pub(super) fn polls(&self) -> u32 {
        self.task.as_ref().map_or(0, Task::polls)
    }
}
