//! What tasks would cost: `--dry-run` of `run` and `batch`. Nothing is submitted.

use std::collections::{HashMap, HashSet};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use runware::types::{Money, RawTask};
use runware::{Error, ErrorKind};

use super::advice;
use crate::exit::Exit;
use crate::output::event::{Event, Priced, Prices, Summary};
use crate::session::Session;
use crate::stop::{Stop, explain, unasked};

/// The flag, for messages.
const FLAG: &str = "--dry-run";

/// How many prices are asked for at once.
const AT_ONCE: usize = 8;

/// How many prices are asked for before the server has replied to anything: without a connection, each of the others would
/// only wait for its own failure.
const UNHEARD: usize = 8;

/// Why a task has no price.
#[derive(Clone, Debug)]
pub(super) struct Unknown {
    pub(super) error: Error,
    /// How many questions had no answer, where this one was not asked because of that.
    pub(super) in_vain: Option<usize>,
}

/// Says what one task would cost.
///
/// # Errors
///
/// The server would not take the task, or no answer was had.
///
/// # Cancel safety
///
/// As for [`ask`].
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
///
/// # Cancel safety
///
/// As for [`ask`].
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
            Some(Err(Unknown { error, in_vain })) => {
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
                    message: format!("line {number}: {}", in_vain.map_or_else(|| explain(error), unasked)),
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

/// The price of each task, by its content, or why there is none: the server would not take it, gave no answer about it, or
/// has given none to those before. Equal tasks are asked about once, in the order of their lines.
///
/// # Errors
///
/// The key or the credit is refused, which would meet all of them; or somebody interrupts. Nothing was sent.
///
/// # Cancel safety
///
/// Dropping the future loses the answers, and no more: a question buys nothing.
pub(super) async fn ask(
    lines: &[(usize, RawTask)],
    session: &mut Session<'_>,
) -> Result<HashMap<Vec<u8>, Result<Option<Money>, Unknown>>, Stop> {
    let mut questions = questions(lines);
    let (all, mut answers) = (questions.len(), HashMap::new());
    let (client, mut interrupt) = (session.client.clone(), session.interrupt.clone());
    let (mut asking, mut asked, mut is_heard) = (FuturesUnordered::new(), 0, false);
    loop {
        while asking.len() < AT_ONCE
            && (is_heard || asked < UNHEARD)
            && let Some((content, task)) = questions.next()
        {
            asked += 1;
            let client = client.clone();
            asking.push(async move { (content, client.dry_run(task.clone()).await) });
        }
        session.output.progress(&format!("asking for prices, {} of {all}", answers.len()));
        let next = tokio::select! {
            biased;
            () = interrupt.raised() => return Err(Stop::interrupted_before(PRICED)),
            next = session.attend(asking.next()) => next,
        };
        let Some((content, answer)) = next else { break };
        let answer = match answer {
            Ok(quote) => Ok(quote.cost()),
            // One task is no good, or has no answer; of the others that says nothing.
            Err(error) if is_about_the_task(&error) || is_unanswered(&error) => {
                Err(Unknown { error, in_vain: None })
            }
            Err(error) => return Err(error.into()),
        };
        // A refusal, and a server that is in trouble, come over a connection too.
        is_heard |= answer.as_ref().err().is_none_or(|unknown| unknown.error.http_status().is_some());
        answers.insert(content, answer);
    }
    let first = lines.first().and_then(|(_, task)| answers.get(&content(task)));
    if let Some(Err(Unknown { error, .. })) = first {
        let unasked = Unknown { error: error.clone(), in_vain: Some(asked) };
        answers.extend(questions.map(|(content, _)| (content, Err(unasked.clone()))));
    }
    Ok(answers)
}

/// What there is to ask, in the order of the lines.
fn questions(lines: &[(usize, RawTask)]) -> std::vec::IntoIter<(Vec<u8>, &RawTask)> {
    let mut seen = HashSet::new();
    let questions = lines.iter().map(|(_, task)| (content(task), task));
    questions.filter(|(content, _)| seen.insert(content.clone())).collect::<Vec<_>>().into_iter()
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
