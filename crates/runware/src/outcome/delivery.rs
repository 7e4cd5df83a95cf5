//! What the journal has of what is handed over.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use runware_types::TaskUuid;

use crate::driver::FLUSH_LIMIT;
use crate::journal::{Fact, JournalError, JournalErrorKind, Note, Ticket};
use crate::keeping::{Keeping, Wait, Waits};
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
    confirmation: Option<Arc<Confirmation>>,
    /// Shows that somebody has it who may still confirm it.
    _wait: Option<Arc<Wait>>,
}

#[derive(Debug)]
struct Confirmation {
    keeping: Arc<Keeping>,
    ticket: Ticket,
    /// What could not be written down before.
    missing: Vec<Fact>,
    /// The one wait of all who have it.
    wait: Mutex<Weak<Wait>>,
    is_confirmed: AtomicBool,
}

impl Confirmation {
    /// Somebody gets it who may confirm it.
    fn hand_over(&self) -> Option<Arc<Wait>> {
        let mut wait = self.wait.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_confirmed.load(Ordering::Acquire) {
            return None;
        }
        let under_way = wait.upgrade().unwrap_or_else(|| Arc::new(Waits::begin(&self.keeping.waits)));
        *wait = Arc::downgrade(&under_way);
        Some(under_way)
    }

    /// It was written down: nobody needs to confirm it any more.
    fn is_done(&self) {
        let wait = self.wait.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_confirmed.store(true, Ordering::Release);
        if let Some(wait) = wait.upgrade() {
            wait.end();
        }
    }
}

impl Custody {
    /// An outcome of a task that is kept, and cannot be confirmed.
    pub(crate) fn unsettled(is_durable: bool, is_redelivered: bool) -> Self {
        Self(Some(Arc::new(Kept { is_durable, is_redelivered, confirmation: None, _wait: None })))
    }

    /// An outcome that somebody has who may confirm it; `missing` is to be written down before that.
    pub(crate) fn settled(
        keeping: &Arc<Keeping>,
        ticket: Ticket,
        missing: Vec<Fact>,
        is_durable: bool,
        is_redelivered: bool,
    ) -> Self {
        Self::at_rest(keeping, ticket, missing, is_durable, is_redelivered).hand_over()
    }

    /// The same before anybody has it.
    pub(crate) fn at_rest(
        keeping: &Arc<Keeping>,
        ticket: Ticket,
        missing: Vec<Fact>,
        is_durable: bool,
        is_redelivered: bool,
    ) -> Self {
        let keeping = Arc::clone(keeping);
        let (wait, is_confirmed) = (Mutex::default(), AtomicBool::new(false));
        let confirmation = Some(Arc::new(Confirmation { keeping, ticket, missing, wait, is_confirmed }));
        Self(Some(Arc::new(Kept { is_durable, is_redelivered, confirmation, _wait: None })))
    }

    /// The same for somebody who may confirm it: until that is done or given up, the journal hears that its owner is alive.
    ///
    /// What a watch keeps does not count. It lives as long as its task is held, whoever has the outcome.
    #[must_use]
    pub(crate) fn hand_over(&self) -> Self {
        let Some(kept) = &self.0 else { return Self(None) };
        let wait = kept.confirmation.as_ref().and_then(|confirmation| confirmation.hand_over());
        if wait.is_none() {
            return self.clone();
        }
        let Kept { is_durable, is_redelivered, ref confirmation, .. } = **kept;
        let confirmation = confirmation.clone();
        Self(Some(Arc::new(Kept { is_durable, is_redelivered, confirmation, _wait: wait })))
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
        let confirmation = self.0.as_ref().and_then(|kept| kept.confirmation.as_ref());
        let Some(confirmation) = confirmation else { return Ok(()) };
        let Confirmation { keeping, ticket, missing, .. } = &**confirmation;
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
            Ok(refused) => {
                confirmation.is_done();
                match refused.is_empty() {
                    true => Ok(()),
                    false => Err(Error::taken_over(handle.clone())),
                }
            }
            Err(error) => Err(Error::not_confirmed(handle.clone(), error)),
        }
    }
}
