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

/// How many prices are asked for at once.
const AT_ONCE: usize = 8;

/// How many lines without an answer are named before the rest is only counted.
const NAMED: usize = 20;

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
        () = interrupt.raised() => return Err(Stop::interrupted()),
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
/// No answer was had about one of them. What the server would not take is told, and decides the exit code.
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
                prices.rejected += 1;
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

/// The price of each task, by its content, or why the server would not take it. Equal tasks are asked about once.
pub(super) async fn ask(
    lines: &[(usize, RawTask)],
    session: &mut Session<'_>,
) -> Result<HashMap<Vec<u8>, Result<Option<Money>, Error>>, Stop> {
    let questions: HashMap<Vec<u8>, RawTask> =
        lines.iter().map(|(_, task)| (content(task), task.clone())).collect();
    let (all, mut answers) = (questions.len(), HashMap::new());
    let (client, mut interrupt) = (session.client.clone(), session.interrupt.clone());
    let asked = questions.into_iter().map(|(content, task)| {
        let client = client.clone();
        async move { (content, client.dry_run(task).await) }
    });
    let mut asked = stream::iter(asked).buffer_unordered(AT_ONCE);
    loop {
        session.output.progress(&format!("asking for prices, {} of {all}", answers.len()));
        let next = tokio::select! {
            biased;
            () = interrupt.raised() => return Err(Stop::interrupted()),
            next = session.attend(asked.next()) => next,
        };
        match next {
            None => return Ok(answers),
            Some((content, Ok(quote))) => drop(answers.insert(content, Ok(quote.cost()))),
            // One task is no good; of the others that says nothing.
            Some((content, Err(error))) if is_about_the_task(&error) => {
                answers.insert(content, Err(error));
            }
            Some((_, Err(error))) => {
                let missing = lines.iter().filter(|(_, task)| !answers.contains_key(&content(task)));
                let missing: Vec<usize> = missing.map(|(number, _)| *number).collect();
                if lines.len() > 1 {
                    session.output.warn(&unanswered(&missing));
                }
                return Err(error.into());
            }
        }
    }
}

/// Which lines got no answer, and how to go on.
fn unanswered(missing: &[usize]) -> String {
    let named: Vec<String> = missing.iter().take(NAMED).map(ToString::to_string).collect();
    let more = match missing.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "No price was had for line {}{more}. Nothing was sent; the same command again asks anew.",
        named.join(", ")
    )
}

/// True of a refusal that need not meet the next task as well.
fn is_about_the_task(error: &Error) -> bool {
    error.kind() == ErrorKind::Rejected && Exit::of_error(error) == Exit::Rejected
}

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
    fn lines_without_an_answer_are_named() {
        assert!(unanswered(&[2, 5]).starts_with("No price was had for line 2, 5. Nothing was sent;"));
        let all: Vec<usize> = (1..=22).collect();
        assert!(unanswered(&all).contains(", 20 and 2 more. Nothing"));
    }

    #[test]
    fn tasks_cost_the_same_whatever_their_ids() {
        let task = |uuid: &str, steps: u32| {
            content(&RawTask::new("imageInference").set("steps", steps).set("taskUUID", uuid))
        };
        assert_eq!(task("a", 1), task("b", 1));
        assert_ne!(task("a", 1), task("a", 2));
    }
}
