//! What tasks cost before they are sent, which a budget has to know.

mod asking;

use std::collections::HashMap;

use runware::types::{Money, RawTask};

use super::quote;
use super::run::{Obstacle, Ready};
use crate::origin::Origin;
use crate::session::Session;
use crate::stop::{Stop, UNPRICED};

/// Finds out what one task costs, where a budget has to know.
///
/// # Errors
///
/// Its price is not known, the server would not take it, no answer was had, or somebody interrupts. Nothing was sent.
pub(super) async fn of_one(
    session: &mut Session<'_>,
    ready: Ready,
    given: Option<Money>,
) -> Result<Ready, Stop> {
    if given.is_some() {
        return Ok(ready);
    }
    let ready = of_many(session, vec![ready], None).await?.pop();
    let ready =
        ready.ok_or_else(|| Stop::machine("the task got lost while it was priced; nothing was sent"))?;
    match ready.obstacle {
        Some(Obstacle::Unpriced) => Err(Stop::quota(UNPRICED).about(ready.prepared.uuid())),
        Some(Obstacle::Stopped(unknown)) => Err(unknown.error.into()),
        None => Ok(ready),
    }
}

/// Finds out what tasks cost, where a budget has to know: the server is asked, and where it does not say, it is what was
/// given, or whoever sits at the terminal lets them be sent all the same. What then has no price is not to be sent, nor
/// what the server would not take or gave no answer about, unless the journal has it: that is looked for, and the client
/// sees to it that it is not bought outside of the budget.
///
/// # Errors
///
/// The key or the credit is refused, or somebody interrupts. Nothing was sent.
pub(super) async fn of_many(
    session: &mut Session<'_>,
    mut tasks: Vec<Ready>,
    given: Option<Money>,
) -> Result<Vec<Ready>, Stop> {
    let Some(kept) = session.kept.as_ref().filter(|kept| kept.counts_money()) else { return Ok(tasks) };
    let priced = kept.priced(&session.service)?;
    let begun = kept.known(&session.service)?;
    let new = tasks.iter().filter(|ready| !priced.contains_key(&ready.prepared.uuid()));
    let new: Vec<(usize, RawTask)> =
        new.filter_map(|ready| Some((ready.origin.line.unwrap_or(1), to_price(ready)?))).collect();
    // Where prices cannot be asked for, none is known.
    let answers = match session.check_http("--budget") {
        Ok(()) => quote::ask(&new, session).await?,
        Err(_) => HashMap::new(),
    };
    for ready in &mut tasks {
        let known = priced.get(&ready.prepared.uuid());
        let price = match to_price(ready).filter(|_| known.is_none()) {
            Some(task) => match answers.get(&quote::content(&task)) {
                Some(Err(unknown)) => Err(Obstacle::Stopped(unknown.clone())),
                Some(Ok(Some(price))) => Ok(Some(*price)),
                Some(Ok(None)) | None => given.ok_or(Obstacle::Unpriced).map(Some),
            },
            // It costs nothing, or that is known.
            None => Ok(known.copied().flatten()),
        };
        match price {
            Ok(Some(price)) => ready.options = ready.options.clone().price(price),
            Err(obstacle) if !begun.contains(&ready.prepared.uuid()) => ready.obstacle = Some(obstacle),
            Ok(None) | Err(_) => {}
        }
    }
    let unpriced: Vec<&Origin> =
        tasks.iter().filter(|ready| ready.is_unpriced()).map(|ready| &ready.origin).collect();
    if !unpriced.is_empty() && asking::may_be_sent(session, &unpriced).await? {
        for ready in tasks.iter_mut().filter(|ready| ready.is_unpriced()) {
            ready.options = ready.options.clone().price(Money::ZERO);
            ready.obstacle = None;
        }
    }
    Ok(tasks)
}

/// The task, if it is of a type that may cost something.
fn to_price(ready: &Ready) -> Option<RawTask> {
    let task = RawTask::from_json(ready.prepared.bytes()).ok()?;
    task.task_type().may_cost().then_some(task)
}
