//! The calls of the journal that are under way, beside everything else that the driver does.

use std::collections::HashMap;

use runware_poll::{Durations, Tick};
use runware_types::TaskUuid;
use tokio::task::{Id, JoinError, JoinSet};

use crate::journal::{Begun, Claimed, JournalError, JournalErrorKind, Ticket};

/// Calls of the journal that are under way: at most one of each sort.
#[derive(Debug, Default)]
pub(super) struct Work {
    calls: JoinSet<Done>,
    sorts: HashMap<Id, Sort>,
}

/// What a call came to.
#[derive(Debug)]
pub(in crate::driver) enum Done {
    /// One answer for each intent. There is none if the journal panicked.
    Begun(Vec<Result<Begun, JournalError>>),
    Recorded(Result<Vec<Ticket>, JournalError>),
    /// What could not be recorded before was tried again.
    Repaid(Result<Vec<Ticket>, JournalError>),
    /// What became of the claims of single tasks that were made together. One may be missing.
    Claimed(Vec<(TaskUuid, Result<Claimed, JournalError>)>),
    /// The same of intents that could not be begun.
    Looked(Vec<(TaskUuid, Result<Claimed, JournalError>)>),
    /// With when it was begun.
    Renewed(Result<Tick, JournalError>),
    Loaded(Result<Option<Durations>, JournalError>),
    Saved(Result<(), JournalError>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Begin,
    Record,
    Repay,
    Claim,
    Look,
    Renew,
    Load,
    Save,
}

impl Work {
    /// Starts a call.
    pub(super) fn start(&mut self, sort: Sort, call: impl Future<Output = Done> + Send + 'static) {
        let started = self.calls.spawn(call);
        self.sorts.insert(started.id(), sort);
    }

    pub(super) fn is_under_way(&self, sort: Sort) -> bool {
        self.sorts.values().any(|under_way| *under_way == sort)
    }

    /// True if nothing is being written down. What is read, and the signs of life, are of no matter at the end.
    pub(super) fn is_idle(&self) -> bool {
        self.sorts.values().all(|sort| matches!(sort, Sort::Load | Sort::Renew))
    }

    /// The next call that has ended; `None` if none is under way.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Option<Done> {
        let joined = self.calls.join_next_with_id().await?;
        Some(match joined {
            Ok((id, done)) => {
                self.sorts.remove(&id);
                done
            }
            Err(error) => self.failed(&error),
        })
    }

    fn failed(&mut self, error: &JoinError) -> Done {
        let fault = || JournalError::new(JournalErrorKind::Io, "the journal panicked");
        match self.sorts.remove(&error.id()) {
            Some(Sort::Begin) => Done::Begun(Vec::new()),
            Some(Sort::Record) => Done::Recorded(Err(fault())),
            Some(Sort::Repay) => Done::Repaid(Err(fault())),
            Some(Sort::Claim) => Done::Claimed(Vec::new()),
            Some(Sort::Look) => Done::Looked(Vec::new()),
            Some(Sort::Load) => Done::Loaded(Err(fault())),
            Some(Sort::Save) => Done::Saved(Err(fault())),
            Some(Sort::Renew) | None => Done::Renewed(Err(fault())),
        }
    }
}
