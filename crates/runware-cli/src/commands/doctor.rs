//! `runware doctor`: how the journal is, and what the configuration comes to.

mod growth;
mod place;

use std::path::Path;

use runware::journal::{JournalError, JournalErrorKind};
use runware::poll::Plan;
use runware::types::TaskUuid;
use runware_journal::{Filter, Health, Listed, Spent, SqliteJournal, Stage};

use crate::args::GlobalArgs;
use crate::config::journal::Place;
use crate::config::redaction::redaction;
use crate::config::{Resolved, retrace};
use crate::exit::Exit;
use crate::keeping::{elsewhere, is_there};
use crate::output::event::{Configuration, Doctor, Event, Findings, JournalReport, Spending, Undecided};
use crate::output::{Output, human, sanitize};
use crate::resume::Resume;
use crate::session::listen;
use crate::stop::{Stop, explain};

pub(super) async fn run(global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let place = Place::read_offline(global)?;
    let configuration = configuration(global, output)?;
    let collect = place.retrace(retrace(global, output)?).collect();
    let redacts_from = redaction(global)?;
    let (service, mut interrupt) = (configuration.service.clone(), listen(Exit::Interrupted)?);
    let examined = "the journal was examined; nothing was sent";
    let report = interrupt.unless_raised(examined, move || journal(&place, &collect, &service)).await?;
    let journal = JournalReport { redacts: redacts_from.is_some(), redacts_from, ..report };
    let elsewhere = journal.findings.iter().flat_map(|findings| findings.elsewhere.clone());
    let elsewhere: Vec<(String, usize)> = elsewhere.collect();
    let healthy = !matches!(journal.state, DAMAGED | UNUSABLE);
    let version = env!("CARGO_PKG_VERSION");
    output.tell(&Event::Doctor(Box::new(Doctor { healthy, version, configuration, journal })))?;
    for (service, tasks) in elsewhere {
        output.warn(&format!(
            "{} for {}, another server than the configured one: `collect` finishes them with its --http-base-url",
            human::count(tasks, "task"),
            sanitize::line(&service)
        ));
    }
    Ok(if healthy { Exit::Delivered } else { Exit::Trouble })
}

const DAMAGED: &str = "damaged";
const UNUSABLE: &str = "unusable";

fn configuration(global: &GlobalArgs, output: &mut Output) -> Result<Configuration, Stop> {
    let Resolved { service, transport, http_base_url, ws_base_url, key } = Resolved::read(global, output)?;
    let (key_from, key_problem) = match key {
        Ok(from) => (Some(from), None),
        Err(problem) => (None, Some(problem)),
    };
    Ok(Configuration {
        service,
        transport,
        http_base_url,
        ws_base_url,
        has_key: key_from.is_some(),
        key_from,
        key_problem,
        deadline: global.deadline.unwrap_or_else(|| Plan::new().deadline()),
    })
}

fn journal(place: &Place, collect: &str, service: &str) -> JournalReport {
    let (path, by) = match place {
        Place::At { path, by } => (path, by.unwrap_or("default")),
        Place::Off | Place::Passing => return JournalReport { state: "off", ..JournalReport::default() },
        Place::Homeless => {
            let problem = place.path().err().map(|stop| stop.message().to_owned());
            return JournalReport { state: UNUSABLE, problem, ..JournalReport::default() };
        }
    };
    let report = JournalReport {
        path: Some(path.display().to_string()),
        path_from: Some(by),
        ..JournalReport::default()
    };
    if !is_there(path) {
        return JournalReport { state: "absent", ..report };
    }
    match SqliteJournal::open(path).and_then(|journal| look(&journal, place, path, service)) {
        Ok((health, findings)) => JournalReport {
            state: if health.refuses.is_some() { UNUSABLE } else { "healthy" },
            problem: health.refuses,
            findings: Some(Findings { collect: collect.to_owned(), ..findings }),
            ..report
        },
        Err(error) => {
            let state = if error.kind() == JournalErrorKind::Damaged { DAMAGED } else { UNUSABLE };
            JournalReport { state, problem: Some(explain(&error)), ..report }
        }
    }
}

fn look(
    journal: &SqliteJournal,
    place: &Place,
    path: &Path,
    service: &str,
) -> Result<(Health, Findings), JournalError> {
    let health = journal.check()?;
    let in_stage = |stage| journal.list(&Filter::new().stages([stage]));
    let ids = |tasks: Vec<Listed>| tasks.into_iter().map(|task| task.task_uuid).collect::<Vec<TaskUuid>>();
    let resume = place.retrace(Resume::default());
    let counts = Stage::ALL.into_iter().map(|stage| (stage.as_str(), health.counts.of(stage)));
    let mut unfinished =
        journal.list(&Filter::new().stages([Stage::Open, Stage::Settled, Stage::Undecided]))?;
    unfinished.retain(|task| task.owner_alive);
    let over = journal.list(&Filter::new().stages([Stage::Settled, Stage::Confirmed, Stage::Abandoned]))?;
    let findings = Findings {
        bytes: health.bytes,
        schema: health.schema,
        permissions: place::permissions(path),
        file_system: place::file_system(path),
        // This process is one of them.
        owners: health.owners.saturating_sub(1),
        tasks: counts.filter(|(_, number)| *number > 0).collect(),
        open: ids(in_stage(Stage::Open)?),
        undelivered: ids(in_stage(Stage::Settled)?),
        held: ids(unfinished),
        elsewhere: elsewhere(journal, service)?,
        undecided: in_stage(Stage::Undecided)?.into_iter().map(|task| undecided(task, &resume)).collect(),
        budgets: health.budgets.iter().map(|budget| spending(budget, &over)).collect(),
        prunable: growth::prunable(health.bytes, &resume, |retention| journal.prunable(retention))?,
        collect: String::new(),
    };
    Ok((health, findings))
}

/// What was spent of a budget, of whose tasks these are over. Where the server has named no cost, none is known.
fn spending(budget: &Spent, over: &[Listed]) -> Spending {
    let is_known = |task: &Listed| task.cost.is_some_and(|cost| !cost.is_zero());
    let is_its_own = |task: &&Listed| task.budget.as_ref() == Some(&budget.name);
    let cost_unknown = over.iter().filter(is_its_own).filter(|task| !is_known(task)).count();
    let spent = (cost_unknown == 0 || !budget.spent.is_zero()).then_some(budget.spent);
    Spending { name: budget.name.clone(), spent, reserved: budget.reserved, cost_unknown }
}

fn undecided(task: Listed, resume: &Resume) -> Undecided {
    Undecided {
        task_uuid: task.task_uuid,
        reason: task.evidence,
        resubmit: resume.decide(task.task_uuid, "resubmit"),
        abandon: resume.decide(task.task_uuid, "abandon"),
    }
}
