//! `runware decide`: about tasks of which nobody can tell whether they ran.

use runware::types::TaskUuid;
use runware_journal::{Decided, Filter, SqliteJournal, Stage};

use super::known_task;
use crate::args::GlobalArgs;
use crate::args::keeping::{DecideArgs, Decision};
use crate::config::journal::Place;
use crate::exit::Exit;
use crate::keeping::{open_existing, unusable};
use crate::output::Output;
use crate::output::event::{self, Event};
use crate::stop::Stop;

pub(super) fn run(args: &DecideArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let task_uuid = known_task(&args.uuid)?;
    let journal = open_existing(&Place::read_wanted(global)?)?.ok_or_else(|| absent(task_uuid))?;
    let service = service(&journal, task_uuid)?;
    let (decision, name) = match args.decision {
        Decision::Resubmit => (runware_journal::Decision::Resubmit, "resubmit"),
        Decision::Abandon => (runware_journal::Decision::Abandon, "abandon"),
    };
    match journal.decide(&service, task_uuid, decision).map_err(|error| unusable(&error))? {
        Decided::Done(_) => {
            output.tell(&Event::Decided(event::Decided { task_uuid, decision: name, service }))?;
            Ok(Exit::Delivered)
        }
        Decided::NotUndecided(stage) => Err(Stop::usage(format!(
            "there is nothing to decide about {task_uuid}: it is {stage}; `runware list --unknown` shows what is undecided"
        ))
        .about(task_uuid)),
        Decided::Held => Err(Stop::usage(format!(
            "nothing was decided about {task_uuid}: it is in care of a running process, which may find it yet; wait for \
             its end, or end it, then decide"
        ))
        .about(task_uuid)),
        _ => Err(absent(task_uuid)),
    }
}

/// The service that the task is meant for: where several have one of this id, the one with something to decide.
fn service(journal: &SqliteJournal, task_uuid: TaskUuid) -> Result<String, Stop> {
    let filter = Filter::new().task_uuid(task_uuid);
    let tasks = journal.list(&filter).map_err(|error| unusable(&error))?;
    let undecided = tasks.iter().find(|task| task.stage == Stage::Undecided);
    let task = undecided.or_else(|| tasks.first());
    task.map(|task| task.scope.clone()).ok_or_else(|| absent(task_uuid))
}

fn absent(task_uuid: TaskUuid) -> Stop {
    Stop::absent(task_uuid, format!("the journal has no task {task_uuid}; `runware list` shows what it has"))
}
