//! What tasks cost before they are sent, which a budget has to know.

mod asking;

use std::collections::HashMap;

use runware::types::{Money, RawTask};

use super::quote;
use super::run::{Obstacle, Ready};
use crate::keeping::Standing;
use crate::origin::Origin;
use crate::session::Session;
use crate::stop::{Stop, UNPRICED};

/// Finds out what one task costs, where a budget has to know.
///
/// # Errors
///
/// Its price is not known, the server would not take it, no answer was had, or somebody interrupts. Nothing was sent.
///
/// # Cancel safety
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
///
/// # Cancel safety
///
/// Dropping the future loses the tasks, of which none was sent, and the answers; where somebody is being asked, a thread
/// goes on reading theirs.
pub(super) async fn of_many(
    session: &mut Session<'_>,
    mut tasks: Vec<Ready>,
    given: Option<Money>,
) -> Result<Vec<Ready>, Stop> {
    let Some(kept) = session.kept.as_ref().filter(|kept| kept.counts_money()) else { return Ok(tasks) };
    let standings = kept.standings(&session.service)?;
    let standing = |ready: &Ready| standings.get(&ready.prepared.uuid()).copied().unwrap_or_default();
    let to_ask = |ready: &Ready| match standing(ready) {
        Standing::New | Standing::Begun => to_price(ready),
        Standing::Counted(_) | Standing::Past => None,
    };
    let questions: Vec<(usize, RawTask)> =
        tasks.iter().filter_map(|ready| Some((ready.origin.line.unwrap_or(1), to_ask(ready)?))).collect();
    // Where prices cannot be asked for, none is known.
    let answers = match session.check_http("--budget") {
        Ok(()) => quote::ask(&questions, session).await?,
        Err(_) => HashMap::new(),
    };
    for ready in &mut tasks {
        let standing = standing(ready);
        if let Standing::Counted(price) = standing {
            ready.options = ready.options.clone().price(price);
        }
        let Some(task) = to_ask(ready) else { continue };
        let (price, obstacle) = match answers.get(&quote::content(&task)) {
            Some(Ok(Some(price))) => (Some(*price), None),
            Some(Ok(None)) | None => (given, Some(Obstacle::Unpriced)),
            Some(Err(unknown)) => (None, Some(Obstacle::Stopped(unknown.clone()))),
        };
        match (price, standing) {
            (Some(price), _) => ready.options = ready.options.clone().price(price),
            // It is looked for, and not sent.
            (None, Standing::Begun) => {}
            (None, _) => ready.obstacle = obstacle,
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
