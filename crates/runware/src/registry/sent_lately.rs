//! Which tasks were sent so lately that they must not be sent again yet.

use std::collections::{HashMap, VecDeque};

use runware_poll::Tick;
use runware_types::TaskUuid;

use crate::room::give_back;
use crate::submission::RESEND_GAP;

/// When tasks that are no longer watched were sent last. Each is forgotten once it may be sent again.
#[derive(Debug, Default)]
pub(super) struct SentLately {
    at: HashMap<TaskUuid, Tick>,
    /// The same tasks, each with the time from which on it need not be known, in the order of these times.
    ///
    /// They may be known for longer than they must be, never for more than a gap. A task that is noted twice is in here
    /// twice.
    until: VecDeque<(Tick, TaskUuid)>,
}

impl SentLately {
    /// Remembers that a task may have been sent as late as at this time.
    pub(super) fn note(&mut self, task_uuid: TaskUuid, at: Tick, now: Tick) {
        self.tidy(now);
        if now < at + RESEND_GAP {
            self.at.insert(task_uuid, at);
            self.until.push_back((now + RESEND_GAP, task_uuid));
        }
    }

    /// From when on a task may be sent.
    pub(super) fn free_from(&self, task_uuid: TaskUuid) -> Option<Tick> {
        self.at.get(&task_uuid).map(|last| *last + RESEND_GAP)
    }

    /// Forgets what need not be known at `now`; returns when there is more to forget.
    pub(super) fn tidy(&mut self, now: Tick) -> Option<Tick> {
        while let Some((until, task_uuid)) = self.until.front().copied() {
            if now < until {
                return Some(until);
            }
            self.until.pop_front();
            if self.at.get(&task_uuid).is_some_and(|last| *last + RESEND_GAP <= now) {
                self.at.remove(&task_uuid);
            }
            give_back(&mut self.at);
            give_back(&mut self.until);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(key: usize) -> TaskUuid {
        TaskUuid::from_key("test", &key.to_string())
    }

    #[test]
    fn a_task_is_known_until_it_may_be_sent_again() {
        let mut sent = SentLately::default();
        sent.note(id(0), Tick::from_millis(200), Tick::from_millis(500));
        sent.note(id(1), Tick::from_millis(600), Tick::from_millis(600));
        assert_eq!(sent.free_from(id(0)), Some(Tick::from_millis(1_200)));
        assert_eq!(sent.tidy(Tick::from_millis(1_500)), Some(Tick::from_millis(1_600)));
        assert_eq!((sent.free_from(id(0)), sent.free_from(id(1))), (None, Some(Tick::from_millis(1_600))));
        assert_eq!(sent.tidy(Tick::from_millis(1_600)), None);
        assert_eq!(sent.free_from(id(1)), None);
    }

    #[test]
    fn a_task_that_was_sent_long_ago_is_not_noted() {
        let mut sent = SentLately::default();
        sent.note(id(0), Tick::ZERO, Tick::from_millis(1_000));
        assert_eq!((sent.free_from(id(0)), sent.tidy(Tick::from_millis(1_000))), (None, None));
    }

    #[test]
    fn a_task_that_was_sent_anew_meanwhile_is_known_for_the_last_time() {
        let mut sent = SentLately::default();
        sent.note(id(0), Tick::from_millis(0), Tick::from_millis(100));
        sent.note(id(0), Tick::from_millis(900), Tick::from_millis(950));
        sent.tidy(Tick::from_millis(1_100));
        assert_eq!(sent.free_from(id(0)), Some(Tick::from_millis(1_900)));
        assert_eq!(sent.tidy(Tick::from_millis(1_950)), None);
        assert_eq!(sent.free_from(id(0)), None);
    }

    #[test]
    fn the_room_of_many_is_given_back() {
        let mut sent = SentLately::default();
        (0..10_000).for_each(|key| sent.note(id(key), Tick::ZERO, Tick::ZERO));
        sent.tidy(Tick::from_millis(1_000));
        assert!(sent.at.capacity() < 2_000 && sent.until.capacity() < 2_000, "{sent:?}");
    }
}
