//! What the replies to submissions mean for their tasks.

use std::collections::HashMap;

use runware_poll::{Retry, Tick};
use runware_types::TaskUuid;

use super::{Asked, Driver};
use crate::Error;
use crate::error::Cause;
use crate::exchange::Exchange;
use crate::reading::{self, Answer, Snapshot};
use crate::submission::Next;

impl Driver {
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
}
