//! What is to be streamed, checked and fixed before anything is sent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use runware_poll::{Plan, Tick};
use runware_types::{DeliveryMethod, Prepared, RawTask, TaskType};

use super::kept::Kept;
use crate::client::Shared;
use crate::journal::Intent;
use crate::{Error, SubmitOptions, TaskHandle, entropy};

/// How long a server may be silent.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// One text to be streamed. While it exists, no other stream of its client has its id.
pub(super) struct Request {
    pub(super) handle: TaskHandle,
    pub(super) prepared: Prepared,
    pub(super) shared: Arc<Shared>,
    pub(super) plan: Arc<Plan>,
    pub(super) idle: Duration,
    /// True once it may have been sent.
    pub(super) was_sent: Arc<AtomicBool>,
    /// What is to be written down before it is sent, if it is kept.
    pub(super) intent: Option<Box<Intent>>,
    /// Its place in the journal, from when that is so until its end is being written down.
    kept: Mutex<Option<Kept>>,
}

impl Request {
    pub(super) fn new(
        shared: &Arc<Shared>,
        plan: &Arc<Plan>,
        task: RawTask,
        options: SubmitOptions,
    ) -> Result<Self, Error> {
        let prepared = prepare(task)?;
        let intent = shared.intent(&prepared, options);
        let handle = TaskHandle::from(&prepared);
        if shared.commands.is_closed() {
            return Err(Error::closed_unsent(handle));
        }
        shared.registry.begin_stream(&handle)?;
        let (shared, plan) = (Arc::clone(shared), Arc::clone(plan));
        let (was_sent, kept) = (Arc::default(), Mutex::default());
        Ok(Self { handle, prepared, shared, plan, idle: IDLE_TIMEOUT, was_sent, intent, kept })
    }

    /// Its place in the journal, which is the caller's from here on.
    pub(super) fn take_kept(&self) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// It has a place in the journal now.
    pub(super) fn set_kept(&self, kept: Option<Kept>) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        let (registry, task_uuid) = (&self.shared.registry, self.handle.task_uuid());
        if self.was_sent.load(Ordering::Relaxed) {
            let now = Tick::from_duration(self.shared.lookup.clock.now());
            registry.note_sent(task_uuid, now, now);
        }
        registry.end_stream(task_uuid);
    }
}

/// Fixes a task's id and bytes, if it is one that can be streamed.
fn prepare(task: RawTask) -> Result<Prepared, Error> {
    if *task.task_type() != TaskType::TextInference {
        return Err(Error::unsupported(format!(
            "`taskType` is \"{}\"; only textInference can be streamed, use `Client::submit`",
            task.task_type()
        )));
    }
    let task = task.default_delivery(DeliveryMethod::Stream);
    if task.delivery_method() != Some(DeliveryMethod::Stream) {
        return Err(Error::unsupported(
            "`deliveryMethod` is set to something else; it must be \"stream\" or left out here",
        ));
    }
    let prepared = task.prepare(entropy::task_uuid()).map_err(Error::invalid_task)?;
    match prepared.expected() {
        1 => Ok(prepared),
        more => Err(Error::unsupported(format!(
            "`numberResults` is {more}; it must be 1 in a stream, whose pieces do not say which result they are of"
        ))),
    }
}
