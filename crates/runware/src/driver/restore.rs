//! How a task comes back that the journal has of an earlier process, or of an earlier submission.
//!
//! What the journal has of its results is folded first, as one answer of the server would be: so what later answers
//! show again is known. Then it goes on where it stood:
//!
//! | it was | it is |
//! |---|---|
//! | settled | ended at once, without a request |
//! | accepted | looked at until it ends |
//! | begun, and perhaps sent | looked for, and sent again if the rules of [`submission`](crate::submission) allow |
//! | undecided | looked for once more, and not sent |
//! | cleared by somebody's decision | sent |
//!
//! A task that was begun with another key is looked for, and what this key does not show proves nothing.

use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Entry as Seen, Plan, Poll, Tick, Verdict};
use runware_types::{ApiError, Item, TaskUuid};

use super::Driver;
use super::collected::Collected;
use super::entry::Entry;
use super::request::Request;
use super::watching::publish;
use crate::Ending;
use crate::error::Cause;
use crate::journal::{Part, PartKind, Record, State};
use crate::reading::Payload;
use crate::submission::Submission;
use crate::watch::Watch;

/// What is to be remembered of a task that came from the journal, as long as it is open.
pub(super) struct Restored {
    /// When it came.
    at: Tick,
    /// How old it is to be taken for when the archive is to be asked about it; `None` for as old as it is here.
    age: Option<Duration>,
    /// How many of its results the journal had.
    parts: u32,
    /// The journal has all of it.
    is_settled: bool,
    /// Why what is not found proves nothing, if that is so.
    foreign: Option<String>,
    /// Why the archive could not be asked, when it was to be asked last.
    archive_fault: Option<Cause>,
}

impl Driver {
    /// Takes a task into care that was taken over from the journal.
    pub(super) fn restore(&mut self, watch: Arc<Watch>, plan: Arc<Plan>, record: Record, now: Tick) {
        let task_uuid = watch.handle().task_uuid();
        tracing::debug!(target: "runware", %task_uuid, is_new = false, "restored");
        let entry = Entry::new(watch, None, plan, now, self.rng.u64(..));
        self.entries.insert(Box::new(entry));
        self.counters.opened();
        self.take_record(task_uuid, record, now);
    }

    /// Goes on with an open task where the journal says that it stood.
    pub(super) fn take_record(&mut self, task_uuid: TaskUuid, record: Record, now: Tick) {
        let account = self.keeping.as_ref().and_then(|keeping| keeping.account.as_deref());
        let foreign = foreign(&record, account);
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        // Of what was confirmed long ago the results may be gone; then the server is asked once more.
        let was_ended = record.state == State::Settled && !(record.is_confirmed && record.parts.is_empty());
        entry.restore(record, foreign, now);
        if was_ended {
            entry.collector.settle();
        }
        if entry.collector.is_settled() {
            self.end_with(task_uuid, Ending::Settled, now);
        } else if entry.submission.is_watched() {
            self.scheduler.remove(&task_uuid);
            self.begin_watching(task_uuid, now);
        } else {
            self.hold_back_restored(task_uuid);
            self.go_on(task_uuid, now);
        }
    }

    /// Takes in what the journal has of a task that is looked after already.
    pub(super) fn join_record(&mut self, task_uuid: TaskUuid, record: Record, now: Tick) {
        if self.entries.get(&task_uuid).is_some_and(|entry| !entry.is_kept()) {
            self.take_record(task_uuid, record, now);
        }
    }

    fn hold_back_restored(&mut self, task_uuid: TaskUuid) {
        if let Some(mut entry) = self.entries.remove(&task_uuid) {
            self.hold_back(task_uuid, &mut entry);
            self.entries.insert(entry);
        }
    }
}

