//! Sending tasks: many callers' submissions in one request.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use runware_poll::{Plan, Poll, Retry, Seen, Tick};
use runware_transport::Call;
use runware_types::TaskUuid;

use super::entries::Entries;
use super::entry::{Entry, Verification};
use super::kept::Clearance;
use super::tenure::Tenure;
use super::{Asked, Driver, Purpose};
use crate::Error;
use crate::error::Cause;
use crate::exchange::{self, Exchange};
use crate::reading::{self, Answer, Snapshot};
use crate::room::give_back;
use crate::submission::Next;

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
    /// again when it is.
    pub(super) fn go_on(&mut self, task_uuid: TaskUuid, now: Tick) {
        if let Some(entry) = self.entries.get_mut(&task_uuid)
            && entry.submission.due().is_some_and(|at| at <= now)
            && entry.is_cleared(&mut self.ledger, &self.tenure, now)
        {
            let waits = entry.is_sync();
            self.queue(task_uuid, waits);
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
        kept_back.into_iter().for_each(|task_uuid| self.ask_again(task_uuid, now));
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
                self.ask_again(task_uuid, now);
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

    /// Asks the journal once more for a task whose turn has come, if what it said before no longer holds.
    fn ask_again(&mut self, task_uuid: TaskUuid, now: Tick) {
        if let Some(entry) = self.entries.get_mut(&task_uuid)
            && entry.submission.due().is_some_and(|at| at <= now)
        {
            entry.is_cleared(&mut self.ledger, &self.tenure, now);
        }
    }

    /// Queues a task to be sent.
    fn queue(&mut self, task_uuid: TaskUuid, waits: bool) {
        if waits {
            self.waiting_outbox.push_back(task_uuid);
        } else {
            self.outbox.push(task_uuid);
        }
    }

    /// Takes in the replies to a submission.
    pub(super) fn take_submission(&mut self, exchange: &Exchange, asked: &Asked, now: Tick) {
        let mut answers = reading::read_submission(exchange, &asked.task_uuids);
        let may_retry = self.spend(answers.values());
        self.learn_size(&answers, asked);
        for task_uuid in &asked.task_uuids {
            if let Some(answer) = answers.remove(task_uuid)
                && asked.entry(task_uuid, &mut self.entries).is_some()
            {
                self.take_answer(*task_uuid, answer, may_retry, now);
                self.go_on(*task_uuid, now);
            }
        }
    }

    /// Learns from the replies to a submission how many tasks the next ones may carry.
    fn learn_size(&mut self, answers: &HashMap<TaskUuid, Answer>, asked: &Asked) {
        let is_undivided = |answer: &Answer| matches!(answer, Answer::TooMany { .. });
        let is_answer =
            |answer: &Answer| matches!(answer, Answer::Accepted { .. } | Answer::Weak | Answer::Failed(_));
        let is_lone_refusal = asked.task_uuids.len() == 1
            && answers.values().any(|answer| matches!(answer, Answer::Rejected { .. }));
        // Where some are named, those are to blame; the others can go together again.
        if is_lone_refusal || answers.values().all(is_undivided) {
            self.outbox.refused(&asked.task_uuids);
            for task_uuid in &asked.task_uuids {
                if asked.entry(task_uuid, &mut self.entries).is_none() {
                    self.outbox.forget(task_uuid);
                }
            }
        } else if answers.values().any(is_answer) && !answers.values().any(is_undivided) {
            self.outbox.answered(&asked.task_uuids);
        }
    }

    /// Settles with the retry quota for one request: what it brought back may have to be sent again, and
    /// then travels in one request again.
    fn spend<'a>(&mut self, answers: impl Iterator<Item = &'a Answer> + Clone) -> bool {
        if answers.clone().any(|answer| matches!(answer, Answer::Accepted { .. } | Answer::Weak)) {
            self.submit_quota.success();
        }
        let retries = answers.filter_map(|answer| match answer {
            Answer::Refused(cause) | Answer::NotSent(cause) if cause.is_timeout() => {
                Some(Retry::AfterTimeout)
            }
            Answer::Refused(_) | Answer::NotSent(_) => Some(Retry::AfterFault),
            _ => None,
        });
        retries.max().is_none_or(|retry| self.submit_quota.try_spend(retry))
    }

    fn take_answer(&mut self, task_uuid: TaskUuid, answer: Answer, may_retry: bool, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        if !entry.submission.is_under_way() {
            // The answer is to an attempt that was given up, and comes while the task is watched anew.
            if let Answer::Accepted { snapshot, .. } | Answer::Failed(snapshot) = answer {
                self.take_snapshot(task_uuid, snapshot, now);
            }
            return;
        }
        let handle = entry.watch.handle().clone();
        match answer {
            Answer::Accepted { replayed: true, .. } if !entry.submission.was_sent_before() => {
                // The id was known before we ever sent it: somebody may have used it for another request.
                self.start_verification(task_uuid, 1, now);
            }
            Answer::Accepted { replayed, snapshot, cut } => {
                if entry.is_sync()
                    && let Some(cause) = cut
                {
                    entry.report_fault(cause, &mut self.ledger);
                }
                self.accept(task_uuid, replayed, snapshot, now);
            }
            Answer::Weak => {
                entry.submission.acknowledged_weakly(!entry.is_utility());
                entry.report_accepted(false, &mut self.ledger);
                self.begin_watching(task_uuid, now);
            }
            Answer::Refused(cause) => {
                self.lanes.hold(cause.retry_after().unwrap_or_default(), now);
                self.offer_again(task_uuid, cause, may_retry, now);
            }
            Answer::NotSent(cause) => self.offer_again(task_uuid, cause, may_retry, now),
            Answer::Doubtful(cause) if entry.is_read_only() => {
                self.offer_again(task_uuid, cause, may_retry, now)
            }
            Answer::Doubtful(cause) => {
                if cause.is_disconnected() && entry.is_async_generation() {
                    entry.submission.disconnected(now);
                } else {
                    // What a repeated upload does is not documented, so it is not repeated.
                    entry.submission.maybe_sent(!entry.is_utility());
                }
                entry.report_fault(cause, &mut self.ledger);
                self.begin_watching(task_uuid, now);
            }
            Answer::TooMany { certainly } => entry.submission.regroup(now, certainly),
            Answer::Rejected { error: Some(error), status } => {
                self.give_up(task_uuid, Error::rejected(handle, error, status), now);
            }
            Answer::Rejected { error: None, status } => {
                self.give_up(task_uuid, Error::rejected_by_status(handle, status), now);
            }
            Answer::Failed(snapshot) => {
                entry.submission.accepted();
                entry.report_accepted(false, &mut self.ledger);
                entry.collector.settle();
                self.take_snapshot(task_uuid, snapshot, now);
            }
        }
    }

    /// The server has the task, perhaps with results already.
    pub(super) fn accept(&mut self, task_uuid: TaskUuid, replayed: bool, mut snapshot: Snapshot, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        if entry.is_utility() {
            snapshot.take_as_complete();
        }
        entry.submission.accepted();
        entry.report_accepted(replayed, &mut self.ledger);
        // A synchronous answer is the whole answer: fewer results than asked for are all there will be. Unless it
        // broke off: then the rest is asked for like any other result.
        if entry.is_sync() && snapshot.is_ended() && !snapshot.is_part {
            entry.collector.settle();
        }
        self.begin_watching(task_uuid, now);
        self.take_snapshot(task_uuid, snapshot, now);
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
        let poll = match (entry.restored_poll(seed), &entry.prepared) {
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

    /// Offers a task again that the server did not take, as often and as soon as the rules allow.
    fn offer_again(&mut self, task_uuid: TaskUuid, cause: Cause, may_retry: bool, now: Tick) {
        let Some(entry) = self.entries.get_mut(&task_uuid) else { return };
        let delay = entry.next_delay(&cause);
        if cause.was_not_sent() && entry.submission.is_in_doubt() && !entry.is_utility() {
            entry.submission.never_left(now + delay);
            entry.report_fault(cause, &mut self.ledger);
            self.begin_watching(task_uuid, now);
            return;
        }
        let next = match cause.was_not_sent() {
            true => entry.submission.not_sent(now, delay),
            false => entry.submission.refused(now, delay, cause.is_certain_refusal()),
        };
        let may_retry = may_retry && !cause.is_permanent();
        match next {
            Next::Resend(at) if at < entry.deadline() && may_retry => {
                entry.report_fault(cause, &mut self.ledger)
            }
            // An earlier attempt may have arrived: it is looked for as long as there is time.
            _ if entry.submission.is_in_doubt() && !entry.is_utility() => {
                entry.submission.maybe_sent(true);
                entry.report_fault(cause, &mut self.ledger);
                self.begin_watching(task_uuid, now);
            }
            _ => {
                let error = Error::not_accepted(entry.watch.handle().clone(), &cause);
                self.give_up(task_uuid, error, now);
            }
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
    entry.submission.due().filter(|at| *at <= now && entry.may_leave(tenure, now))?;
    entry.submission.sent(now);
    if let Some(kept) = &mut entry.kept {
        kept.clearance = Clearance::Needed;
    }
    Some(entry.deadline().duration_since(now))
}
