//! What a journal shows of its tasks, read without writing.

use std::collections::HashMap;

use runware::types::{TaskType, TaskUuid};
use rusqlite::{Connection, params_from_iter, types::Value};

use crate::kept;
use crate::moment::Moment;
use crate::owners::Owners;
use crate::stage::FINISHED;
use crate::task::Task;
use crate::trouble::Trouble;
use crate::work::is_alive;
use crate::{Filter, Kept, Listed, Pruned, Stage};

/// The tasks that pass a filter, those that were begun last first.
pub(crate) fn list(
    connection: &Connection,
    filter: &Filter,
    moment: &Moment,
    owners: &Owners,
    own: i64,
) -> Result<Vec<Listed>, Trouble> {
    let transaction = connection.unchecked_transaction()?;
    let (condition, values) = condition(filter);
    let mut query = transaction
        .prepare_cached(&format!("SELECT * FROM task WHERE {condition} ORDER BY begun_at DESC, id DESC"))?;
    let mut rows = query.query(params_from_iter(values))?;
    let mut alive = HashMap::from([(own, true), (0, false)]);
    let mut listed = Vec::new();
    while listed.len() < filter.limit.unwrap_or(usize::MAX) {
        let Some(row) = rows.next()? else { break };
        let task = Task::of_row(row)??;
        let tags = task.tags()?;
        if !filter.tags.iter().all(|tag| tags.contains(tag)) {
            continue;
        }
        let owner_alive = match alive.get(&task.owner) {
            Some(alive) => *alive,
            None => {
                let found = is_alive(&transaction, owners, moment, task.owner)?;
                alive.insert(task.owner, found);
                found
            }
        };
        listed.push(show(task, tags, owner_alive));
    }
    Ok(listed)
}

/// The requests and results of a task, for one scope or for all.
pub(crate) fn kept(
    connection: &Connection,
    scope: Option<&str>,
    task_uuid: TaskUuid,
) -> Result<Vec<Kept>, Trouble> {
    let transaction = connection.unchecked_transaction()?;
    let filter = Filter { scope: scope.map(ToOwned::to_owned), ..Filter::new().task_uuid(task_uuid) };
    let (condition, values) = condition(&filter);
    let mut query = transaction.prepare(&format!("SELECT * FROM task WHERE {condition} ORDER BY id"))?;
    let mut rows = query.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let task = Task::of_row(row)??;
        found.push(Kept {
            request: kept::request(&transaction, &task)?,
            parts: kept::parts(&transaction, &task)?,
            stage: task.stage,
            hash: task.hash,
            task_uuid: task.task_uuid,
            scope: task.scope,
        });
    }
    Ok(found)
}

/// How many tasks go in one transaction: others who share the journal wait for its end.
const PRUNED_TOGETHER: u32 = 500;

/// The number of the last task of those that can go together: behind `after`, and ended no later than `latest`. `None` if
/// there are no more.
pub(crate) fn ended_by(connection: &Connection, latest: i64, after: i64) -> Result<Option<i64>, Trouble> {
    let mut query = connection.prepare(&format!(
        "SELECT max(id) FROM
            (SELECT id FROM task WHERE id > ?1 AND {FINISHED} AND ended_at <= ?2 ORDER BY id LIMIT ?3)",
    ))?;
    Ok(query.query_row((after, latest, PRUNED_TOGETHER), |row| row.get(0))?)
}

/// What would go of tasks that ended no later than `latest`; with `forgets`, the tasks themselves too.
pub(crate) fn prunable(connection: &Connection, latest: i64, forgets: bool) -> Result<Pruned, Trouble> {
    let (refused, is_forgotten) = (Stage::Refused.number(), "(stage = ?2 OR ?3)");
    let sum = |what: &str| format!("coalesce(sum({what}), 0)");
    let (forgotten, requests, parts) = (sum(is_forgotten), sum("has_request <> 0"), sum("parts"));
    let mut query = connection.prepare(&format!(
        "SELECT count(*), {forgotten}, {requests}, {parts} FROM task
            WHERE stage > 2 AND ended_at <= ?1 AND (has_request <> 0 OR parts > 0 OR {is_forgotten})"
    ))?;
    Ok(query.query_row((latest, refused, forgets), |row| {
        let number = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
        Ok(Pruned { tasks: number(0)?, forgotten: number(1)?, requests: number(2)?, parts: number(3)? })
    })?)
}

/// What a filter says in SQL, but for the tags.
fn condition(filter: &Filter) -> (String, Vec<Value>) {
    let mut condition = String::from("TRUE");
    let mut values = Vec::new();
    let mut equals = |column: &str, value: Option<String>| {
        if let Some(value) = value {
            condition.push_str(&format!(" AND {column} = ?"));
            values.push(Value::Text(value));
        }
    };
    equals("scope", filter.scope.clone());
    equals("task_uuid", filter.task_uuid.map(|task_uuid| task_uuid.to_string()));
    equals("key", filter.key.clone());
    if !filter.stages.is_empty() {
        let numbers: Vec<_> = filter.stages.iter().map(|stage| stage.number().to_string()).collect();
        condition.push_str(&format!(" AND stage IN ({})", numbers.join(", ")));
    }
    (condition, values)
}

fn show(task: Task, tags: Vec<(String, String)>, owner_alive: bool) -> Listed {
    let (begun_at, ended_at) = (task.begun_at(), task.ended_at());
    let (reason, evidence) = match task.stage {
        Stage::Refused => (task.words, None),
        _ => (None, task.words),
    };
    Listed {
        scope: task.scope,
        task_uuid: task.task_uuid,
        task_type: TaskType::from(task.task_type.as_str()),
        model: task.model,
        stage: task.stage,
        is_accepted: task.is_accepted,
        results: task.results,
        failures: task.failures,
        expected: task.expected,
        cost: task.cost,
        reserved: task.reserved,
        budget: task.budget,
        key: task.key,
        tags,
        account: task.account,
        begun_at,
        ended_at,
        reason,
        evidence,
        owner_alive,
    }
}
