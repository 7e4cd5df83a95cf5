//! A task on its way to the driver.

use std::sync::Arc;

use runware_poll::{Kind, Plan};
use runware_types::Prepared;

use crate::journal::Intent;
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
        Self { watch: Some(watch), registry, prepared, plan, kind, intent }
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
