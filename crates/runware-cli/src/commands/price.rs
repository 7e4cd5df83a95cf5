//! What tasks cost before they are sent, which a budget has to know.

use std::collections::HashMap;
use std::io::{self, IsTerminal as _, Write as _};

use futures_util::stream::{self, StreamExt as _};
use runware::types::{Money, RawTask, TaskUuid};
use runware::{Error, ErrorKind};

use super::run::Ready;
use crate::output::{Output, human, sanitize};
use crate::session::Session;
use crate::stop::{Stop, explain};

/// How many prices are asked for at once.
const ASKED_AT_ONCE: usize = 4;

/// Finds out what one task costs, where a budget has to know.
///
/// # Errors
///
/// As for [`of_many`].
pub(super) async fn of_one(
    session: &mut Session<'_>,
    ready: Ready,
    given: Option<Money>,
) -> Result<Ready, Stop> {
    if given.is_some() {
        return Ok(ready);
    }
    let ready = of_many(session, vec![ready]).await?.pop();
    ready.ok_or_else(|| Stop::machine("the task got lost while it was priced; nothing was sent"))
}

/// Finds out what tasks cost, where a budget has to know: the server is asked, and where it does not say, whoever sits at
/// the terminal.
///
/// # Errors
///
/// The price of a task is not known, or the server would not take it. Nothing was sent.
pub(super) async fn of_many(session: &mut Session<'_>, mut tasks: Vec<Ready>) -> Result<Vec<Ready>, Stop> {
    if !session.kept.as_ref().is_some_and(|kept| kept.counts_money()) {
        return Ok(tasks);
    }
    let known = session.known()?;
    let mut questions: HashMap<String, RawTask> = HashMap::new();
    for ready in tasks.iter().filter(|ready| !known.contains(&ready.prepared.uuid())) {
        if let Some(task) = to_price(ready) {
            questions.entry(content(&task)).or_insert(task);
        }
    }
    let (prices, why) = ask(session, questions).await?;
    let mut unpriced = Vec::new();
    for ready in &mut tasks {
        let price = match to_price(ready).filter(|_| !known.contains(&ready.prepared.uuid())) {
            Some(task) => prices.get(&content(&task)).copied(),
            // It costs nothing; or it goes on where it stood, and what was set aside for it stays so.
            None => Some(Money::ZERO),
        };
        if price.is_none() {
            unpriced.push(ready.prepared.uuid());
        }
        ready.options = ready.options.clone().price(price.unwrap_or(Money::ZERO));
    }
    match unpriced.first() {
        Some(first) if !is_allowed(session.output, unpriced.len()) => Err(unknown(*first, unpriced.len(), why)),
        _ => Ok(tasks),
    }
}

/// The task, if it is of a type that costs something.
fn to_price(ready: &Ready) -> Option<RawTask> {
    let task = RawTask::from_json(ready.prepared.bytes()).ok()?;
    task.task_type().is_generation().then_some(task)
}

/// Asks the server for prices. Returns what it says, and why the last of the others is not known, if there is more to say.
async fn ask(
    session: &mut Session<'_>,
    questions: HashMap<String, RawTask>,
) -> Result<(HashMap<String, Money>, Option<Error>), Stop> {
    let (client, mut interrupt) = (session.client.clone(), session.interrupt.clone());
    let asked = questions.into_iter().map(|(content, task)| {
        let client = client.clone();
        async move { (content, client.dry_run(task).await) }
    });
    let mut answers = stream::iter(asked).buffer_unordered(ASKED_AT_ONCE);
    let (mut prices, mut trouble) = (HashMap::new(), None);
    loop {
        let answer = tokio::select! {
            biased;
            () = interrupt.raised() => return Err(Stop::interrupted()),
            answer = session.attend(answers.next()) => answer,
        };
        match answer {
            None => return Ok((prices, trouble)),
            Some((content, Ok(quote))) => prices.extend(quote.cost().map(|cost| (content, cost))),
            // It would be refused again, or nobody would be let in.
            Some((_, Err(error))) if error.kind() == ErrorKind::Rejected || error.is_auth() => {
                return Err(error.into());
            }
            Some((_, Err(error))) => trouble = Some(error),
        }
    }
}

/// What makes the price of a task: all of it but its id.
fn content(task: &RawTask) -> String {
    let fields = task.fields().filter(|(name, _)| *name != "taskUUID");
    let text = fields.map(|(name, value)| format!("{name:?}:{}\n", value.as_str()));
    [format!("{}\n", task.task_type())].into_iter().chain(text).collect()
}

/// Asks whoever sits at the terminal whether tasks without a price may be sent.
fn is_allowed(output: &mut Output, number: usize) -> bool {
    if output.is_json() || !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return false;
    }
    let tasks = match number {
        1 => "this task costs. Send it all the same, with nothing set aside for it".to_owned(),
        _ => format!("{} cost. Send them all the same, with nothing set aside for them", human::count(number, "task")),
    };
    output.warn(&format!("Nobody knows what {tasks}? (y/N)"));
    let mut answer = String::new();
    let _ = io::stderr().flush();
    let is_read = io::stdin().read_line(&mut answer).is_ok();
    is_read && matches!(answer.trim(), "y" | "Y" | "yes")
}

fn unknown(first: TaskUuid, number: usize, why: Option<Error>) -> Stop {
    let others = match number {
        1 => String::new(),
        _ => format!(", and that of {}", human::count(number - 1, "other task")),
    };
    let why = why.map(|error| format!(" ({})", sanitize::line(&explain(&error)))).unwrap_or_default();
    let stop = Stop::quota(format!(
        "there is a budget, and what the task costs is not known{others}: the server names no price{why}. Nothing was \
         sent; give one with --price AMOUNT, or leave --budget out"
    ));
    if number == 1 { stop.about(first) } else { stop }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_cost_the_same_whatever_their_ids() {
        let task = |uuid: &str, steps: u32| {
            let task = RawTask::new("imageInference").set("steps", steps);
            content(&task.set("taskUUID", uuid))
        };
        assert_eq!(task("a", 1), task("b", 1));
        assert_ne!(task("a", 1), task("a", 2));
    }

    #[test]
    fn an_unknown_price_names_the_way_out() {
        let task_uuid = TaskUuid::from_key("test", "price");
        let stop = unknown(task_uuid, 1, None);
        assert_eq!((stop.exit().code(), stop.task_uuid()), (5, Some(task_uuid)));
        assert!(stop.message().contains("--price AMOUNT"), "{}", stop.message());
        assert!(unknown(task_uuid, 3, None).message().contains("2 other tasks"));
    }
}
