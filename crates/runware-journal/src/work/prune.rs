//! What was kept long enough goes.

use super::{Before, Work};
use crate::checksum::Sum;
use crate::stage::FINISHED;
use crate::task::Task;
use crate::trouble::Trouble;
use crate::{Pruned, Retention, Stage};

impl Work<'_> {
    /// Those behind `after` up to `last` that ended no later than `latest`.
    pub(crate) fn prune(
        &mut self,
        retention: Retention,
        latest: i64,
        after: i64,
        last: i64,
    ) -> Result<Pruned, Trouble> {
        let mut pruned = Pruned::default();
        for task in self.ended_by(latest, after, last)? {
            self.prune_one(task, retention, &mut pruned)?;
        }
        Ok(pruned)
    }

    /// What was found to have ended may have begun anew since.
    fn ended_by(&self, latest: i64, after: i64, last: i64) -> Result<Vec<Task>, Trouble> {
        let mut query = self.connection.prepare_cached(&format!(
            "SELECT * FROM task WHERE id > ?1 AND id <= ?2 AND {FINISHED} AND ended_at <= ?3 ORDER BY id",
        ))?;
        let mut rows = query.query([after, last, latest])?;
        let mut tasks = Vec::new();
        while let Some(row) = rows.next()? {
            tasks.push(Task::of_row(row)??);
        }
        Ok(tasks)
    }

    fn prune_one(
        &mut self,
        mut task: Task,
        retention: Retention,
        pruned: &mut Pruned,
    ) -> Result<(), Trouble> {
        let before = Before::of(&task);
        let delete = |statement: &str| -> Result<u64, Trouble> {
            Ok(self.connection.prepare_cached(statement)?.execute([task.id])? as u64)
        };
        let requests = delete("DELETE FROM request WHERE task = ?1")?;
        let parts = delete("DELETE FROM part WHERE task = ?1")?;
        pruned.requests += requests;
        pruned.parts += parts;
        // Of one that was refused nothing was bought: it does no harm to begin it again.
        if retention.forgets_ids || task.stage == Stage::Refused {
            delete("DELETE FROM task WHERE id = ?1")?;
            self.meta.total = self.meta.total.minus(before.sum);
            self.count(before.stage, -1)?;
            self.pages += 1;
            pruned.forgotten += 1;
        } else if requests + parts > 0 {
            task.has_request = false;
            task.parts = 0;
            task.parts_sum = Sum::default();
            self.save(before, &task)?;
        } else {
            return Ok(());
        }
        pruned.tasks += 1;
        Ok(())
    }
}
