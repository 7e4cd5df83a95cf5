//! What was kept long enough goes.

use super::{Before, Work};
use crate::checksum::Sum;
use crate::moment::milliseconds;
use crate::task::Task;
use crate::trouble::Trouble;
use crate::{Pruned, Retention, Stage};

impl Work<'_> {
    pub(crate) fn prune(&mut self, retention: Retention) -> Result<Pruned, Trouble> {
        let latest = self.moment.time_of_day.saturating_sub(milliseconds(retention.older_than));
        let mut pruned = Pruned::default();
        // So many at a time are held in memory.
        let mut after = 0;
        loop {
            let tasks = self.ended_by(latest, after)?;
            let Some(last) = tasks.last() else { return Ok(pruned) };
            after = last.id;
            for task in tasks {
                self.prune_one(task, retention, &mut pruned)?;
            }
        }
    }

    fn ended_by(&self, latest: i64, after: i64) -> Result<Vec<Task>, Trouble> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM task WHERE id > ?1 AND stage > 2 AND ended_at <= ?2 ORDER BY id LIMIT 1000",
        )?;
        let mut rows = query.query([after, latest])?;
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
