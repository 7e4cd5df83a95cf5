//! What the journal has of what is handed over.

use std::fmt;
use std::sync::Arc;

use runware_types::TaskUuid;

use crate::driver::FLUSH_LIMIT;
use crate::journal::{Fact, JournalError, JournalErrorKind, Note, Ticket};
use crate::keeping::Keeping;
use crate::{Error, TaskHandle};

/// The name of one hand-over: the same whenever the same result is handed over again.
///
/// Keep it with what was made of the result, and a result that comes twice, as it may after a crash, is told from a new
/// one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId {
    pub(crate) task_uuid: TaskUuid,
    pub(crate) ordinal: u32,
}

/// The task's id, a slash, and the number of the result in the order in which they became known.
impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.task_uuid, self.ordinal)
    }
}

/// What the journal has of one result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) id: DeliveryId,
    pub(crate) is_redelivered: bool,
    pub(crate) is_durable: bool,
}

/// What the journal has of an outcome; by default nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Custody(Option<Arc<Kept>>);

#[derive(Debug)]
struct Kept {
    is_durable: bool,
    is_redelivered: bool,
    /// What to write down when it is confirmed; nothing if it cannot be.
    confirmation: Option<Confirmation>,
}

#[derive(Debug)]
struct Confirmation {
    keeping: Arc<Keeping>,
    ticket: Ticket,
    /// What could not be written down before.
    missing: Vec<Fact>,
}

impl Custody {
    /// An outcome of a task that is kept, and cannot be confirmed.
    pub(crate) fn unsettled(is_durable: bool, is_redelivered: bool) -> Self {
        Self(Some(Arc::new(Kept { is_durable, is_redelivered, confirmation: None })))
    }

    /// An outcome that is waiting for its confirmation; `missing` is to be written down before that.
    pub(crate) fn settled(
        keeping: &Arc<Keeping>,
        ticket: Ticket,
        missing: Vec<Fact>,
        is_durable: bool,
        is_redelivered: bool,
    ) -> Self {
        let keeping = Arc::clone(keeping);
        let confirmation = Some(Confirmation { keeping, ticket, missing });
        Self(Some(Arc::new(Kept { is_durable, is_redelivered, confirmation })))
    }

    /// True if the task is in the journal at all.
    pub(crate) fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn is_durable(&self) -> bool {
        self.0.as_ref().is_some_and(|kept| kept.is_durable)
    }

    pub(crate) fn is_redelivered(&self) -> bool {
        self.0.as_ref().is_some_and(|kept| kept.is_redelivered)
    }

    /// Writes down that it is not to be handed over again.
    ///
    /// # Cancel safety
    ///
    /// It may have been written down or not.
    pub(crate) async fn confirm(&self, handle: &TaskHandle) -> Result<(), Error> {
        let kept = self.0.as_ref().and_then(|kept| kept.confirmation.as_ref());
        let Some(Confirmation { keeping, ticket, missing }) = kept else { return Ok(()) };
        let facts = missing.iter().cloned().chain([Fact::Confirmed]);
        let notes = facts.map(|fact| Note { ticket: *ticket, fact }).collect();
        let clock = &keeping.clock;
        let recorded = tokio::select! {
            biased;
            recorded = keeping.journal.record(notes) => recorded,
            // Nobody can be kept for ever by a disk that hangs.
            () = clock.sleep_until(clock.now() + FLUSH_LIMIT) => {
                Err(JournalError::new(JournalErrorKind::Busy, format!("the journal did not answer within {FLUSH_LIMIT:?}")))
            }
        };
        match recorded {
            Ok(refused) if refused.is_empty() => Ok(()),
            Ok(_) => Err(Error::taken_over(handle.clone())),
            Err(error) => Err(Error::not_confirmed(handle.clone(), error)),
        }
    }
}
