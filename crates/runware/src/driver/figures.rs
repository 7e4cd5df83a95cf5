//! What the driver counts.

use runware_poll::Tick;
use runware_types::TaskUuid;

use super::entry::{Entry, Expected, Verification};
use super::{Driver, Purpose};
use crate::stats::counters::{Request, Sort, Standing};

impl Driver {
    /// What a request counts as that carries so many tasks.
    pub(super) fn request(&self, purpose: &Purpose, tasks: usize) -> Request {
        let any = |task_uuids: &[TaskUuid], is_repeated: fn(&Entry) -> bool| {
            task_uuids.iter().filter_map(|task_uuid| self.entries.get(task_uuid)).any(is_repeated)
        };
        let (sort, is_retry) = match purpose {
            Purpose::Submit(asked) | Purpose::SubmitAndWait(asked) => {
                (Sort::Submission, any(&asked.task_uuids, |entry| entry.submission.is_repeated()))
            }
            Purpose::Check(asked) => (Sort::Check, any(&asked.task_uuids, |entry| entry.check_failed)),
            Purpose::Question(asked) => (Sort::Archive, any(&asked.task_uuids, is_question_repeated)),
            Purpose::Verify(asked) => (Sort::Archive, any(&asked.task_uuids, is_verification_repeated)),
        };
        Request { sort, tasks, is_retry }
    }

    /// Says how matters stand.
    pub(super) fn note_standing(&self) {
        self.counters.stand(Standing {
            request_limit: self.lanes.limit(),
            submission_tokens: self.submit_quota.available(),
            check_tokens: self.scheduler.quota().available(),
            learned_kinds: self.scheduler.durations().len(),
        });
    }

    /// A status check that was started at `asked` shows a task that is not done.
    pub(super) fn note_at_work(&mut self, task_uuid: TaskUuid, asked: Tick) {
        if let Some(entry) = self.entries.get_mut(&task_uuid)
            && !entry.collector.is_settled()
        {
            entry.at_work = entry.at_work.max(Some(asked));
        }
    }

    /// A task is done: it was not yet when it was last seen at work, or when it was sent.
    pub(super) fn note_notice(&self, entry: &Entry, now: Tick) {
        let began_here = entry.timed_kind().is_some();
        let sent = entry.submission.first_sent().filter(|_| began_here);
        if let Some(last) = entry.at_work.or(sent) {
            self.counters.noticed(now.duration_since(last));
        }
    }
}

fn is_question_repeated(entry: &Entry) -> bool {
    matches!(entry.expected, Expected::Asked { faults: 1.. })
}

fn is_verification_repeated(entry: &Entry) -> bool {
    matches!(entry.verification, Verification::UnderWay { attempt: 2.. })
}
