//! Which tasks the socket is too small for.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use runware_transport::{Attempt, Call};
use runware_types::{RawTask, TaskUuid};

/// How many tasks are remembered. When there are more, the oldest is forgotten: asking about it over the socket
/// costs the connection once more.
const MOST_REMEMBERED: usize = 1_024;

/// No question is longer than this.
const LONGEST_QUESTION: usize = 1_024;

/// Tasks whose replies may be too large for the socket.
///
/// When a reply is too large nobody can tell which of those that were waited for it was, so all of them are here.
#[derive(Debug, Default)]
pub(super) struct LargeTasks(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    tasks: HashSet<TaskUuid>,
    in_order: VecDeque<TaskUuid>,
}

impl LargeTasks {
    pub(super) fn has_any_of(&self, attempt: &Attempt) -> bool {
        let remembered = self.lock();
        // Mostly there are none.
        !remembered.tasks.is_empty() && ids(attempt).any(|task_uuid| remembered.tasks.contains(&task_uuid))
    }

    pub(super) fn remember(&self, attempt: &Attempt) {
        let mut remembered = self.lock();
        for task_uuid in ids(attempt) {
            if remembered.tasks.insert(task_uuid) {
                remembered.in_order.push_back(task_uuid);
            }
            if remembered.in_order.len() > MOST_REMEMBERED
                && let Some(oldest) = remembered.in_order.pop_front()
            {
                remembered.tasks.remove(&oldest);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        // A panic while the lock is held leaves at most one task that is forgotten late.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// True of an attempt that only asks: it may be made twice.
pub(super) fn is_question(attempt: &Attempt) -> bool {
    let asks = |call: &Call| {
        call.bytes.len() <= LONGEST_QUESTION
            && RawTask::from_json(&call.bytes).is_ok_and(|task| task.task_type().is_query())
    };
    attempt.calls.iter().all(asks)
}

fn ids(attempt: &Attempt) -> impl Iterator<Item = TaskUuid> {
    attempt.calls.iter().filter_map(|call| call.task_uuid)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn attempt(key: usize) -> Attempt {
        let call = Call::new(Some(TaskUuid::from_key("test", &key.to_string())), "{}");
        Attempt::new([call], Duration::from_secs(1))
    }

    #[test]
    fn as_many_tasks_as_have_room_are_remembered() {
        let large = LargeTasks::default();
        (0..=MOST_REMEMBERED).for_each(|key| large.remember(&attempt(key)));
        assert!(!large.has_any_of(&attempt(0)), "the oldest had to go");
        assert!(large.has_any_of(&attempt(1)) && large.has_any_of(&attempt(MOST_REMEMBERED)));
        assert_eq!(large.lock().tasks.len(), MOST_REMEMBERED);
    }

    #[test]
    fn only_what_changes_nothing_is_a_question() {
        let with = |texts: &[&'static str]| {
            let calls = texts.iter().map(|text| Call::new(None, *text));
            is_question(&Attempt::new(calls, Duration::from_secs(1)))
        };
        let (status, details) = (r#"{"taskType":"getResponse"}"#, r#"{"taskType":"getTaskDetails"}"#);
        assert!(with(&[status]) && with(&[details, status]));
        assert!(!with(&[status, r#"{"taskType":"imageInference"}"#]));
        assert!(!with(&[r#"{"taskType":"modelUpload"}"#]) && !with(&["?"]));
    }
}
