//! Which tasks a client is watching, so that several callers of one id share one watch.

mod sent_lately;

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use runware_poll::Tick;
use runware_types::TaskUuid;

use crate::room::give_back;
use crate::watch::Watch;
use crate::{Error, TaskHandle};
use sent_lately::SentLately;

/// The open watches by task id, the ids of the texts that are being streamed, and what was sent by either just now.
///
/// The locks are taken in this order.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    watches: Mutex<HashSet<Known>>,
    streams: Mutex<HashSet<TaskUuid>>,
    sent_lately: Mutex<SentLately>,
}

/// A watch, found by the id of its task, which it holds anyway.
#[derive(Debug)]
struct Known(Arc<Watch>);

impl Registry {
    /// The watch for a task, counting the caller as a watcher, and whether it is new.
    ///
    /// What is being streamed can be watched, and cannot be submitted.
    pub(crate) fn open(&self, handle: TaskHandle, to_submit: bool) -> Result<(Arc<Watch>, bool), Error> {
        let mut watches = self.lock();
        if to_submit && lock(&self.streams).contains(&handle.task_uuid()) {
            return Err(Error::uuid_reused(handle, "in this client"));
        }
        if let Some(Known(watch)) = watches.get(handle.id()).filter(|known| known.0.is_open()) {
            return match (watch.handle().request_hash(), handle.request_hash()) {
                (Some(ours), Some(theirs)) if ours != theirs => {
                    Err(Error::uuid_reused(handle, "in this client"))
                }
                _ => {
                    watch.add_watcher();
                    Ok((Arc::clone(watch), false))
                }
            };
        }
        let watch = Arc::new(Watch::new(handle));
        watch.add_watcher();
        // Unlike an insertion, which would leave the one that has ended.
        watches.replace(Known(Arc::clone(&watch)));
        Ok((watch, true))
    }

    /// The watch of a task that is watched, counting the caller as a watcher.
    pub(crate) fn join(&self, handle: &TaskHandle) -> Option<Arc<Watch>> {
        let watches = self.lock();
        let Known(watch) = watches.get(handle.id()).filter(|known| known.0.is_open())?;
        if let (Some(ours), Some(theirs)) = (watch.handle().request_hash(), handle.request_hash())
            && ours != theirs
        {
            return None;
        }
        watch.add_watcher();
        Some(Arc::clone(watch))
    }

    /// Forgets a task that has ended or that nobody will drive.
    pub(crate) fn forget(&self, task_uuid: TaskUuid) {
        remove(&mut self.lock(), task_uuid);
    }

    /// Forgets a task if nobody watches it; returns true if so.
    pub(crate) fn release(&self, task_uuid: TaskUuid) -> bool {
        let mut watches = self.lock();
        let unwatched = watches.get(&task_uuid).is_none_or(|known| !known.0.is_watched());
        if unwatched {
            remove(&mut watches, task_uuid);
        }
        unwatched
    }

    /// Takes an id for a stream, unless it is in use: a stream cannot be joined.
    pub(crate) fn begin_stream(&self, handle: &TaskHandle) -> Result<(), Error> {
        let task_uuid = handle.task_uuid();
        let watches = self.lock();
        let is_watched = watches.get(&task_uuid).is_some_and(|known| known.0.is_open());
        if is_watched || !lock(&self.streams).insert(task_uuid) {
            return Err(Error::uuid_reused(handle.clone(), "in this client"));
        }
        Ok(())
    }

    /// True if a text is being streamed under this id.
    pub(crate) fn is_streamed(&self, task_uuid: TaskUuid) -> bool {
        lock(&self.streams).contains(&task_uuid)
    }

    /// Gives the id of a stream back.
    pub(crate) fn end_stream(&self, task_uuid: TaskUuid) {
        lock(&self.streams).remove(&task_uuid);
    }

    /// Remembers that a task may have been sent as late as at this time.
    pub(crate) fn note_sent(&self, task_uuid: TaskUuid, at: Tick, now: Tick) {
        lock(&self.sent_lately).note(task_uuid, at, now);
    }

    /// From when on a task may be sent that was sent lately.
    pub(crate) fn free_from(&self, task_uuid: TaskUuid) -> Option<Tick> {
        lock(&self.sent_lately).free_from(task_uuid)
    }

    /// Forgets what is no longer of any matter at `now`; returns when to do so again.
    pub(crate) fn tidy(&self, now: Tick) -> Option<Tick> {
        lock(&self.sent_lately).tidy(now)
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Known>> {
        lock(&self.watches)
    }
}

impl Borrow<TaskUuid> for Known {
    fn borrow(&self) -> &TaskUuid {
        self.0.handle().id()
    }
}

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.handle().id().hash(state);
    }
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.0.handle().id() == other.0.handle().id()
    }
}

impl Eq for Known {}

#[expect(clippy::mutable_key_type, reason = "the id that it is found by never changes")]
fn remove(watches: &mut HashSet<Known>, task_uuid: TaskUuid) {
    if watches.remove(&task_uuid) {
        give_back(watches);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use runware_types::RawTask;

    fn handle(prompt: &str) -> TaskHandle {
        let task = RawTask::new("imageInference").set("positivePrompt", prompt);
        TaskHandle::from(&task.prepare(TaskUuid::from_key("test", "registry")).unwrap())
    }

    #[test]
    fn callers_of_one_task_share_its_watch() {
        let registry = Registry::default();
        let (first, is_new) = registry.open(handle("a"), true).unwrap();
        assert!(is_new);
        let (second, is_new) = registry.open(handle("a"), true).unwrap();
        assert!(!is_new && Arc::ptr_eq(&first, &second));
        let id_only = TaskHandle::new(first.handle().task_uuid());
        assert!(!registry.open(id_only, false).unwrap().1, "an id without a hash joins too");
    }

    #[test]
    fn another_request_under_the_same_id_is_refused() {
        let registry = Registry::default();
        let _watch = registry.open(handle("a"), true).unwrap();
        let error = registry.open(handle("b"), true).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::UuidReused);
    }

    #[test]
    fn a_watched_task_is_not_released() {
        let registry = Registry::default();
        let (watch, _) = registry.open(handle("a"), true).unwrap();
        let task_uuid = watch.handle().task_uuid();
        assert!(!registry.release(task_uuid));
        assert!(watch.remove_watcher());
        assert!(registry.release(task_uuid));
        assert!(registry.open(handle("b"), true).unwrap().1, "the id is free again");
    }
}
