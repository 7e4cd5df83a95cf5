//! Intents become durable.

use runware::journal::{Begun, Intent, JournalError, JournalErrorKind, Record};
use runware::types::RequestHash;

use super::{Before, Work};
use crate::Stage;
use crate::kept;
use crate::task::Task;
use crate::trouble::Trouble;

impl Work<'_> {
    pub(crate) fn begin(&mut self, intents: &[Intent]) -> Result<Vec<Begun>, Trouble> {
        intents.iter().map(|intent| self.begin_one(intent)).collect()
    }

    fn begin_one(&mut self, intent: &Intent) -> Result<Begun, Trouble> {
        if RequestHash::of(&intent.request) != intent.hash {
            let message = format!("the hash of task {} is not that of its request", intent.task_uuid);
            return Err(JournalError::new(JournalErrorKind::Unsupported, message).into());
        }
        let Some(task) = Task::of_uuid(self.connection, &intent.scope, intent.task_uuid)? else {
            return self.begin_new(intent);
        };
        if task.hash != intent.hash {
            return Ok(Begun::Reused);
        }
        match task.stage {
            Stage::Abandoned => Ok(Begun::Abandoned),
            Stage::Refused => self.begin_again(task, intent),
            Stage::Confirmed => Ok(Begun::Known(Box::new(self.record_of(&task)?))),
            Stage::Open | Stage::Settled | Stage::Undecided => {
                if self.is_held_by(task.owner)? {
                    return Ok(Begun::Held);
                }
                self.begin_known(task, intent)
            }
        }
    }

    /// It may be sent from here for the first time, so that what it costs has to be counted here if it is not already.
    fn begin_known(&mut self, mut task: Task, intent: &Intent) -> Result<Begun, Trouble> {
        let is_settled = task.stage == Stage::Settled;
        if task.budget.is_some() || intent.reserve.is_none() || is_settled {
            return Ok(Begun::Known(Box::new(self.take(task)?)));
        }
        let before = Before::of(&task);
        match self.reserve(&mut task, intent.reserve.as_ref())? {
            // One that was accepted is fetched in any case, also where no more can be counted.
            Some(obstacle @ Begun::OverBudget { .. }) if !task.is_accepted => return Ok(obstacle),
            // Without a price it is looked for, which costs nothing, and who takes it up sees that it does not count.
            _ => {}
        }
        if Before::of(&task).sum != before.sum {
            self.save(before, &task)?;
        }
        Ok(Begun::Known(Box::new(self.take(task)?)))
    }

    fn begin_new(&mut self, intent: &Intent) -> Result<Begun, Trouble> {
        let mut task = Task::new(self.meta.next_task, intent, self.owner, &self.moment, !self.redacts)?;
        if let Some(obstacle) = self.reserve(&mut task, intent.reserve.as_ref())? {
            return Ok(obstacle);
        }
        self.meta.next_task += 1;
        self.add(&task)?;
        self.keep_request(&task, intent)?;
        Ok(Begun::New(task.ticket()))
    }

    /// Nothing of it was bought, so that it begins anew.
    fn begin_again(&mut self, mut task: Task, intent: &Intent) -> Result<Begun, Trouble> {
        let before = Before::of(&task);
        let had_request = task.has_request;
        let anew = Task::new(task.id, intent, self.owner, &self.moment, had_request || !self.redacts)?;
        let (parts, parts_sum) = (task.parts, task.parts_sum);
        let (results, failures) = (task.results, task.failures);
        // The bytes are the same: what was read out of them stays, though another version may read them differently.
        let Task { task_type, model, expected, .. } = task;
        let epoch = task.epoch + 1;
        task = Task { epoch, parts, parts_sum, results, failures, task_type, model, expected, ..anew };
        if let Some(obstacle) = self.reserve(&mut task, intent.reserve.as_ref())? {
            return Ok(obstacle);
        }
        self.save(before, &task)?;
        if !had_request {
            self.keep_request(&task, intent)?;
        }
        Ok(Begun::New(task.ticket()))
    }

    fn keep_request(&mut self, task: &Task, intent: &Intent) -> Result<(), Trouble> {
        if task.has_request {
            self.connection
                .prepare_cached("INSERT INTO request VALUES (?1, ?2)")?
                .execute((task.id, &*intent.request))?;
            self.pages += intent.request.len() as u64 / 4096;
        }
        Ok(())
    }

    /// Makes a task this owner's, with a new ticket unless it is so already: whoever has the one that holds may be
    /// writing with it.
    pub(super) fn take(&mut self, mut task: Task) -> Result<Record, Trouble> {
        if task.owner != self.owner {
            let before = Before::of(&task);
            task.owner = self.owner;
            task.epoch += 1;
            self.save(before, &task)?;
        }
        self.record_of(&task)
    }

    pub(super) fn record_of(&self, task: &Task) -> Result<Record, Trouble> {
        let mut record = task.record(&self.moment);
        record.request = kept::request(self.connection, task)?;
        record.parts = kept::parts(self.connection, task)?;
        Ok(record)
    }
}
