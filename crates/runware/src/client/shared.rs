//! What all clones and tasks of a client share.

use std::sync::{Arc, OnceLock};

use runware_poll::Durations;
use runware_types::{Prepared, TaskUuid};
use tokio::sync::mpsc;

use crate::driver::Command;
use crate::journal::Intent;
use crate::keeping::Keeping;
use crate::kinds::Kinds;
use crate::lookup::Lookup;
use crate::registry::Registry;
use crate::stats::counters::Counters;
use crate::{Error, SubmitOptions, TaskHandle};

/// What all clones and tasks of a client share. Dropping the last one ends the driver.
pub(crate) struct Shared {
    pub(crate) commands: mpsc::UnboundedSender<Command>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) lookup: Lookup,
    pub(crate) kinds: Kinds,
    /// What the driver had learned by its end.
    pub(crate) learned: Arc<OnceLock<Durations>>,
    /// Where tasks are kept, if they are.
    pub(crate) keeping: Option<Arc<Keeping>>,
}

impl Shared {
    /// What is to be written down before this task is sent, if it is to be kept.
    pub(crate) fn intent(&self, prepared: &Prepared, options: SubmitOptions) -> Option<Box<Intent>> {
        self.keeping.as_ref()?.intent(prepared, options)
    }

    /// Refuses a question about a task once the client is closed.
    pub(crate) fn check_open(&self, task_uuid: TaskUuid) -> Result<(), Error> {
        match self.commands.is_closed() {
            true => Err(Error::closed(Some(TaskHandle::new(task_uuid)))),
            false => Ok(()),
        }
    }

    /// Nobody watches the task any more.
    pub(crate) fn unwatch(&self, task_uuid: TaskUuid) {
        // An error means that the driver has ended, and with it all watching.
        let _ = self.commands.send(Command::Unwatch(task_uuid));
    }
}
