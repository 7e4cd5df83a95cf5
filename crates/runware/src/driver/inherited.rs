//! What is remembered of a task that came from the journal, and what that keeps from being concluded or sent.

use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Plan, Poll, Tick};

use super::entry::Entry;
use crate::error::Cause;
use crate::journal::Record;
use crate::keeping::Keeping;

/// What is to be remembered of a task that came from the journal, as long as it is open.
#[derive(Debug)]
pub(super) struct Inherited {
    /// When it came.
    pub(super) at: Tick,
    /// How old it is to be taken for when the archive is to be asked about it; `None` for as old as it is here.
    pub(super) age: Option<Duration>,
    pub(super) objections: Objections,
    /// Why the archive could not be asked, when it was to be asked last.
    pub(super) archive_fault: Option<Cause>,
}

/// What speaks against sending a task that came from the journal.
#[derive(Debug)]
pub(super) struct Objections {
    /// Why what is not found proves nothing, if that is so.
    foreign: Option<String>,
    /// Why it is not sent though nothing is found of it, if that is so.
    uncounted: Option<String>,
}

impl Objections {
    /// Those of a client that keeps its tasks in this way.
    pub(super) fn to(record: &Record, keeping: Option<&Keeping>) -> Self {
        Self {
            foreign: foreign(record, keeping.and_then(|keeping| keeping.account.as_deref())),
            uncounted: keeping.and_then(|keeping| uncounted(record, keeping)),
        }
    }

    /// The one that weighs most.
    pub(super) fn to_sending(&self) -> Option<&str> {
        self.foreign.as_deref().or(self.uncounted.as_deref())
    }
}

impl Entry {
    /// True if the server may have it from somebody else: it was not sent from here.
    pub(super) fn began_elsewhere(&self) -> bool {
        self.prepared.is_none() || self.as_inherited().is_some()
    }

    /// What is remembered of it, unless it was sent from here since.
    fn as_inherited(&self) -> Option<&Inherited> {
        let inherited = self.kept.as_ref()?.inherited.as_ref()?;
        self.submission.last_sent().is_none_or(|last| last <= inherited.at).then_some(inherited)
    }

    /// How a task is looked after that was restored and not sent since. What was accepted is taken for visible, and what
    /// was not has its grace from its intent on.
    pub(super) fn inherited_poll(&self, seed: u64) -> Option<Poll> {
        let inherited = self.as_inherited()?;
        let plan = if inherited.at == self.started {
            Arc::clone(&self.plan)
        } else {
            let left = self.deadline().duration_since(inherited.at);
            Arc::new(Plan::clone(&self.plan).with_deadline(left))
        };
        let poll = Poll::resumed(plan, seed, inherited.at);
        Some(match inherited.age {
            Some(age) if !self.submission.is_accepted() => poll.with_age(age),
            _ => poll,
        })
    }

    /// Remembers whether the archive could be asked.
    pub(super) fn note_archive(&mut self, fault: Option<&Cause>) {
        if let Some(inherited) = self.kept.as_mut().and_then(|kept| kept.inherited.as_mut()) {
            inherited.archive_fault = fault.cloned();
        }
    }

    /// Why it cannot be said what became of a task that was restored, and not seen by the deadline.
    pub(super) fn evidence_at_deadline(&self) -> Option<String> {
        let inherited = self.kept.as_ref()?.inherited.as_ref().filter(|_| !self.submission.is_accepted())?;
        let cause = inherited.archive_fault.as_ref()?;
        let task_uuid = self.id();
        Some(format!(
            "getResponse shows nothing of task {task_uuid}, which was begun by an earlier process, and getTaskDetails \
             could not be asked until the deadline: {cause}; it may have run, or never have arrived"
        ))
    }

    /// Why what cannot be found of it proves nothing, if that is so.
    pub(super) fn foreign(&self) -> Option<&str> {
        self.objections()?.foreign.as_deref()
    }

    /// True if a price may be all that it lacks to be sent.
    pub(super) fn is_uncounted(&self) -> bool {
        self.foreign().is_none() && self.withheld().is_some()
    }

    /// Why it is not sent though nothing is found of it, if that is so.
    pub(super) fn withheld(&self) -> Option<&str> {
        self.objections()?.to_sending()
    }

    fn objections(&self) -> Option<&Objections> {
        Some(&self.kept.as_ref()?.inherited.as_ref()?.objections)
    }
}

/// What makes it impossible to conclude anything from what this client's key does not show.
fn foreign(record: &Record, account: Option<&str>) -> Option<String> {
    let theirs = record.account.as_deref();
    (theirs != account).then(|| {
        format!(
            "task {} was begun with the key {}, and this client has {}: what it cannot see may be there all the same; \
             recover the task with the key that it was begun with",
            record.task_uuid,
            theirs.unwrap_or("of a client that had none of its own"),
            account.unwrap_or("none of its own"),
        )
    })
}

/// What keeps a client from sending a task that nobody can find: it only looks, or has a budget that the task does not
/// count against.
fn uncounted(record: &Record, keeping: &Keeping) -> Option<String> {
    if keeping.looks_only {
        return Some(format!(
            "nothing can be found of task {}, which may never have arrived, and it is not sent from here: this client only \
             looks; recover the task with one that may send it",
            record.task_uuid,
        ));
    }
    let budget = keeping.budget_for(&record.task_type).filter(|_| !record.is_counted)?;
    Some(format!(
        "nothing can be found of task {}, and it is not sent: it was begun without a price, and could be bought outside of \
         the budget \"{}\"; submit it again with its price, under the same id",
        record.task_uuid,
        budget.name()
    ))
}
