//! The journal of a command: where it is, whether it has to be there, and what it counts.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use runware::journal::JournalError;
use runware::types::{Money, Prepared, TaskUuid};
use runware::{Budget, ClientBuilder};
use runware_journal::{Filter, Listed, Options, SqliteJournal, Stage};

use crate::config::journal::Place;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::resume::Resume;
use crate::stop::{Stop, WITHOUT_JOURNAL, explain};

/// Whether a command works without its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// It has nothing to do with it.
    Unneeded,
    /// It waits for these tasks and sends none, with a journal that is there, or without one that cannot be opened.
    Welcome(Vec<TaskUuid>),
    /// It looks into a journal that is there, and stops where that cannot be opened.
    Searched,
    /// It sends nothing that is not kept, unless somebody wants it so.
    Required(Option<Budget>),
}

/// An open journal, and what is counted in it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) journal: SqliteJournal,
    budget: Option<Budget>,
    looks_only: bool,
}

/// What a task in the journal is to somebody who submits it again under a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It was refused, and begins anew, as one that is not there does.
    #[default]
    New,
    /// It goes on, nothing is set aside for it, and it is not known to have arrived.
    Begun,
    /// So much is set aside for it: that is its price, if it is refused before it is taken up here and begins anew.
    Counted(Money),
    /// Nothing is set aside for it, and it is bought, or not sent any more.
    Past,
}

impl Standing {
    fn of(task: &Listed) -> Self {
        match (task.stage, task.reserved) {
            (Stage::Refused, _) => Self::New,
            (_, Some(price)) => Self::Counted(price),
            (Stage::Open | Stage::Undecided, None) if !task.is_accepted => Self::Begun,
            (_, None) => Self::Past,
        }
    }
}

impl Keeping {
    /// Opens the journal, or says why the command goes on without one.
    ///
    /// # Errors
    ///
    /// The journal cannot be opened, and the command needs it; there is a budget and nothing to count it in; or somebody
    /// interrupts.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves a thread that goes on opening it.
    pub(crate) async fn open(
        &self,
        place: &Place,
        redacts: bool,
        output: &mut Output,
        interrupt: &mut Interrupt,
    ) -> Result<Option<Kept>, Stop> {
        let kept = |journal, budget, looks_only| Kept { journal, budget, looks_only };
        match self {
            Self::Unneeded => Ok(None),
            Self::Welcome(_) => match open_existing(place, interrupt).await {
                Err(stop) if stop.exit() != Exit::Interrupted => {
                    output.warn(&format!("warning: going on without the journal: {}", stop.message()));
                    Ok(None)
                }
                journal => Ok(journal?.map(|journal| kept(journal, None, true))),
            },
            Self::Searched => {
                let journal = open_existing(place, interrupt).await?;
                Ok(journal.map(|journal| kept(journal, None, false)))
            }
            Self::Required(budget) => match (place.path()?, budget) {
                (Some(path), budget) => {
                    let (path, options) = (path.to_owned(), Options::new().redact(redacts));
                    let journal = interrupt.unless_raised(OPENED, move || options.open(path)).await?;
                    let journal = journal.map_err(|error| unsent(&error))?;
                    Ok(Some(kept(journal, budget.clone(), false)))
                }
                (None, None) => Ok(None),
                (None, Some(_)) => Err(Stop::usage(
                    "--budget counts in a journal, in which all commands that share it count: name one with \
                     --journal PATH; nothing was sent",
                )),
            },
        }
    }

    /// Names the command to go on with, where somebody has interrupted one that has tasks already.
    pub(crate) fn going_on(&self, stop: Stop, resume: &Resume) -> Stop {
        match self {
            Self::Welcome(tasks) if stop.exit() == Exit::Interrupted => {
                stop.going_on_with(resume.command(tasks.iter().copied()))
            }
            Self::Searched if stop.exit() == Exit::Interrupted => stop.going_on_with(resume.collect()),
            _ => stop,
        }
    }
}

impl Kept {
    /// Lets a client keep its tasks here.
    pub(crate) fn lead(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = builder.journal(Arc::new(self.journal.clone()));
        let builder = if self.looks_only { builder.looks_only() } else { builder };
        self.budget.iter().cloned().fold(builder, ClientBuilder::budget)
    }