impl Entry {
    /// Becomes what the journal has of it.
    fn restore(&mut self, record: Record, foreign: Option<String>, now: Tick) {
        if self.prepared.is_none() {
            self.prepared = Request::of_record(&record);
        }
        self.expect(record.expected);
        // Nobody knows when the work on it began.
        self.kind = None;
        let parts = record.parts.len();
        let is_accepted = record.is_accepted
            || parts > 0
            || record.state == State::Settled
            || self.watch.read(|state| state.accepted.is_some());
        let may_resend = self.prepared.is_some() && foreign.is_none() && !self.is_utility();
        let (submission, age) = match record.state {
            _ if is_accepted => (Submission::resumed(), None),
            State::Cleared if may_resend => (Submission::decided(now), record.age),
            // It had its time to show when it was looked for before.
            State::Undecided { .. } => (Submission::restored(now, record.age, false), Some(Duration::MAX)),
            _ => (Submission::restored(now, record.age, may_resend), record.age),
        };
        self.submission = submission;
        self.restored = Some(Box::new(Restored {
            at: now,
            age,
            parts: u32::try_from(parts).unwrap_or(u32::MAX),
            is_settled: record.is_confirmed || record.state == State::Settled,
            foreign,
            archive_fault: None,
        }));
        // In the order of the journal, which numbers them; what was seen here before comes after.
        let mut earlier = std::mem::replace(&mut self.collector, Collected::new(Some(record.expected)));
        let here: Vec<_> = earlier.entries().cloned().collect();
        let kept: Vec<_> = record.parts.into_iter().filter_map(seen).collect();
        self.collector.observe(kept.clone());
        self.collector.observe(here);
        let changes = earlier.observe(kept);
        if is_accepted {
            self.report_accepted(true);
        }
        if !changes.is_empty() {
            publish(self, changes, None);
        }
    }

    /// True if the journal keeps it in this client's name.
    fn is_kept(&self) -> bool {
        self.restored.is_some() || self.prepared.is_some()
    }

    /// True if the server may have it from somebody else: it was not sent from here.
    pub(super) fn began_elsewhere(&self) -> bool {
        self.prepared.is_none() || self.as_restored().is_some()
    }

    /// How it was restored, unless it was sent from here since.
    fn as_restored(&self) -> Option<&Restored> {
        let restored = self.restored.as_deref()?;
        self.submission.last_sent().is_none_or(|last| last <= restored.at).then_some(restored)
    }

    /// How a task is looked after that was restored and not sent since. What was accepted is taken for visible, and what
    /// was not has its grace from its intent on.
    pub(super) fn restored_poll(&self, seed: u64) -> Option<Poll> {
        let restored = self.as_restored()?;
        let plan = if restored.at == self.started {
            Arc::clone(&self.plan)
        } else {
            let left = self.deadline().duration_since(restored.at);
            Arc::new(Plan::clone(&self.plan).with_deadline(left))
        };
        let poll = Poll::resumed(plan, seed, restored.at);
        Some(match restored.age {
            Some(age) if !self.submission.is_accepted() => poll.with_age(age),
            _ => poll,
        })
    }

    /// Remembers whether the archive could be asked.
    pub(super) fn note_archive(&mut self, fault: Option<&Cause>) {
        if let Some(restored) = &mut self.restored {
            restored.archive_fault = fault.cloned();
        }
    }

    /// Why it cannot be said what became of a task that was restored, and not seen by the deadline.
    pub(super) fn evidence_at_deadline(&self) -> Option<String> {
        let restored = self.restored.as_deref().filter(|_| !self.submission.is_accepted())?;
        let cause = restored.archive_fault.as_ref()?;
        let task_uuid = self.id();
        Some(format!(
            "getResponse shows nothing of task {task_uuid}, which was begun by an earlier process, and getTaskDetails \
             could not be asked until the deadline: {cause}; it may have run, or never have arrived"
        ))
    }

    /// Why what cannot be found of it proves nothing, if that is so.
    pub(super) fn foreign(&self) -> Option<&str> {
        self.restored.as_deref()?.foreign.as_deref()
    }

    /// How many of its results the journal had when it was restored.
    pub(super) fn redelivered(&self) -> u32 {
        self.restored.as_deref().map_or(0, |restored| restored.parts)
    }

    /// True if the journal has all of it already.
    pub(super) fn was_settled(&self) -> bool {
        self.restored.as_deref().is_some_and(|restored| restored.is_settled)
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

/// A result as the journal has it.
fn seen(part: Part) -> Option<Seen<Payload>> {
    let Part { index, kind, raw, .. } = part;
    let item = Item::from_raw(raw.clone()).ok();
    let id = item.as_ref().and_then(|item| item.result_uuid()).map(Box::from);
    let (verdict, payload) = match kind {
        PartKind::Result => (Verdict::Succeeded, Payload::Item(item?)),
        PartKind::Failure => (Verdict::Failed, Payload::Error(ApiError::from_raw(raw))),
    };
    Some(Seen { index, id, verdict, payload })
}
