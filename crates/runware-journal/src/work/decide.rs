//! Somebody decides.

use runware::types::TaskUuid;

use super::{Before, Work};
use crate::task::Task;
use crate::trouble::Trouble;
use crate::{Decided, Decision, Stage};

impl Work<'_> {
    pub(crate) fn decide(
        &mut self,
        scope: &str,
        task_uuid: TaskUuid,
        decision: Decision,
    ) -> Result<Decided, Trouble> {
        let Some(mut task) = Task::of_uuid(self.connection, scope, task_uuid)? else {
            return Ok(Decided::Unknown);
        };
        if task.stage != Stage::Undecided {
            return Ok(Decided::NotUndecided(task.stage));
        }
        // Whoever looks for it may be about to write what has come of it, and that would be refused.
        if self.is_held_by(task.owner)? {
            return Ok(Decided::Held);
        }
        let before = Before::of(&task);
        // A process that was stopped, and goes on later, has no say any more.
        task.owner = 0;
        task.epoch += 1;
        match decision {
            Decision::Resubmit => {
                task.stage = Stage::Open;
                task.is_resubmitted = true;
                task.is_accepted = false;
                task.boot = self.moment.boot.clone();
                task.since_boot = self.moment.since_boot;
                task.begun_at = self.moment.time_of_day;
            }
            Decision::Abandon => {
                task.stage = Stage::Abandoned;
                task.ended_at = Some(self.moment.time_of_day);
            }
        }
        self.save(before, &task)?;
        Ok(Decided::Done(task.stage))
    }
}
