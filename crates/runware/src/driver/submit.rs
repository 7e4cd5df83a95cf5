//! Sending tasks: many callers' submissions in one request.

use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Plan, Poll, Seen, Tick};
use runware_transport::Call;
use runware_types::TaskUuid;

use super::entries::Entries;
use super::entry::{Entry, Verification};
use super::kept::Clearance;
use super::tenure::Tenure;
use super::{Asked, Driver, Purpose};
use crate::exchange::{self, Exchange};
use crate::room::give_back;

/// An acknowledgement comes within milliseconds; after this long there will be none.
const SUBMIT_TIMEOUT: Duration = Duration::from_secs(30);

/// An acceptance later than this after the submission is told apart from one at once.
const LATE_ACCEPTANCE: Duration = Duration::from_millis(500);

/// The service answers a synchronous task within about two minutes, or with a time-out; what takes longer
/// than this is asked about instead.
const SYNC_TIMEOUT: Duration = Duration::from_secs(150);

/// How long after a deadline an attempt that ends with it is waited for. It takes a moment to hear of it.
const LAST_WORD: Duration = Duration::from_millis(100);

impl Driver {
    /// The attempts of a submission have left by now, or never will.
    pub(super) fn take_leave(&mut self, exchange: &Exchange, asked: &Asked, now: Tick) {
        let never_left = exchange.was_not_sent();
        for task_uuid in &asked.task_uuids {
            self.leaving.remove(task_uuid);
            if asked.entry(task_uuid, &mut self.entries).is_some() {
                continue;
            }
            if let Some(entry) = self.entries.get_mut(task_uuid).filter(|entry| entry.is_held) {
                entry.is_held = false;
                entry.submission.release(now, never_left);
                self.go_on(*task_uuid, now);
            } else if !never_left {
                self.registry.note_sent(*task_uuid, now, now);
            }
        }
    }

    /// Looks at a task whose time on the agenda has come.
    pub(super) fn look_at(&mut self, task_uuid: TaskUuid, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        entry.on_agenda = None;
        if now >= entry.deadline() {
            // What becomes of an attempt that ends with the deadline is heard first: if it never left, that is certain.
            let last_word = entry.deadline() + LAST_WORD;
            let ends_now = self.leaving.get(&task_uuid).is_some_and(|end| *end <= entry.deadline());
            if ends_now && !entry.is_held && now < last_word {
                entry.on_agenda = Some(last_word);
                self.agenda.insert((last_word, task_uuid));
            } else {
                self.end_at_deadline(task_uuid, now);
            }
            return;
        }
        if let Verification::Due { at, attempt } = entry.verification
            && at <= now
        {
            self.start_verification(task_uuid, attempt, now);
        }
        self.go_on(task_uuid, now);
    }

    /// Goes on with a task that the scheduler does not have: it is sent if it is due, and else looked at
    /// again when it is. What is due too late is looked for instead.
    pub(super) fn go_on(&mut self, task_uuid: TaskUuid, now: Tick) {
        if let Some(entry) = self.entries.get_mut(&task_uuid)
            && entry.submission.due().is_some_and(|at| at <= now)
        {
            if entry.is_overdue(now) {
                entry.submission.maybe_sent(!entry.is_utility());
            } else if entry.is_cleared(&mut self.ledger, &self.tenure, now) {
                let waits = entry.is_sync();
                self.queue(task_uuid, waits);
            }
        }
        self.remind(task_uuid, now);
        self.keep_watching(task_uuid, now);
    }

    /// Sends tasks that are due, as many as one request may carry. False if there are none. While requests are under
    /// way, further tasks gather and travel together.
    pub(super) fn start_submission(&mut self, now: Tick) -> bool {
        let mut timeout = Duration::ZERO;
        let mut kept_back = Vec::new();
        let batch = self.outbox.next_request(|task_uuid| {
            let left = mark_sent(&mut self.entries, &self.tenure, task_uuid, now);
            if left.is_none() {
                kept_back.push(task_uuid);
            }
            timeout = timeout.max(left.unwrap_or_default().min(SUBMIT_TIMEOUT));
            left.is_some()
        });
        // What others may have taken over since its turn was asked for is sent once the journal says otherwise.
        kept_back.into_iter().for_each(|task_uuid| self.go_on(task_uuid, now));
        if batch.is_empty() {
            return false;
        }
        let asked = Asked::new(batch, now);
        let calls = self.calls(&asked);
        self.start(Purpose::Submit(asked), calls, timeout);
        true
    }

    /// Sends a task that is due and whose reply carries the results. False if there is none.
    pub(super) fn start_wait(&mut self, now: Tick) -> bool {
        while let Some(task_uuid) = self.waiting_outbox.pop_front() {
            let left = mark_sent(&mut self.entries, &self.tenure, task_uuid, now);
            if left.is_none() {
                self.go_on(task_uuid, now);
            }
            if let Some(left) = left {
                let asked = Asked::new(vec![task_uuid], now);
                let calls = self.calls(&asked);
                self.start(Purpose::SubmitAndWait(asked), calls, left.min(SYNC_TIMEOUT));
                return true;
            }
        }
        give_back(&mut self.waiting_outbox);
        false
    }

