//! Making the intent of a streamed text durable, whether somebody waits for that or not.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use runware_poll::Tick;
use tokio::sync::oneshot;

use super::kept::Kept;
use super::request::Request;
use crate::care::Ward;
use crate::client::Shared;
use crate::driver::Command;
use crate::driver::awake::Awake;
use crate::journal::{Begun, Intent, JournalError};
use crate::keeping::Keeping;
use crate::{Error, TaskHandle};

/// An intent that is to become durable.
pub(super) struct Beginning {
    shared: Arc<Shared>,
    keeping: Arc<Keeping>,
    handle: TaskHandle,
    intent: Box<Intent>,
    deadline: Tick,
    was_sent: Arc<AtomicBool>,
    /// Keeps other clients of this process from it.
    ward: Ward,
}

impl Beginning {
    /// The intent of a text, if it is to be kept.
    ///
    /// # Errors
    ///
    /// Another client of this process looks after it.
    pub(super) fn new(request: &Request, deadline: Tick) -> Result<Option<Self>, Error> {
        let Request { handle, shared, intent, was_sent, .. } = request;
        let (Some(intent), Some(keeping)) = (intent, &shared.keeping) else { return Ok(None) };
        // To the journal, all clients of this process are one.
        let Some(ward) = keeping.care.take(handle.task_uuid()) else {
            return Err(Error::exists_already(handle.clone(), None));
        };
        Ok(Some(Self {
            shared: Arc::clone(shared),
            keeping: Arc::clone(keeping),
            handle: handle.clone(),
            intent: intent.clone(),
            deadline,
            was_sent: Arc::clone(was_sent),
            ward,
        }))
    }

    /// Makes it durable, and says what came of that. If nobody wants to know, it is not left open.
    ///
    /// # Cancel safety
    ///
    /// The intent may have become durable or not.
    pub(super) async fn run(self, answer: oneshot::Sender<Result<Kept, Error>>) {
        // Whoever is stopped before it hears of the answer must not take that for a new one.
        let asked_at = Awake::now(&*self.shared.lookup.clock);
        let begun = self.keeping.journal.begin(vec![self.intent.as_ref().clone()]).await;
        if let Err(Ok(kept)) = answer.send(self.conclude(begun, asked_at)) {
            kept.give_up().await;
        }
    }

    fn conclude(self, begun: Result<Vec<Begun>, JournalError>, cleared_at: Awake) -> Result<Kept, Error> {
        let Self { shared, keeping, handle, intent, deadline, was_sent, ward } = self;
        let (ticket, is_known) = match begun.map(|mut begun| begun.pop()) {
            Ok(Some(Begun::New(ticket))) => (ticket, false),
            Ok(Some(Begun::Known(record))) => (record.ticket, true),
            Ok(Some(Begun::Held)) => return Err(Error::exists_already(handle, None)),
            Ok(Some(Begun::Abandoned)) => return Err(Error::abandoned(handle)),
            Ok(Some(Begun::OverBudget { committed })) => {
                return Err(Error::over_budget(handle, intent.reserve.as_ref(), committed));
            }
            Ok(Some(Begun::Unpriced)) => return Err(Error::unpriced(handle, intent.reserve.as_ref())),
            Ok(Some(Begun::Reused) | None) => return Err(Error::uuid_reused(handle, "in the journal")),
            Err(error) => return Err(Error::not_begun(handle, error)),
        };
        // An error means that the driver has ended; then there is nobody who says that the client is alive.
        let _ = shared.commands.send(Command::StreamBegun);
        let (is_over, ward) = (false, Some(ward));
        let kept =
            Kept { shared, keeping, handle, ticket, deadline, cleared_at, is_known, was_sent, is_over, ward };
        match is_known {
            // A stream cannot be taken up again, and its text may be there.
            true => Err(Error::exists_already(kept.handle.clone(), None)),
            false => Ok(kept),
        }
    }
}
