//! Intents that the journal begins after the client was closed.

use runware_types::TaskUuid;

use super::work::Sort;
use super::{Done, Ledger};
use crate::journal::{Begun, Fact, JournalError, Note};
use crate::keeping::Keeping;

impl Ledger {
    /// The client is closed, and the journal has not answered: what it begins after all was given up, and nobody is to
    /// take it for something to be sent. As long as the runtime lasts, that is seen to.
    pub(in crate::driver) fn refuse_what_is_begun_late(&mut self) {
        let Some(keeping) = self.keeping.clone() else { return };
        if !self.work.is_under_way(Sort::Begin) {
            return;
        }
        let mut work = std::mem::take(&mut self.work);
        let expected = std::mem::take(&mut self.beginning);
        tokio::spawn(async move {
            while let Some(done) = work.next().await {
                if let Done::Begun(answers) = done {
                    let task_uuids = expected.iter().map(|expected| expected.task_uuid);
                    refuse(&keeping, task_uuids.zip(answers)).await;
                    break;
                }
            }
        });
    }
}

/// Writes down that none of these was sent.
///
/// # Cancel safety
///
/// It may have been written down or not.
async fn refuse(keeping: &Keeping, begun: impl Iterator<Item = (TaskUuid, Result<Begun, JournalError>)>) {
    let (mut notes, mut wards) = (Vec::new(), Vec::new());
    for (task_uuid, answer) in begun {
        // Whoever has it in care by now has the same ticket, and finds out how it stands.
        if let Ok(Begun::New(ticket)) = answer
            && let Some(ward) = keeping.care.take(task_uuid)
        {
            let reason = "the client was closed before it was sent".to_owned();
            notes.push(Note { ticket, fact: Fact::Refused { reason } });
            wards.push(ward);
        }
    }
    if !notes.is_empty()
        && let Err(error) = keeping.journal.record(notes).await
    {
        tracing::warn!(target: "runware", %error, "the journal could not be told that a task was not sent");
    }
}
