//! `runware list`: the tasks in the journal.

use std::time::{Duration, SystemTime};

use runware_journal::{Filter, Listed, Stage};

use crate::args::GlobalArgs;
use crate::args::keeping::ListArgs;
use crate::config::journal::Place;
use crate::exit::Exit;
use crate::keeping::{open_existing, unusable};
use crate::output::event::{Event, TaskLine, Total};
use crate::output::human::keeping::table;
use crate::output::{self, Output};
use crate::session::listen;
use crate::stop::Stop;

/// What an interruption of the reading comes before.
const READ: &str = "the journal was read; nothing was sent";

pub(super) async fn run(args: &ListArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let mut interrupt = listen(Exit::Interrupted)?;
    let tasks = match open_existing(&Place::read_wanted(global)?, &mut interrupt).await? {
        Some(journal) => {
            let filter = filter(args);
            let listed = interrupt.unless_raised(READ, move || journal.list(&filter)).await?;
            listed.map_err(|error| unusable(&error))?
        }
        None => {
            output.note("there is no journal yet; the first task that is submitted makes one");
            Vec::new()
        }
    };
    let now = output::now();
    let tasks: Vec<TaskLine> = tasks.into_iter().map(|task| line(task, now)).collect();
    for text in table(&tasks) {
        output.data(&text)?;
    }
    tasks.iter().try_for_each(|task| output.tell(&Event::Task(Box::new(task.clone()))))?;
    output.tell(&Event::Total(total(&tasks)))?;
    Ok(Exit::Delivered)
}

fn filter(args: &ListArgs) -> Filter {
    let stages = [
        (args.open, &[Stage::Open, Stage::Settled][..]),
        (args.done, &[Stage::Confirmed, Stage::Refused, Stage::Abandoned]),
        (args.unknown, &[Stage::Undecided]),
    ];
    let stages = stages.into_iter().filter(|(is_asked_for, _)| *is_asked_for).flat_map(|(_, stages)| stages);
    let filter = Filter::new().stages(stages.copied());
    let filter = args.tag.iter().fold(filter, |filter, (name, value)| filter.tag(name, value));
    args.limit.into_iter().fold(filter, Filter::limit)
}

/// A task as it is shown at this time of day.
pub(super) fn line(task: Listed, now: SystemTime) -> TaskLine {
    TaskLine {
        state: task.stage.as_str(),
        task_uuid: task.task_uuid,
        task_type: task.task_type,
        model: task.model,
        results: task.results,
        failures: task.failures,
        expected: task.expected,
        // A cost of nothing is one that the server does not say.
        cost: task.cost.filter(|cost| !cost.is_zero()),
        reserved: task.reserved,
        key: task.key,
        tags: task.tags.into_iter().collect(),
        service: task.scope,
        accepted: task.is_accepted,
        held: task.owner_alive,
        begun_at: task.begun_at,
        ended_at: task.ended_at,
        // A clock that was set back makes nothing younger than new.
        age: now.duration_since(task.begun_at).unwrap_or(Duration::ZERO),
        reason: match task.stage {
            Stage::Refused => task.reason,
            Stage::Undecided | Stage::Abandoned => task.evidence,
            // What was said before it went on is over.
            _ => None,
        },
    }
}

/// What tasks cost together. One that was refused has cost nothing.
fn total(tasks: &[TaskLine]) -> Total {
    let known = tasks.iter().filter_map(|task| task.cost);
    let cost_unknown = tasks.iter().filter(|task| task.is_cost_unknown()).count();
    let is_any_known = cost_unknown == 0 || known.clone().next().is_some();
    Total { tasks: tasks.len(), cost: is_any_known.then(|| known.sum()), cost_unknown }
}
