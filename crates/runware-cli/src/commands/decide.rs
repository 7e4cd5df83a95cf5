//! `runware decide`: about tasks of which nobody can tell whether they ran.

use runware::types::TaskUuid;
use runware_journal::{Decided, Filter, SqliteJournal, Stage};

use super::known_task;
use crate::args::GlobalArgs;
use crate::args::keeping::{DecideArgs, Decision};
use crate::config::journal::Place;
use crate::config::retrace;
use crate::exit::Exit;
use crate::keeping::{open_existing, unusable};
use crate::output::Output;
use crate::output::event::{self, Event};
use crate::resume::Resume;
use crate::session::listen;
use crate::stop::Stop;

pub(super) async fn run(args: &DecideArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let task_uuid = known_task(&args.uuid)?;
    let place = Place::read_wanted(global)?;
    let here = place.retrace(Resume::default());
    let mut interrupt = listen(Exit::Interrupted)?;
    let journal = open_existing(&place, &mut interrupt).await?.ok_or_else(|| absent(task_uuid, &here))?;
    let service = service(&journal, task_uuid)?.ok_or_else(|| absent(task_uuid, &here))?;
    let (decision, name) = match args.decision {
        Decision::Resubmit => (runware_journal::Decision::Resubmit, "resubmit"),
        Decision::Abandon => (runware_journal::Decision::Abandon, "abandon"),
    };
    match journal.decide(&service, task_uuid, decision).map_err(|error| unusable(&error))? {
        Decided::Done(_) => {
            let kept = journal.kept(Some(&service), task_uuid).map_err(|error| unusable(&error))?;
            let has_request = kept.iter().any(|kept| kept.request.is_some());
            let resume = place.retrace(retrace(global, output)?);
            let collect = has_request.then(|| resume.collect());
            output.tell(&Event::Decided(event::Decided { task_uuid, decision: name, service, collect }))?;
            Ok(Exit::Delivered)
        }
        Decided::NotUndecided(stage) => Err(Stop::usage(format!(
            "there is nothing to decide about {task_uuid}: it is {stage}; `{}` shows what there is to decide about",
            here.list_unknown()
        ))
        .about(task_uuid)),
        Decided::Held => Err(Stop::usage(format!(
            "nothing was decided about {task_uuid}: it is in care of a running process, which may find it yet; wait for \
             its end, or end it, then decide"
        ))
        .about(task_uuid)),
        _ => Err(absent(task_uuid, &here)),
    }
}

/// The service that the task is meant for: where several have one of this id, the one with something to decide.
fn service(journal: &SqliteJournal, task_uuid: TaskUuid) -> Result<Option<String>, Stop> {
    let filter = Filter::new().task_uuid(task_uuid);
    let tasks = journal.list(&filter).map_err(|error| unusable(&error))?;
    let undecided = tasks.iter().find(|task| task.stage == Stage::Undecided);
    let task = undecided.or_else(|| tasks.first());
    Ok(task.map(|task| task.scope.clone()))
}

fn absent(task_uuid: TaskUuid, here: &Resume) -> Stop {
    let list = here.list();
    Stop::absent(task_uuid, format!("the journal has no task {task_uuid}; `{list}` shows what it has"))
}
