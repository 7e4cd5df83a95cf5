//! `runware decide`: about tasks of which nobody can tell whether they ran.

use runware::journal::JournalError;
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
    let collect = place.retrace(retrace(global, output)?).collect();
    let mut interrupt = listen(Exit::Interrupted)?;
    let journal = open_existing(&place, &mut interrupt).await?.ok_or_else(|| absent(task_uuid, &here))?;
    let (decision, name) = match args.decision {
        Decision::Resubmit => (runware_journal::Decision::Resubmit, "resubmit"),
        Decision::Abandon => (runware_journal::Decision::Abandon, "abandon"),
    };
    let before = format!(
        "it was known whether that is decided, which `{}` shows: it may be written; nothing was sent",
        here.list_unknown()
    );
    let made = interrupt.unless_raised(&before, move || make(&journal, task_uuid, decision)).await;
    let made = made.map_err(|stop| stop.about(task_uuid))?.map_err(|error| unusable(&error))?;
    let Made { service, has_request, decided } = made.ok_or_else(|| absent(task_uuid, &here))?;
    match decided {
        Decided::Done(_) => {
            let collect = has_request.then_some(collect);
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

/// What came of a decision.
struct Made {
    service: String,
    /// Whether `collect` could send the task again.
    has_request: bool,
    decided: Decided,
}

/// Decides about a task, if the journal has it: where it is meant for several services, the one with something to decide.
fn make(
    journal: &SqliteJournal,
    task_uuid: TaskUuid,
    decision: runware_journal::Decision,
) -> Result<Option<Made>, JournalError> {
    let tasks = journal.list(&Filter::new().task_uuid(task_uuid))?;
    let undecided = tasks.iter().find(|task| task.stage == Stage::Undecided);
    let Some(task) = undecided.or_else(|| tasks.first()) else { return Ok(None) };
    let service = task.scope.clone();
    // Looked up first: nothing that fails may follow a decision that is written.
    let has_request = journal.kept(Some(&service), task_uuid)?.iter().any(|kept| kept.request.is_some());
    let decided = journal.decide(&service, task_uuid, decision)?;
    Ok(Some(Made { service, has_request, decided }))
}

fn absent(task_uuid: TaskUuid, here: &Resume) -> Stop {
    let list = here.list();
    Stop::absent(task_uuid, format!("the journal has no task {task_uuid}; `{list}` shows what it has"))
}
