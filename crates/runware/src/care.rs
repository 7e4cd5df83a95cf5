//! Which client of this process looks after a task that is in a journal.
//!
//! To a journal all clients of a process are one owner. So that two of them do not look after one task, each takes it into
//! its care first.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use runware_types::TaskUuid;

use crate::journal::Journal;
use crate::room::give_back;

/// One client's part in what the clients of this process look after together.
#[derive(Clone, Debug)]
pub(crate) struct Care {
    wards: Arc<Wards>,
    client: u64,
}

/// The tasks of one journal and one service that are looked after.
#[derive(Debug, Default)]
struct Wards {
    carers: Mutex<HashMap<TaskUuid, Carer>>,
    /// How many tasks were let go of so far.
    let_go: AtomicU64,
}

/// Who looks after a task, and how often it was taken into care.
#[derive(Debug)]
struct Carer {
    client: u64,
    times: u32,
}

/// A task in the care of one client, until this is dropped.
#[derive(Debug)]
pub(crate) struct Ward {
    wards: Arc<Wards>,
    task_uuid: TaskUuid,
}

/// The wards of each journal and service.
static JOURNALS: Mutex<Vec<(usize, String, Weak<Wards>)>> = Mutex::new(Vec::new());

/// Tells clients apart.
static CLIENTS: AtomicU64 = AtomicU64::new(0);

impl Care {
    /// The part of a new client.
    pub(crate) fn new(journal: &dyn Journal, scope: &str) -> Self {
        let client = CLIENTS.fetch_add(1, Ordering::Relaxed);
        let identity = journal.identity();
        let mut journals = lock(&JOURNALS);
        // Where a journal was, there may be another one by now; but not as long as a client holds it.
        journals.retain(|(_, _, wards)| wards.strong_count() > 0);
        let known = journals.iter().find(|(other, service, _)| *other == identity && service == scope);
        if let Some(wards) = known.and_then(|(_, _, wards)| wards.upgrade()) {
            return Self { wards, client };
        }
        let wards = Arc::new(Wards::default());
        journals.push((identity, scope.to_owned(), Arc::downgrade(&wards)));
        Self { wards, client }
    }

    /// Takes a task into this client's care, as often as it likes; `None` if it is in another one's.
    pub(crate) fn take(&self, task_uuid: TaskUuid) -> Option<Ward> {
        let mut wards = lock(&self.wards.carers);
        let carer = wards.entry(task_uuid).or_insert(Carer { client: self.client, times: 0 });
        if carer.client != self.client {
            return None;
        }
        carer.times += 1;
        Some(Ward { wards: Arc::clone(&self.wards), task_uuid })
    }

    /// How many tasks the clients of this process have let go of. As long as that stays the same, what was read of a task
    /// that nobody looks after is true.
    pub(crate) fn let_go(&self) -> u64 {
        self.wards.let_go.load(Ordering::Acquire)
    }
}

impl Ward {
    /// True if the client has the task in its care otherwise too.
    pub(crate) fn is_shared(&self) -> bool {
        lock(&self.wards.carers).get(&self.task_uuid).is_some_and(|carer| carer.times > 1)
    }
}

impl Drop for Ward {
    fn drop(&mut self) {
        let mut wards = lock(&self.wards.carers);
        let Some(carer) = wards.get_mut(&self.task_uuid) else { return };
        carer.times = carer.times.saturating_sub(1);
        if carer.times == 0 {
            wards.remove(&self.task_uuid);
            // Before anybody else can take it.
            self.wards.let_go.fetch_add(1, Ordering::Release);
            give_back(&mut *wards);
        }
    }
}

/// A panic while a lock is held leaves what is complete up to that change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Begun, Claim, Claimed, Intent, JournalError, Note, Ticket};
    use runware_poll::Durations;
    use runware_transport::async_trait;

    #[derive(Debug)]
    struct Nothing(#[expect(dead_code, reason = "what takes no room has no place of its own")] u64);

    #[async_trait]
    impl Journal for Nothing {
        async fn begin(&self, _: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
            Ok(Vec::new())
        }

        async fn record(&self, _: Vec<Note>) -> Result<Vec<Ticket>, JournalError> {
            Ok(Vec::new())
        }

        async fn claim(&self, _: Claim) -> Result<Claimed, JournalError> {
            Ok(Claimed::default())
        }

        async fn renew(&self) -> Result<(), JournalError> {
            Ok(())
        }

        async fn durations(&self) -> Result<Option<Durations>, JournalError> {
            Ok(None)
        }

        async fn keep_durations(&self, _: Durations) -> Result<(), JournalError> {
            Ok(())
        }
    }

    #[test]
    fn a_task_is_in_the_care_of_one_client_until_that_has_let_go_of_it_as_often_as_it_took_it() {
        let journal = Nothing(0);
        let (one, other) = (Care::new(&journal, "s"), Care::new(&journal, "s"));
        let id = TaskUuid::from_key("test", "care");
        let wards = [one.take(id).unwrap(), one.take(id).unwrap()];
        for (ward, is_shared) in wards.into_iter().zip([true, false]) {
            assert!(other.take(id).is_none());
            assert_eq!((ward.is_shared(), other.let_go()), (is_shared, 0));
            drop(ward);
        }
        assert_eq!(other.let_go(), 1);
        let _ward = other.take(id).unwrap();
        assert!(one.take(id).is_none() && one.take(TaskUuid::from_key("test", "other")).is_some());
    }

    #[test]
    fn another_journal_or_service_has_other_tasks() {
        let (journal, another) = (Nothing(0), Nothing(0));
        let id = TaskUuid::from_key("test", "care");
        let cares = [Care::new(&journal, "s"), Care::new(&journal, "t"), Care::new(&another, "s")];
        let wards: Vec<Ward> = cares.iter().filter_map(|care| care.take(id)).collect();
        assert_eq!(wards.len(), 3);
    }
}
