//! A task on its way to the driver.

use std::sync::Arc;

use runware_poll::{Kind, Plan};
use runware_types::Prepared;

use crate::care::Ward;
use crate::journal::{Intent, Record};
use crate::registry::Registry;
use crate::watch::Watch;
use crate::{Error, TaskHandle};

/// A task on its way to the driver. If it does not arrive, whoever waits for it is told.
pub(crate) struct Opening {
    watch: Option<Arc<Watch>>,
    registry: Arc<Registry>,
    pub(super) prepared: Option<Prepared>,
    pub(super) plan: Arc<Plan>,
    pub(super) kind: Option<Arc<Kind>>,
    /// What is to be written down before it is sent, if it is kept.
    pub(super) intent: Option<Box<Intent>>,
    /// What the journal has of it, if it was taken over.
    pub(super) record: Option<Box<(Record, Ward)>>,
}

impl Opening {
    pub(crate) fn new(
        watch: Arc<Watch>,
        registry: Arc<Registry>,
        prepared: Option<Prepared>,
        plan: Arc<Plan>,
        kind: Option<Arc<Kind>>,
        intent: Option<Box<Intent>>,
    ) -> Self {
        Self { watch: Some(watch), registry, prepared, plan, kind, intent, record: None }
    }

    /// The same, of a task that was taken over from the journal.
    pub(crate) fn with_record(mut self, record: Record, ward: Ward) -> Self {
        self.record = Some(Box::new((record, ward)));
        self
    }

    /// It has arrived: the driver answers for it from here on.
    pub(super) fn arrive(&mut self) -> Option<Arc<Watch>> {
        self.watch.take()
    }
}

impl Opening {
    fn error(&self, handle: TaskHandle) -> Error {
        match self.prepared {
            Some(_) => Error::closed_unsent(handle),
            None => Error::closed(Some(handle)),
        }
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let Some(watch) = self.watch.take().filter(|watch| watch.is_open()) else { return };
        let handle = watch.handle().clone();
        self.registry.forget(handle.task_uuid());
        watch.change(|state| state.set_end(Err(self.error(handle))));
    }
}
