//! What tasks cost before they are sent, which a budget has to know.

use std::collections::HashMap;
use std::io::{self, IsTerminal as _};

use runware::types::{Money, RawTask, TaskUuid};

use super::quote;
use super::run::Ready;
use crate::output::{Output, human};
use crate::session::Session;
use crate::stop::Stop;

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
/// The price of a task is not known, the server would not take it, or no answer was had. Nothing was sent.
pub(super) async fn of_many(session: &mut Session<'_>, mut tasks: Vec<Ready>) -> Result<Vec<Ready>, Stop> {
    let Some(kept) = session.kept.as_ref().filter(|kept| kept.counts_money()) else { return Ok(tasks) };
    let priced = kept.priced(&session.service)?;
    let new = (1..).zip(&tasks).filter(|(_, ready)| !priced.contains_key(&ready.prepared.uuid()));
    let new: Vec<(usize, RawTask)> =
        new.filter_map(|(number, ready)| Some((number, to_price(ready)?))).collect();
    // Where prices cannot be asked for, none is known.
    let answers = match session.check_http("--budget") {
        Ok(()) => quote::ask(&new, session).await?,
        Err(_) => HashMap::new(),
    };
    let mut unpriced = Vec::new();
    for ready in &mut tasks {
        let known = priced.get(&ready.prepared.uuid());
        let price = match to_price(ready).filter(|_| known.is_none()) {
            Some(task) => match answers.get(&quote::content(&task)) {
                Some(Err(error)) => return Err(error.clone().into()),
                Some(Ok(price)) => *price,
                None => None,
            },
            // It costs nothing, or what is set aside for it is known.
            None => Some(known.copied().unwrap_or(Money::ZERO)),
        };
        if price.is_none() {
            unpriced.push(ready.prepared.uuid());
        }
        ready.options = ready.options.clone().price(price.unwrap_or(Money::ZERO));
    }
    match unpriced.first() {
        Some(first) if !is_allowed(session.output, unpriced.len()) => Err(unknown(*first, unpriced.len())),
        _ => Ok(tasks),
    }
}

/// The task, if it is of a type that costs something.
fn to_price(ready: &Ready) -> Option<RawTask> {
    let task = RawTask::from_json(ready.prepared.bytes()).ok()?;
    task.task_type().is_generation().then_some(task)
}

/// Asks whoever sits at the terminal whether tasks without a price may be sent.
fn is_allowed(output: &mut Output, number: usize) -> bool {
    if output.is_json() || !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return false;
    }
    let tasks = match number {
        1 => "this task costs. Send it all the same, with nothing set aside for it".to_owned(),
        _ => format!(
            "{} cost. Send them all the same, with nothing set aside for them",
            human::count(number, "task")
        ),
    };
    output.warn(&format!("Nobody knows what {tasks}? (y/N)"));
    let mut answer = String::new();
    let is_read = io::stdin().read_line(&mut answer).is_ok();
    is_read && matches!(answer.trim(), "y" | "Y" | "yes")
}

fn unknown(first: TaskUuid, number: usize) -> Stop {
    let others = match number {
        1 => String::new(),
        _ => format!(", nor what {} cost", human::count(number - 1, "other task")),
    };
    let stop = Stop::quota(format!(
        "there is a budget, and nobody knows what the task costs{others}: the server names no price. Nothing was sent; give \
         one with --price AMOUNT, or leave --budget out"
    ));
    if number == 1 { stop.about(first) } else { stop }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_price_names_the_way_out() {
        let task_uuid = TaskUuid::from_key("test", "price");
        let stop = unknown(task_uuid, 1);
        assert_eq!((stop.exit().code(), stop.task_uuid()), (5, Some(task_uuid)));
        assert!(stop.message().contains("--price AMOUNT"), "{}", stop.message());
        assert!(unknown(task_uuid, 3).message().contains("2 other tasks"));
    }
}
