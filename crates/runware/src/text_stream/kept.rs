//! A streamed text in the journal: its intent before the stream is opened, the whole text at its end.

use std::sync::Arc;

use runware_poll::Tick;
use runware_types::{CollectedText, FinishReason, Money, RawJson, TaskType, TaskUuid, Usage};
use serde::Serialize;

use super::request::Request;
use crate::care::Ward;
use crate::client::Shared;
use crate::driver::{Command, GRACE};
use crate::journal::{Begun, Fact, Note, Part, PartKind, Ticket};
use crate::keeping::Keeping;
use crate::outcome::Custody;
use crate::{Error, TaskHandle};

/// The place of a streamed text in the journal. As long as it exists the client says that it is alive, and if it is
/// dropped before the end was written down, that is made good.
pub(super) struct Kept {
    shared: Arc<Shared>,
    keeping: Arc<Keeping>,
    handle: TaskHandle,
    ticket: Ticket,
    deadline: Tick,
    is_over: bool,
    /// Keeps other clients of this process from it.
    _ward: Ward,
}

/// The object that a reply to the same task would have.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    task_type: &'a str,
    #[serde(rename = "taskUUID")]
    task_uuid: TaskUuid,
    text: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reasoning_content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    finish_reason: Option<&'a FinishReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<&'a Usage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Money>,
}

impl Kept {
    /// Makes the intent of a text durable, if it is to be kept.
    ///
    /// # Errors
    ///
    /// It must not be sent.
    ///
    /// # Cancel safety
    ///
    /// The intent may have become durable or not.
    pub(super) async fn begin(request: &Request, deadline: Tick) -> Result<Option<Self>, Error> {
        let Request { handle, shared, intent, .. } = request;
        let (Some(intent), Some(keeping)) = (intent, &shared.keeping) else { return Ok(None) };
        let handle = handle.clone();
        // To the journal, all clients of this process are one.
        let Some(ward) = keeping.care.take(handle.task_uuid()) else {
            return Err(Error::exists_already(handle, None));
        };
        let begun = tokio::select! {
            biased;
            begun = keeping.journal.begin(vec![intent.as_ref().clone()]) => begun,
            () = shared.commands.closed() => return Err(Error::closed_unsent(handle)),
            () = shared.lookup.clock.sleep_until(deadline.since_origin()) => {
                return Err(Error::not_begun_in_time(handle));
            }
        };
        let (ticket, error) = match begun.map(|mut begun| begun.pop()) {
            Ok(Some(Begun::New(ticket))) => (ticket, None),
            // A stream cannot be taken up again, and its text may be there.
            Ok(Some(Begun::Known(record))) => {
                (record.ticket, Some(Error::exists_already(handle.clone(), None)))
            }
            Ok(Some(Begun::Held)) => return Err(Error::exists_already(handle, None)),
            Ok(Some(Begun::Abandoned)) => return Err(Error::abandoned(handle)),
            Ok(Some(Begun::OverBudget { committed })) => {
                return Err(Error::over_budget(handle, intent.reserve.as_ref(), committed));
            }
            Ok(Some(Begun::Reused) | None) => return Err(Error::uuid_reused(handle, "in the journal")),
            Err(error) => return Err(Error::not_begun(handle, error)),
        };
        // An error means that the driver has ended; then there is nobody who says that the client is alive.
        let _ = shared.commands.send(Command::StreamBegun);
        let (shared, keeping) = (Arc::clone(shared), Arc::clone(keeping));
        let kept = Self { shared, keeping, handle, ticket, deadline, is_over: false, _ward: ward };
        match error {
            Some(error) => Err(error),
            None => Ok(Some(kept)),
        }
    }

    /// Writes down how the text ended: what it is, or that there is none.
    ///
    /// # Cancel safety
    ///
    /// It may have been written down or not.
    pub(super) async fn end(mut self, facts: Vec<Fact>) -> Custody {
        let note = |fact: &Fact| Note { ticket: self.ticket, fact: fact.clone() };
        let is_settled = facts.iter().any(|fact| matches!(fact, Fact::Settled { .. }));
        let clock = &self.shared.lookup.clock;
        let by = self.deadline.max(Tick::from_duration(clock.now())) + GRACE;
        let recorded = tokio::select! {
            biased;
            recorded = self.keeping.journal.record(facts.iter().map(note).collect()) => Some(recorded),
            () = clock.sleep_until(by.since_origin()) => None,
        };
        let task_uuid = self.handle.task_uuid();
        let is_durable = match recorded {
            Some(Ok(refused)) => {
                if !refused.is_empty() {
                    tracing::warn!(target: "runware", %task_uuid, "another process has taken the text over");
                }
                refused.is_empty()
            }
            Some(Err(error)) => {
                tracing::warn!(target: "runware", %task_uuid, %error, "the end of a text could not be kept");
                false
            }
            None => {
                tracing::warn!(target: "runware", %task_uuid, "the journal does not answer; the end of a text is not kept");
                false
            }
        };
        self.is_over = true;
        match is_settled {
            true => {
                let missing = if is_durable { Vec::new() } else { facts };
                Custody::settled(&self.keeping, self.ticket, missing, is_durable, false)
            }
            false => Custody::unsettled(is_durable, false),
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let note = (!self.is_over).then_some(Note { ticket: self.ticket, fact: Fact::Released });
        // An error means that the driver has ended: whoever comes next finds that nobody looks after it.
        let _ = self.shared.commands.send(Command::StreamEnded(self.handle.task_uuid(), note));
    }
}

/// What the end of a text means for its task.
pub(super) fn facts_of(handle: &TaskHandle, end: &Result<(), Error>, text: &CollectedText) -> Vec<Fact> {
    match end {
        Ok(()) => {
            let ended = item(handle.task_uuid(), text)
                .map(|raw| Fact::Ended(Part { ordinal: 0, index: None, kind: PartKind::Result, raw }));
            let cost = text.cost.filter(|cost| !cost.is_zero());
            ended.into_iter().chain([Fact::Settled { cost }]).collect()
        }
        Err(error) if error.is_safe_to_resubmit() => vec![Fact::Refused { reason: error.to_string() }],
        Err(_) => vec![Fact::Released],
    }
}

fn item(task_uuid: TaskUuid, text: &CollectedText) -> Option<RawJson> {
    let CollectedText { text, reasoning_content, finish_reason, usage, cost, .. } = text;
    let item = Item {
        task_type: TaskType::TextInference.as_str(),
        task_uuid,
        text,
        reasoning_content,
        finish_reason: finish_reason.as_ref(),
        usage: usage.as_ref(),
        cost: *cost,
    };
    RawJson::from_value(&item).ok()
}
