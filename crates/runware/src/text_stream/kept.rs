//! A streamed text in the journal: its intent before the stream is opened, the whole text at its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use runware_poll::Tick;
use runware_types::{Item, Money};
use tokio::sync::oneshot;

use super::beginning::Beginning;
use super::request::Request;
use crate::care::Ward;
use crate::client::Shared;
use crate::driver::awake::Awake;
use crate::driver::tenure::LONGEST_SILENCE;
use crate::driver::{Command, GRACE};
use crate::journal::{Fact, JournalError, JournalErrorKind, Note, Part, PartKind, Ticket};
use crate::keeping::Keeping;
use crate::outcome::Custody;
use crate::{Error, TaskHandle};

/// The number of a streamed text among the results of its task.
pub(super) const ONLY: u32 = 0;

/// The place of a streamed text in the journal. As long as it exists the client says that it is alive, and if it is
/// dropped before the end was written down, that is made good.
pub(super) struct Kept {
    pub(super) shared: Arc<Shared>,
    pub(super) keeping: Arc<Keeping>,
    pub(super) handle: TaskHandle,
    pub(super) ticket: Ticket,
    pub(super) deadline: Tick,
    /// When the journal was last asked whether it may be sent.
    pub(super) cleared_at: Awake,
    /// It was begun before, by somebody else.
    pub(super) is_known: bool,
    /// True once it may have been sent.
    pub(super) was_sent: Arc<AtomicBool>,
    pub(super) is_over: bool,
    /// Keeps other clients of this process from it; `None` once it is dropped.
    pub(super) ward: Option<Ward>,
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
    /// If the intent becomes durable all the same, it is written down that nothing was sent.
    pub(super) async fn begin(request: &Request, deadline: Tick) -> Result<Option<Self>, Error> {
        let Some(beginning) = Beginning::new(request, deadline)? else { return Ok(None) };
        let Request { handle, shared, .. } = request;
        let (answer, begun) = oneshot::channel();
        // Whoever waits may go away, and the intent becomes durable all the same: then somebody has to know.
        tokio::spawn(beginning.run(answer));
        tokio::select! {
            biased;
            begun = begun => begun.unwrap_or_else(|_| {
                let fault = JournalError::new(JournalErrorKind::Io, "the journal panicked");
                Err(Error::not_begun(handle.clone(), fault))
            }),
            () = shared.commands.closed() => Err(Error::closed_unsent(handle.clone())),
            () = shared.lookup.clock.sleep_until(deadline.since_origin()) => {
                Err(Error::not_begun_in_time(handle.clone()))
            }
        }
        .map(Some)
    }

    /// Makes sure that nobody has taken the text over, if that may be so, before it is sent.
    ///
    /// # Errors
    ///
    /// It must not be sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub(super) async fn clear(&mut self) -> Result<(), Error> {
        let clock = &self.shared.lookup.clock;
        let now = Awake::now(&**clock);
        if self.cleared_at.until(now) <= LONGEST_SILENCE {
            return Ok(());
        }
        let note = Note { ticket: self.ticket, fact: Fact::Resending };
        let handle = || self.handle.clone();
        let recorded = tokio::select! {
            biased;
            recorded = self.keeping.journal.record(vec![note]) => recorded,
            () = self.shared.commands.closed() => return Err(Error::closed_unsent(handle())),
            () = clock.sleep_until(self.deadline.since_origin()) => {
                return Err(Error::not_begun_in_time(handle()));
            }
        };
        match recorded {
            Ok(refused) if refused.is_empty() => self.cleared_at = now,
            Ok(_) => return Err(Error::taken_over(handle())),
            Err(error) => return Err(Error::not_begun(handle(), error)),
        }
        Ok(())
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

impl Kept {
    /// Nobody waited until the intent was durable: nothing is sent.
    pub(super) async fn give_up(mut self) {
        // However long that takes: until then nobody else in this process takes the text up.
        if let Err(error) = self.keeping.journal.record(vec![self.last_note()]).await {
            let task_uuid = self.handle.task_uuid();
            tracing::warn!(target: "runware", %task_uuid, %error, "that a text was given up could not be kept");
        }
        self.is_over = true;
    }

    /// What is to be written down if it goes no further.
    fn last_note(&self) -> Note {
        let fact = match self.is_known || self.was_sent.load(Ordering::Relaxed) {
            true => Fact::Released,
            false => Fact::Refused { reason: "it was given up before it was sent".to_owned() },
        };
        Note { ticket: self.ticket, fact }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let note = (!self.is_over).then(|| self.last_note());
        let last = note.zip(self.ward.take());
        // An error means that the driver has ended: whoever comes next finds that nobody looks after it.
        let _ = self.shared.commands.send(Command::StreamEnded(self.handle.task_uuid(), last));
    }
}

/// What the end of a text means for its task; `item` is the text, if all of it has come.
pub(super) fn facts_of(end: &Result<(), Error>, item: Option<Item>, cost: Option<Money>) -> Vec<Fact> {
    match end {
        Ok(()) => {
            let ended = item.map(|item| {
                let raw = item.raw().clone();
                Fact::Ended(Part { ordinal: ONLY, index: None, kind: PartKind::Result, raw })
            });
            let cost = cost.filter(|cost| !cost.is_zero());
            ended.into_iter().chain([Fact::Settled { cost }]).collect()
        }
        Err(error) if error.is_safe_to_resubmit() => vec![Fact::Refused { reason: error.to_string() }],
        Err(_) => vec![Fact::Released],
    }
}
