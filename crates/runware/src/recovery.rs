//! Going on with what earlier processes have left open.

use std::collections::HashMap;
use std::sync::Arc;

use runware_types::TaskUuid;
use tokio::sync::oneshot;

use crate::care::Ward;
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
    /// * What was begun with another key is looked for, and never sent; nor is, by a client with a
    ///   [budget](crate::ClientBuilder::budget), what counts against none.
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
        let let_go = keeping.care.let_go();
        let Claimed { tasks: records, mut held } = self.claim(keeping).await?;
        let (mut found, mut in_other_care, mut is_stale) = (Vec::with_capacity(records.len()), 0, false);
        for record in records {
            match self.take(keeping, record) {
                Some(taken) => {
                    is_stale |= matches!(&taken, Taken::Over(_, ward) if ward.is_shared());
                    found.push(taken);
                }
                None => in_other_care += 1,
            }
        }
        // What was in care when it was read may have ended since, and have been handed over and confirmed. From now on
        // nobody else in this process takes it up.
        if is_stale || keeping.care.let_go() != let_go {
            let Claimed { tasks, held: held_now } = self.claim(keeping).await?;
            let mut now: HashMap<_, _> = tasks.into_iter().map(|record| (record.task_uuid, record)).collect();
            held = held_now;
            found = found.into_iter().filter_map(|taken| taken.brought_up_to_date(&mut now)).collect();
        }
        let tasks = self.restore(keeping, found).await;
        match self.parts().0.commands.is_closed() {
            true => Err(Error::closed(None)),
            false => Ok(Recovered { tasks, held_elsewhere: held + in_other_care }),
        }
    }

    /// Reads what there is to go on with.
    async fn claim(&self, keeping: &Keeping) -> Result<Claimed, Error> {
        // What is on its way to the journal belongs to what it has.
        let (waiting, recorded) = oneshot::channel();
        if self.parts().0.commands.send(Command::Recorded(waiting)).is_err() || recorded.await.is_err() {
            return Err(Error::closed(None));
        }
        let claimed = keeping.journal.claim(Claim::all(keeping.scope.clone())).await;
        claimed.map_err(|error| Error::not_claimed(None, error))
    }

    /// Takes a task into care, or joins those who watch it; `None` if another client of this process, or one who reads it
    /// as a stream, looks after it.
    fn take(&self, keeping: &Keeping, record: Record) -> Option<Taken> {
        let (shared, _) = self.parts();
        if shared.registry.is_streamed(record.task_uuid) {
            return None;
        }
        let ward = keeping.care.take(record.task_uuid)?;
        let joined = ward.is_shared().then(|| shared.registry.join(&TaskHandle::from(&record))).flatten();
        Some(match joined {
            Some(watch) => Taken::Joined(Task::new(watch, Arc::clone(shared))),
            None => Taken::Over(Box::new(record), ward),
        })
    }

    /// Goes on with what was taken.
    async fn restore(&self, keeping: &Keeping, found: Vec<Taken>) -> Vec<Task> {
        let (shared, plan) = self.parts();
        let (mut tasks, mut notes, mut wards) = (Vec::with_capacity(found.len()), Vec::new(), Vec::new());
        for taken in found {
            let (record, ward) = match taken {
                Taken::Joined(task) => {
                    tasks.push(task);
                    continue;
                }
                Taken::Over(record, ward) => (*record, ward),
            };
            let (task_uuid, ticket) = (record.task_uuid, record.ticket);
            match shared.registry.open(TaskHandle::from(&record), false) {
                Ok((watch, _)) => {
                    tasks.push(Task::new(Arc::clone(&watch), Arc::clone(shared)));
                    let (registry, plan) = (Arc::clone(&shared.registry), Arc::clone(plan));
                    let opening = Opening::new(watch, registry, None, plan, None, None);
                    // Who waits for it is told if it does not arrive.
                    let _ = shared.commands.send(Command::Open(opening.with_record(record, ward)));
                }
                Err(error) => {
                    tracing::warn!(target: "runware", %task_uuid, %error, "a task of the journal is left as it is");
                    notes.push(Note { ticket, fact: Fact::Released });
                    wards.push(ward);
                }
            }
        }
        if !notes.is_empty() {
            // Where that fails, they are let go of at the end of the process.
            let _ = keeping.journal.record(notes).await;
        }
        tasks
    }
}

/// A task of the journal that this client looks after.
enum Taken {
    /// It is watched here already.
    Joined(Task),
    /// As it was when it was read.
    Over(Box<Record>, Ward),
}

impl Taken {
    /// The same as it is by now; `None` if there is nothing left to do about it.
    fn brought_up_to_date(self, now: &mut HashMap<TaskUuid, Record>) -> Option<Self> {
        match self {
            Self::Over(record, ward) => {
                now.remove(&record.task_uuid).map(|record| Self::Over(Box::new(record), ward))
            }
            joined @ Self::Joined(_) => Some(joined),
        }
    }
}