    /// Queues a task to be sent.
    fn queue(&mut self, task_uuid: TaskUuid, waits: bool) {
        if waits {
            self.waiting_outbox.push_back(task_uuid);
        } else {
            self.outbox.push(task_uuid);
        }
    }

    /// Leaves the task to the scheduler, unless nobody is interested any more.
    pub(super) fn begin_watching(&mut self, task_uuid: TaskUuid, now: Tick) {
        if self.registry.release(task_uuid) {
            self.let_go(task_uuid);
            return;
        }
        let Some(entry) = self.entries.get(&task_uuid) else { return };
        let (plan, seed) = (Arc::clone(&entry.plan), self.rng.u64(..));
        // What was accepted only just now is not ready yet, and what may have been sent may not show at once:
        // looks and grace count from then. The deadline stays.
        let sent = entry.submission.last_sent().unwrap_or(entry.started);
        let from = if entry.submission.is_accepted() { now } else { sent };
        let poll = match (entry.inherited_poll(seed), &entry.prepared) {
            (Some(poll), _) => poll,
            (None, Some(_)) if from.duration_since(entry.started) > LATE_ACCEPTANCE => {
                let left = entry.deadline().duration_since(from);
                Poll::new(Plan::clone(&plan).with_deadline(left), seed, from)
            }
            (None, Some(_)) => Poll::new(plan, seed, entry.started),
            (None, None) => Poll::resumed(plan, seed, entry.started),
        };
        let is_ours_and_accepted = entry.prepared.is_some() && entry.submission.is_accepted();
        match entry.timed_kind() {
            Some(kind) if is_ours_and_accepted => {
                self.scheduler.insert(task_uuid, poll.with_kind(kind), now);
            }
            // One that may not have arrived is looked for at once, however long such tasks take: what it is like counts
            // from the first time that it is seen.
            Some(kind) => {
                self.scheduler.insert(task_uuid, poll, now);
                if let Some(poll) = self.scheduler.poll_mut(&task_uuid) {
                    *poll = poll.clone().with_kind(kind);
                }
            }
            None => _ = self.scheduler.insert(task_uuid, poll, now),
        }
        if is_ours_and_accepted {
            self.scheduler.observed(&task_uuid, now, Seen::Running);
        }
    }

    /// Sees to it that a task whose state is to be watched is: it may have been about to be sent, or its answer may
    /// still be on the way.
    pub(super) fn keep_watching(&mut self, task_uuid: TaskUuid, now: Tick) {
        let is_watched = self.entries.get(&task_uuid).is_some_and(|entry| entry.submission.is_watched());
        if is_watched && !self.scheduler.contains(&task_uuid) {
            self.begin_watching(task_uuid, now);
            self.remind(task_uuid, now);
        }
    }

    /// Puts a task that the scheduler does not have on the agenda, for its next step or its deadline.
    pub(super) fn remind(&mut self, task_uuid: TaskUuid, now: Tick) {
        if let Some(mut entry) = self.entries.remove(&task_uuid) {
            self.note(task_uuid, &mut entry, now);
            self.entries.insert(entry);
        }
    }

    fn note(&mut self, task_uuid: TaskUuid, entry: &mut Entry, now: Tick) {
        if let Some(at) = entry.on_agenda.take() {
            self.agenda.remove(&(at, task_uuid));
        }
        if entry.submission.is_watched() {
            return;
        }
        let step = match entry.verification {
            Verification::Due { at, .. } => Some(at),
            Verification::UnderWay { .. } => None,
            Verification::Idle => entry.submission.due().filter(|at| *at > now),
        };
        let at = step.map_or(entry.deadline(), |at| at.min(entry.deadline()));
        entry.on_agenda = Some(at);
        self.agenda.insert((at, task_uuid));
    }

    /// The calls that submit these tasks.
    fn calls(&self, asked: &Asked) -> Vec<Call> {
        let prepared = asked.task_uuids.iter().filter_map(|task_uuid| {
            let bytes = self.entries.get(task_uuid)?.prepared.as_ref()?.bytes()?;
            Some(exchange::call(*task_uuid, bytes.clone()))
        });
        prepared.collect()
    }
}

/// Notes that a task is being sent, if it still is to be; returns the time to its deadline.
fn mark_sent(entries: &mut Entries, tenure: &Tenure, task_uuid: TaskUuid, now: Tick) -> Option<Duration> {
    let entry = entries.get_mut(&task_uuid)?;
    let may_leave = entry.may_leave(tenure, now) && !entry.is_overdue(now);
    entry.submission.due().filter(|at| *at <= now && may_leave)?;
    entry.submission.sent(now);
    if let Some(kept) = &mut entry.kept {
        kept.clearance = Clearance::Needed;
    }
    Some(entry.deadline().duration_since(now))
}
