//! Going on with what earlier processes have left open.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::driver::Command;
use crate::driver::opening::Opening;
use crate::journal::{Claim, Claimed, Fact, JournalError, JournalErrorKind, Note, Record};
use crate::keeping::Keeping;
use crate::{Client, Error, Task, TaskHandle};

/// What [`Client::recover`] goes on with.
#[derive(Debug)]
#[must_use = "a task that is dropped is no longer looked after"]
#[non_exhaustive]
pub struct Recovered {
    /// The tasks, in the order in which they were begun. Each is watched; what has settled ends at once.
    pub tasks: Vec<Task>,
    /// How many others are in the care of other processes that are alive, or of others in this one.
    pub held_elsewhere: usize,
}

impl Client {
    /// Goes on with everything that the [journal](crate::journal) has open for this service, whoever began it: tasks that
    /// may never have been sent, that are at work, that nobody knows the fate of, and those whose results were not
    /// [confirmed](crate::Outcome::confirm).
    ///
    /// * What has settled ends at once, without a request, and is handed over again: with the same
    ///   [`DeliveryId`](crate::DeliveryId), as [redelivered](crate::TaskResult::is_redelivered).
    /// * What the server is known to have is looked at until it ends.
    /// * What may or may not have been sent is looked for. Only if the server shows nothing of it, its archive says twice,
    ///   5 s apart, that there is no such task, and the task was begun less than an hour ago, are the same bytes sent
    ///   again, under the same id. Otherwise it ends as [`Ending::Unknown`](crate::Ending::Unknown), with the evidence,
    ///   and waits in the journal for somebody to decide.
    /// * What was begun with another key is looked for, and never sent.
    ///
    /// Tasks that are watched already are joined, so that it can be called at any time and more than once; tasks that
    /// another process looks after are left to it. The plan's deadline counts from now.
    ///
    /// ```no_run
    /// # async fn example(client: runware::Client) -> Result<(), runware::Error> {
    /// for task in client.recover().await?.tasks {
    ///     let outcome = task.await?;
    ///     // Keep the results, then say so: from then on they are not handed over again.
    ///     outcome.confirm().await?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Journal`](crate::ErrorKind::Journal) if the journal cannot be read, or has not answered by the plan's
    /// deadline;
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) for a client without one;
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed) after [`Client::close`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing: what it has taken over is taken over again by the next call.
    pub async fn recover(&self) -> Result<Recovered, Error> {
        let (shared, plan) = self.parts();
        let Some(keeping) = &shared.keeping else {
            return Err(Error::configuration(
                "there is no journal to recover from: use `ClientBuilder::journal`",
            ));
        };
        let clock = &shared.lookup.clock;
        let deadline = clock.now().saturating_add(plan.deadline());
        tokio::select! {
            biased;
            recovered = self.take_over(keeping) => recovered,
            () = clock.sleep_until(deadline) => {
                let late = JournalError::new(JournalErrorKind::Busy, "the journal had not answered by the deadline");
                Err(Error::not_claimed(None, late))
            }
        }
    }

    async fn take_over(&self, keeping: &Arc<Keeping>) -> Result<Recovered, Error> {
        let (shared, _) = self.parts();
        // What is on its way to the journal belongs to what it has.
        let (waiting, recorded) = oneshot::channel();
        if shared.commands.send(Command::Recorded(waiting)).is_err() || recorded.await.is_err() {
            return Err(Error::closed(None));
        }
        let claimed = keeping.journal.claim(Claim::all(keeping.scope.clone())).await;
        let Claimed { tasks: records, held } = claimed.map_err(|error| Error::not_claimed(None, error))?;
        let mut recovered = Recovered { tasks: Vec::with_capacity(records.len()), held_elsewhere: held };
        let mut let_go = Vec::new();
        for record in records {
            let (task_uuid, ticket) = (record.task_uuid, record.ticket);
            match self.restore(keeping, record) {
                Ok(Some(task)) => recovered.tasks.push(task),
                Ok(None) => recovered.held_elsewhere += 1,
                Err(error) => {
                    tracing::warn!(target: "runware", %task_uuid, %error, "a task of the journal is left as it is");
                    let_go.push(Note { ticket, fact: Fact::Released });
                }
            }
        }
        if !let_go.is_empty() {
            // Where that fails, they are let go of at the end of the process.
            let _ = keeping.journal.record(let_go).await;
        }
        match shared.commands.is_closed() {
            true => Err(Error::closed(None)),
            false => Ok(recovered),
        }
    }

    /// Goes on with what the journal has of a task; `None` if another client of this process, or
    /// one who reads it as a stream, looks after it.
    fn restore(&self, keeping: &Arc<Keeping>, record: Record) -> Result<Option<Task>, Error> {
        let (shared, plan) = self.parts();
        if shared.registry.is_streamed(record.task_uuid) {
            return Ok(None);
        }
        let Some(ward) = keeping.care.take(record.task_uuid) else { return Ok(None) };
        let (watch, _) = shared.registry.open(TaskHandle::from(&record), false)?;
        let task = Task::new(Arc::clone(&watch), Arc::clone(shared));
        let opening = Opening::new(watch, Arc::clone(&shared.registry), None, Arc::clone(plan), None, None);
        // Who waits for it is told if it does not arrive.
        let _ = shared.commands.send(Command::Open(opening.with_record(record, ward)));
        Ok(Some(task))
    }
}