    /// The tasks for this service that go on where they stood.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub(crate) fn known(&self, service: &str) -> Result<HashSet<TaskUuid>, Stop> {
        let known = self.standings(service)?.into_iter().filter(|(_, standing)| *standing != Standing::New);
        Ok(known.map(|(task_uuid, _)| task_uuid).collect())
    }

    /// How the tasks for this service stand that the journal has.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub(crate) fn standings(&self, service: &str) -> Result<HashMap<TaskUuid, Standing>, Stop> {
        let listed = self.journal.list(&Filter::new().scope(service)).map_err(|error| unusable(&error))?;
        Ok(listed.into_iter().map(|task| (task.task_uuid, Standing::of(&task))).collect())
    }

    /// True if somebody has to decide about this task.
    pub(crate) fn is_undecided(&self, service: &str, task_uuid: TaskUuid) -> bool {
        let filter = Filter::new().scope(service).task_uuid(task_uuid).stages([Stage::Undecided]);
        self.journal.list(&filter).is_ok_and(|tasks| !tasks.is_empty())
    }

    /// True if this id belongs to another request.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub(crate) fn has_another(&self, service: &str, task: &Prepared) -> Result<bool, Stop> {
        let kept = self.journal.kept(Some(service), task.uuid()).map_err(|error| unusable(&error))?;
        Ok(kept.iter().any(|kept| kept.hash != task.hash()))
    }

    /// How many tasks for each of the other services are left to be finished or delivered, by no process that is alive.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub(crate) fn elsewhere(&self, service: &str) -> Result<BTreeMap<String, usize>, Stop> {
        elsewhere(&self.journal, service).map_err(|error| unusable(&error))
    }

    /// True if tasks need a price.
    pub(crate) fn counts_money(&self) -> bool {
        self.budget.is_some()
    }
}

/// How many tasks a journal has for each service but this one that are left to be finished or delivered, and that no
/// process looks after.
///
/// # Errors
///
/// The journal cannot be read.
pub(crate) fn elsewhere(
    journal: &SqliteJournal,
    service: &str,
) -> Result<BTreeMap<String, usize>, JournalError> {
    let left = Filter::new().stages([Stage::Open, Stage::Settled, Stage::Undecided]);
    let mut services = BTreeMap::new();
    for task in journal.list(&left)? {
        if task.scope != service && !task.owner_alive {
            *services.entry(task.scope).or_default() += 1;
        }
    }
    Ok(services)
}

/// Opens the journal if there is one; a command that only looks makes none.
///
/// # Errors
///
/// It is there and cannot be opened, nobody knows where it would be, or somebody interrupts.
///
/// # Cancel safety
///
/// Dropping the future leaves a thread that goes on opening it.
pub(crate) async fn open_existing(
    place: &Place,
    interrupt: &mut Interrupt,
) -> Result<Option<SqliteJournal>, Stop> {
    let Some(path) = place.path()?.filter(|path| is_there(path)) else { return Ok(None) };
    let path = path.to_owned();
    let journal = interrupt.unless_raised(OPENED, move || SqliteJournal::open(path)).await?;
    journal.map(Some).map_err(|error| unusable(&error))
}

/// What an interruption of the opening comes before.
const OPENED: &str = "the journal was open; nothing was sent";

/// True if there is a journal, or what is left of one.
pub(crate) fn is_there(path: &Path) -> bool {
    let mut mark = OsString::from(path);
    mark.push("-mark");
    // What cannot be looked at is there, and opening it says what is wrong.
    [path.to_path_buf(), PathBuf::from(mark)].iter().any(|path| path.try_exists().unwrap_or(true))
}

/// Why a command that looks into the journal stops.
pub(crate) fn unusable(error: &JournalError) -> Stop {
    Stop::machine(explain(error))
}

fn unsent(error: &JournalError) -> Stop {
    Stop::machine(format!(
        "{}. Nothing was sent: a task that is not kept could be paid for and lost; {WITHOUT_JOURNAL}",
        explain(error).trim_end_matches('.')
    ))
}
