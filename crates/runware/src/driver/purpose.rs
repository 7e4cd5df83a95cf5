//! What an exchange is for.

use runware_poll::Tick;
use runware_types::TaskUuid;

use super::entries::Entries;
use super::entry::Entry;
use super::lanes::Lane;

/// What an exchange was for.
pub(super) enum Purpose {
    Submit(Asked),
    /// One task whose reply carries the results, and may therefore take as long as the work does.
    SubmitAndWait(Asked),
    Check(Asked),
    /// The archive is asked about tasks that cannot be seen.
    Question(Asked),
    /// The archive is asked whose request an id belongs to.
    Verify(Asked),
}

impl Purpose {
    pub(super) fn lane(&self) -> Lane {
        match self {
            Self::Submit(_) => Lane::Submit,
            Self::SubmitAndWait(_) => Lane::SubmitAndWait,
            Self::Check(_) => Lane::Check,
            Self::Question(_) | Self::Verify(_) => Lane::Ask,
        }
    }

    pub(super) fn asked(&self) -> &Asked {
        match self {
            Self::Submit(asked)
            | Self::SubmitAndWait(asked)
            | Self::Check(asked)
            | Self::Question(asked)
            | Self::Verify(asked) => asked,
        }
    }
}

/// The tasks that an exchange was about, and when it was started.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) task_uuids: Vec<TaskUuid>,
    pub(super) at: Tick,
}

impl Asked {
    pub(super) fn new(task_uuids: Vec<TaskUuid>, at: Tick) -> Self {
        Self { task_uuids, at }
    }

    /// One of the tasks, if it is open, and was so when the exchange was started.
    pub(super) fn entry<'a>(&self, task_uuid: &TaskUuid, entries: &'a mut Entries) -> Option<&'a mut Entry> {
        entries.get_mut(task_uuid).filter(|entry| entry.started <= self.at)
    }
}
