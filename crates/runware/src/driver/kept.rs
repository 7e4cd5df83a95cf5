//! How an open task stands in the journal.

use runware_poll::Tick;
use runware_types::{RequestHash, TaskUuid};

use super::inherited::Inherited;
use crate::DeliveryId;
use crate::care::Ward;
use crate::error::Cause;
use crate::journal::Ticket;
use crate::outcome::Delivery;

/// How an open task stands in the journal.
#[derive(Debug)]
pub(super) struct Kept {
    /// The hash of the request whose intent is under way, or was.
    pub(super) hash: RequestHash,
    /// The right to write about it; `None` as long as its intent is under way.
    pub(super) ticket: Option<Ticket>,
    pub(super) clearance: Clearance,
    /// How many of its results and failures the journal had when it was taken over: those may have been handed over.
    pub(super) redelivered: u32,
    /// The journal knows that the server has it.
    pub(super) is_accepted: bool,
    /// The journal knows that all of it has ended.
    pub(super) is_settled: bool,
    /// It is looked for, and that is all: where nothing is found, it stays as it is.
    pub(super) looks_only: bool,
    /// Why the last exchange failed, if the watch has not been told yet.
    pub(super) last_fault: Option<Cause>,
    /// What is to be remembered of it if it came from the journal.
    pub(super) inherited: Option<Inherited>,
    /// Keeps other clients of this process from it.
    pub(super) ward: Ward,
}

/// Whether the journal knows of the next attempt to send a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clearance {
    /// It has to be told.
    Needed,
    /// It is being told, since this time.
    Asked { at: Tick },
    /// It knows, and was told then: the task may be sent, once, as long as it is certain that nobody has taken it over.
    Given { at: Tick },
}

impl Kept {
    /// A task whose intent is under way since this time.
    pub(super) fn new(hash: RequestHash, ward: Ward, at: Tick) -> Self {
        Self {
            hash,
            ticket: None,
            clearance: Clearance::Asked { at },
            redelivered: 0,
            is_accepted: false,
            is_settled: false,
            looks_only: false,
            last_fault: None,
            inherited: None,
            ward,
        }
    }

    /// Since when the journal is being told that the task is about to be sent, if it is.
    pub(super) fn asked_at(&self) -> Option<Tick> {
        match self.clearance {
            Clearance::Asked { at } => Some(at),
            Clearance::Needed | Clearance::Given { .. } => None,
        }
    }

    /// What the journal has of the n-th result or failure, if it could be written down.
    pub(super) fn delivery(&self, task_uuid: TaskUuid, ordinal: u32) -> Option<Delivery> {
        self.ticket?;
        Some(Delivery {
            id: DeliveryId { task_uuid, ordinal },
            is_redelivered: ordinal < self.redelivered,
            is_durable: true,
        })
    }
}
