//! What tasks would cost: `--dry-run` of `run` and `batch`. Nothing is submitted.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt as _};
use runware::types::{Money, RawTask};
use runware::{Error, ErrorKind};

use super::advice;
use crate::exit::Exit;
use crate::output::event::{Event, Priced, Prices, Summary};
use crate::session::Session;
use crate::stop::{Stop, explain};

/// The flag, for messages.
const FLAG: &str = "--dry-run";

/// How many prices are asked for at once. After so many in a row without an answer no others are asked for.
const AT_ONCE: usize = 8;

/// Says what one task would cost.
///
/// # Errors
///
/// The server would not take the task, or no answer was had.
pub(super) async fn of_one(task: RawTask, session: &mut Session<'_>) -> Result<Exit, Stop> {
    session.check_http(FLAG)?;
    advice::about_one(&task, session.output);
    let (client, mut interrupt) = (session.client.clone(), session.interrupt.clone());
    let quote = tokio::select! {
        biased;
        () = interrupt.raised() => return Err(Stop::interrupted_before(PRICED)),
        quote = session.attend(client.dry_run(task.clone())) => quote?,
    };
    session.output.tell(&Event::Priced(Priced::new(&task, quote.cost())))?;
    session.output.note("(a dry run: nothing was submitted)");
    Ok(Exit::Delivered)
}

/// Says what each of the tasks would cost, given with their lines, and all of them together.
///
/// # Errors
///
/// No task can be priced, as without a key. What the server would not take or gave no answer about is told, and decides
/// the exit code.
pub(super) async fn of_many(lines: Vec<(usize, RawTask)>, session: &mut Session<'_>) -> Result<Exit, Stop> {
    session.check_http(FLAG)?;
    let answers = ask(&lines, session).await?;
    let (mut prices, mut exit) = (Prices::default(), Exit::Delivered);
    for (number, task) in &lines {
        match answers.get(&content(task)) {
            Some(Ok(cost)) => {
                prices.add(*cost);
                session.output.tell(&Event::Priced(Priced::new(task, *cost)))?;
            }
            Some(Err(error)) => {
                match is_about_the_task(error) {
                    true => prices.rejected += 1,
                    false => prices.add(None),
                }
                if exit == Exit::Delivered {
                    exit = Exit::of_error(error);
                }
                session.output.tell(&Event::Error {
                    task_uuid: None,
                    category: error.category(),
                    message: format!("line {number}: {}", explain(error)),
                    resume: None,
                })?;
            }
            None => return Err(Stop::machine(format!("line {number} got no answer; nothing was submitted"))),
        }
    }
    let (requests, elapsed) = (session.client.stats().requests, session.elapsed());
    let summary = Summary { requests, elapsed, prices: Some(prices), ..Summary::default() };
    session.output.tell(&Event::Summary(summary))?;
    session.output.note("(a dry run: nothing was submitted)");
    Ok(exit)
}

/// The price of each task, by its content, or why there is none: the server would not take it, or gave no answer about it.
/// Equal tasks are asked about once.
///
/// # Errors
///
/// The key or the credit is refused, which would meet all of them; or somebody interrupts. Nothing was sent.
pub(super) async fn ask(
    lines: &[(usize, RawTask)],
    session: &mut Session<'_>,
) -> Result<HashMap<Vec<u8>, Result<Option<Money>, Error>>, Stop> {
    let questions: HashMap<Vec<u8>, RawTask> =
        lines.iter().map(|(_, task)| (content(task), task.clone())).collect();
    let (all, mut answers, mut in_vain) = (questions.len(), HashMap::new(), 0);
    let (client, mut interrupt) = (session.client.clone(), session.interrupt.clone());
    let asked = questions.clone().into_iter().map(|(content, task)| {
        let client = client.clone();
        async move { (content, client.dry_run(task).await) }
    });
    let mut asked = stream::iter(asked).buffer_unordered(AT_ONCE);
    loop {
        session.output.progress(&format!("asking for prices, {} of {all}", answers.len()));
        let next = tokio::select! {
            biased;
            () = interrupt.raised() => return Err(Stop::interrupted_before(PRICED)),
            next = session.attend(asked.next()) => next,
        };
        match next {
            None => return Ok(answers),
            Some((content, Ok(quote))) => {
                in_vain = 0;
                answers.insert(content, Ok(quote.cost()));
            }
            // One task is no good; of the others that says nothing.
            Some((content, Err(error))) if is_about_the_task(&error) => {
                in_vain = 0;
                answers.insert(content, Err(error));
            }
            Some((content, Err(error))) if is_unanswered(&error) => {
                in_vain += 1;
                answers.insert(content, Err(error.clone()));
                if in_vain == AT_ONCE {
                    // The others would wait for the same connection, one after the other.
                    for content in questions.into_keys() {
                        answers.entry(content).or_insert_with(|| Err(error.clone()));
                    }
                    return Ok(answers);
                }
            }
            Some((_, Err(error))) => return Err(error.into()),
        }
    }
}

/// True of a refusal that need not meet the next task as well.
fn is_about_the_task(error: &Error) -> bool {
    error.kind() == ErrorKind::Rejected && Exit::of_error(error) == Exit::Rejected
}

/// True if there was no answer to a question, and another one may have one.
fn is_unanswered(error: &Error) -> bool {
    error.kind() == ErrorKind::QueryFailed && !error.is_auth() && !error.is_quota()
}

/// What an interruption of the questions comes before.
pub(super) const PRICED: &str =
    "all prices were known; nothing was submitted, and the same command again asks anew";

/// What makes the price of a task: all of it but its id.
pub(super) fn content(task: &RawTask) -> Vec<u8> {
    let fields = task.fields().filter(|(name, _)| *name != "taskUUID");
    let text = fields.map(|(name, value)| format!("{name:?}:{}\n", value.as_str()));
    [format!("{}\n", task.task_type())].into_iter().chain(text).collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_cost_the_same_whatever_their_ids() {
        let task = |uuid: &str, steps: u32| {
            content(&RawTask::new("imageInference").set("steps", steps).set("taskUUID", uuid))
        };
        assert_eq!(task("a", 1), task("b", 1));
        assert_ne!(task("a", 1), task("a", 2));
    }
}
