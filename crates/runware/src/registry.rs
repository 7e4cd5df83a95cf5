//! Which tasks a client is watching, so that several callers of one id share one watch.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use runware_types::TaskUuid;

use crate::watch::Watch;
use crate::{Error, TaskHandle};

/// The open watches by task id, and the ids of the texts that are being streamed.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    watches: Mutex<HashMap<TaskUuid, Arc<Watch>>>,
    streams: Mutex<HashSet<TaskUuid>>,
}

impl Registry {
    /// The watch for a task, counting the caller as a watcher, and whether it is new.
    pub(crate) fn open(&self, handle: TaskHandle) -> Result<(Arc<Watch>, bool), Error> {
        let mut watches = self.lock();
        if let Some(watch) = watches.get(&handle.task_uuid()).filter(|watch| watch.is_open()) {
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
        watches.insert(watch.handle().task_uuid(), Arc::clone(&watch));
        Ok((watch, true))
    }

    /// Forgets a task that has ended or that nobody will drive.
    pub(crate) fn forget(&self, task_uuid: TaskUuid) {
        self.lock().remove(&task_uuid);
    }

    /// Forgets a task if nobody watches it; returns true if so.
    pub(crate) fn release(&self, task_uuid: TaskUuid) -> bool {
        let mut watches = self.lock();
        let unwatched = watches.get(&task_uuid).is_none_or(|watch| !watch.is_watched());
        if unwatched {
            watches.remove(&task_uuid);
        }
        unwatched
    }

    /// Takes an id for a stream, unless it is in use: a stream cannot be joined.
    pub(crate) fn begin_stream(&self, handle: &TaskHandle) -> Result<(), Error> {
        let task_uuid = handle.task_uuid();
        let is_watched = self.lock().get(&task_uuid).is_some_and(|watch| watch.is_open());
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if is_watched || !streams.insert(task_uuid) {
            return Err(Error::uuid_reused(handle.clone(), "in this client"));
        }
        Ok(())
    }

    /// Gives the id of a stream back.
    pub(crate) fn end_stream(&self, task_uuid: TaskUuid) {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner).remove(&task_uuid);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TaskUuid, Arc<Watch>>> {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        let (first, is_new) = registry.open(handle("a")).unwrap();
        assert!(is_new);
        let (second, is_new) = registry.open(handle("a")).unwrap();
        assert!(!is_new && Arc::ptr_eq(&first, &second));
        let id_only = TaskHandle::new(first.handle().task_uuid());
        assert!(!registry.open(id_only).unwrap().1, "an id without a hash joins too");
    }

    #[test]
    fn another_request_under_the_same_id_is_refused() {
        let registry = Registry::default();
        let _watch = registry.open(handle("a")).unwrap();
        let error = registry.open(handle("b")).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::UuidReused);
    }

    #[test]
    fn a_watched_task_is_not_released() {
        let registry = Registry::default();
        let (watch, _) = registry.open(handle("a")).unwrap();
        let task_uuid = watch.handle().task_uuid();
        assert!(!registry.release(task_uuid));
        assert!(watch.remove_watcher());
        assert!(registry.release(task_uuid));
        assert!(registry.open(handle("b")).unwrap().1, "the id is free again");
    }
}
