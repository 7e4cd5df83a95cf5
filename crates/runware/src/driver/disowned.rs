//! Tasks that another process has taken over, as the journal says.
//!
//! What was received of them here is paid for, and whoever waits here may be the only one who ever sees it. So it is handed
//! over, as not durable, and then the end is told. The other process does not know of that, and hands it over too.

use std::collections::{HashMap, HashSet};

use runware_poll::Tick;
use runware_types::TaskUuid;

use super::Driver;
use super::ledger::{News, Publication, Tell};
use crate::journal::{Fact, Ticket};
use crate::outcome::{Custody, Delivery};
use crate::{Ending, Error, Outcome, TaskHandle};

/// A task that belongs to somebody else by now.
struct Disowned {
    ticket: Ticket,
    /// The numbers that its parts had here and that the journal does not have.
    missing: HashSet<u32>,
}

impl Driver {
    /// Tells what these publications were to tell: their tasks belong to somebody else by now.
    pub(super) fn disown(&mut self, publications: Vec<Publication>, now: Tick) {
        let (mut tasks, mut ends) = (HashMap::new(), Vec::new());
        for Publication { task_uuid, ticket, tell, facts, .. } in publications {
            let task = tasks.entry(task_uuid);
            let task = task.or_insert_with(|| Disowned { ticket, missing: HashSet::new() });
            task.missing.extend(facts.iter().filter_map(|fact| match fact {
                Fact::Ended(part) => Some(part.ordinal),
                _ => None,
            }));
            match tell {
                None | Some(Tell::Clear) => {}
                Some(Tell::Watch(watch, mut news)) => {
                    task.missing.extend(self.ledger.told(task_uuid, false));
                    news.disown(watch.handle());
                    news.tell(&watch, false);
                }
                Some(Tell::End(watch, end)) => {
                    task.missing.extend(self.ledger.told(task_uuid, true));
                    ends.push((task_uuid, watch, end));
                }
            }
        }
        // After everything else that there is to tell of them.
        for (task_uuid, watch, end) in ends {
            let missing = tasks.remove(&task_uuid).map(|task| task.missing).unwrap_or_default();
            self.tell_end(&watch, disowned(*end, watch.handle(), &missing));
        }
        for (task_uuid, task) in tasks {
            self.disown_open(task_uuid, &task, now);
        }
    }

    /// Ends the watching of a task that belongs to somebody else.
    fn disown_open(&mut self, task_uuid: TaskUuid, task: &Disowned, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        if entry.kept.as_ref().is_none_or(|kept| kept.ticket != Some(task.ticket)) {
            return;
        }
        tracing::warn!(target: "runware", %task_uuid, at = ?now, "another process has taken the task over");
        let handle = entry.watch.handle().clone();
        let outcome = entry.outcome(Ending::StillRunning { handle: handle.clone(), accepted: true }, now);
        entry.kept = None;
        self.ledger.let_go();
        self.ledger.forget(task_uuid);
        self.end(task_uuid, disowned(Ok(outcome), &handle, &task.missing));
    }
}

impl News {
    /// What it tells is of a task that belongs to somebody else.
    fn disown(&mut self, handle: &TaskHandle) {
        if let Self::Found(found) = self
            && let Some(numbers) = &mut found.kept
        {
            numbers.is_certain = has_one_part(handle);
        }
    }
}

/// The end of a task that belongs to somebody else: that it does, and with it what had come.
fn disowned(
    end: Result<Outcome, Error>,
    handle: &TaskHandle,
    missing: &HashSet<u32>,
) -> Result<Outcome, Error> {
    let error = Error::taken_over(handle.clone());
    let mut outcome = match end {
        Ok(outcome) if !(outcome.results.is_empty() && outcome.failures.is_empty()) => outcome,
        _ => return Err(error),
    };
    let is_missing = |delivery: &Delivery| !delivery.is_redelivered && missing.contains(&delivery.id.ordinal);
    for result in &mut outcome.results {
        result.delivery = match result.delivery {
            Some(delivery) if is_missing(&delivery) => {
                has_one_part(handle).then_some(Delivery { is_durable: false, ..delivery })
            }
            known => known,
        };
    }
    outcome.custody = Custody::unsettled(missing.is_empty(), outcome.custody.is_redelivered());
    outcome.ending = Ending::Interrupted { handle: outcome.handle.clone(), error };
    Ok(outcome)
}

/// True if there is only one number that a part of the task can have, whoever counts.
fn has_one_part(handle: &TaskHandle) -> bool {
    handle.expected() == Some(1)
}
