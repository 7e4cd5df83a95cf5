//! Tasks are taken over.

use runware::journal::{Claim, Claimed};

use super::Work;
use crate::Stage;
use crate::stage::UNFINISHED;
use crate::task::Task;
use crate::trouble::Trouble;

impl Work<'_> {
    pub(crate) fn claim(&mut self, claim: &Claim) -> Result<Claimed, Trouble> {
        let tasks = match claim.task_uuid {
            Some(task_uuid) => {
                let task = Task::of_uuid(self.connection, &claim.scope, task_uuid)?;
                let shown = |task: &Task| !matches!(task.stage, Stage::Refused | Stage::Abandoned);
                task.into_iter().filter(shown).collect()
            }
            None => self.unfinished(&claim.scope)?,
        };
        let mut claimed = Claimed::default();
        for task in tasks {
            if task.stage == Stage::Confirmed {
                // There is nothing left to own of it.
                claimed.tasks.push(self.record_of(&task)?);
            } else if self.is_held_by(task.owner)? {
                claimed.held += 1;
            } else {
                claimed.tasks.push(self.take(task)?);
            }
        }
        Ok(claimed)
    }

    /// Tasks that are open, settled or undecided, oldest first.
    fn unfinished(&self, scope: &str) -> Result<Vec<Task>, Trouble> {
        let query = format!("SELECT * FROM task WHERE scope = ?1 AND {UNFINISHED} ORDER BY id");
        let mut query = self.connection.prepare_cached(&query)?;
        let mut rows = query.query([scope])?;
        let mut tasks = Vec::new();
        while let Some(row) = rows.next()? {
            tasks.push(Task::of_row(row)??);
        }
        Ok(tasks)
    }
}
