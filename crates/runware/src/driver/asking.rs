//! Questions to the archive, which wait for their turn like every other request.

use std::collections::{HashMap, VecDeque};

use runware_poll::Tick;
use runware_types::TaskUuid;

use super::entry::{Entry, Verification};
use super::{Asked, Driver, Purpose};
use crate::exchange;

/// What the archive is to be asked, in order.
#[derive(Debug, Default)]
pub(super) struct Questions {
    waiting: VecDeque<Question>,
    /// The tasks of those that share a request, and when they were raised last: each of them waits once.
    shared: HashMap<TaskUuid, Tick>,
}

#[derive(Clone, Copy, Debug)]
struct Question {
    task_uuid: TaskUuid,
    /// When it was raised. It is not about a watching of the task that began later.
    at: Tick,
    about: About,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// What it has of the task.
    Task,
    /// The same, in a request of its own.
    TaskAlone,
    /// Whose request the id belongs to.
    Owner,
}

impl Questions {
    /// What does the archive have of this task? Asked together with others.
    pub(super) fn raise(&mut self, task_uuid: TaskUuid, at: Tick) {
        if self.shared.insert(task_uuid, at).is_none() {
            self.waiting.push_back(Question { task_uuid, at, about: About::Task });
        }
    }

    /// The same, after it could not be answered together with others.
    pub(super) fn raise_alone(&mut self, task_uuid: TaskUuid, at: Tick) {
        self.waiting.push_back(Question { task_uuid, at, about: About::TaskAlone });
    }

    /// Whose request does this id belong to?
    pub(super) fn raise_owner(&mut self, task_uuid: TaskUuid, at: Tick) {
        self.waiting.push_back(Question { task_uuid, at, about: About::Owner });
    }

    /// The next question, if it is of the sort that is `wanted`.
    fn next(&mut self, wanted: impl FnOnce(&Question) -> bool) -> Option<Question> {
        let mut question = self.waiting.pop_front_if(|question| wanted(question))?;
        if question.about == About::Task {
            question.at = self.shared.remove(&question.task_uuid).unwrap_or(question.at);
        }
        Some(question)
    }
}

impl Question {
    /// True if nobody needs the answer any more.
    fn is_idle(&self, entry: Option<&Entry>) -> bool {
        let Some(entry) = entry.filter(|entry| entry.started <= self.at) else { return true };
        self.about == About::Owner && !matches!(entry.verification, Verification::UnderWay { .. })
    }
}

impl Driver {
    /// Asks the archive the next question, together with those that can share a request. False if there is none.
    pub(super) fn start_question(&mut self, now: Tick) -> bool {
        while let Some(first) = self.questions.next(|_| true) {
            if first.is_idle(self.entries.get(&first.task_uuid)) {
                continue;
            }
            let mut asked = vec![first.task_uuid];
            let most = if first.about == About::Task { self.scheduler.batch_limit() } else { 1 };
            while asked.len() < most
                && let Some(other) = self.questions.next(|question| question.about == About::Task)
            {
                if !other.is_idle(self.entries.get(&other.task_uuid)) {
                    asked.push(other.task_uuid);
                }
            }
            let calls = asked.iter().map(|task_uuid| exchange::details_call(*task_uuid)).collect();
            let timeout = self.query_timeout(&asked, now);
            let asked = Asked::new(asked, now);
            let purpose = match first.about {
                About::Owner => Purpose::Verify(asked),
                About::Task | About::TaskAlone => Purpose::Question(asked),
            };
            self.start(purpose, calls, timeout);
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_of_a_later_watching_is_not_lost_to_one_of_an_earlier() {
        let id = TaskUuid::from_key("test", "asking");
        let mut questions = Questions::default();
        // The watching that raised the first one ends while it waits, and the task is watched anew.
        questions.raise(id, Tick::from_millis(100));
        questions.raise(id, Tick::from_millis(300));
        let question = questions.next(|_| true).unwrap();
        assert_eq!(question.at, Tick::from_millis(300));
        assert!(questions.next(|_| true).is_none(), "it waits once");
    }
}
