//! What is to be written down of a task before its watch is told.

use std::sync::Arc;

use runware_poll::{Change, Tick};
use runware_types::TaskUuid;

use crate::error::Cause;
use crate::journal::{Fact, Ticket};
use crate::outcome::{Custody, Delivery};
use crate::reading::Payload;
use crate::watch::Watch;
use crate::{DeliveryId, Error, Outcome};

/// What became known of a task that is kept: its facts are made durable, then its watch is told.
#[derive(Debug)]
pub(in crate::driver) struct Publication {
    pub(in crate::driver) task_uuid: TaskUuid,
    pub(in crate::driver) ticket: Ticket,
    pub(in crate::driver) facts: Vec<Fact>,
    /// What to tell; `None` if nothing is to be told, or no longer.
    pub(in crate::driver) tell: Option<Tell>,
    /// When it is told at the latest, whatever the journal does.
    pub(in crate::driver) by: Tick,
}

impl Publication {
    /// How many bytes of results are to be written down with it.
    pub(in crate::driver) fn bytes(&self) -> usize {
        let raw = self.facts.iter().map(|fact| match fact {
            Fact::Ended(part) => part.raw.as_str().len(),
            _ => 0,
        });
        raw.sum()
    }
}

/// Who is to be told what.
#[derive(Debug)]
pub(in crate::driver) enum Tell {
    /// The watch, that something became known.
    Watch(Arc<Watch>, News),
    /// The watch and everybody else, that the task has ended.
    End(Arc<Watch>, Box<Result<Outcome, Error>>),
    /// The driver, that the task may be sent again.
    Clear,
}

/// What a watch is told.
#[derive(Debug)]
pub(in crate::driver) enum News {
    Accepted { replayed: bool },
    Fault(Cause),
    Found(Found),
}

/// What has ended of a task, and how far the rest is.
#[derive(Debug)]
pub(in crate::driver) struct Found {
    pub(in crate::driver) changes: Vec<Change<Payload>>,
    pub(in crate::driver) progress: Option<u8>,
    /// The number of the first of the changes, and how many parts were known before; `None` if the task is not kept.
    pub(in crate::driver) kept: Option<Numbers>,
}

/// How the parts of a task are numbered.
#[derive(Clone, Copy, Debug)]
pub(in crate::driver) struct Numbers {
    pub(in crate::driver) task_uuid: TaskUuid,
    pub(in crate::driver) first: u32,
    pub(in crate::driver) redelivered: u32,
    /// False if somebody else numbers them: what the journal does not have may get other numbers there.
    pub(in crate::driver) is_certain: bool,
}

impl News {
    /// Tells the watch.
    pub(in crate::driver) fn tell(self, watch: &Watch, is_durable: bool) {
        match self {
            Self::Accepted { replayed } => {
                watch.change(|state| _ = state.accepted.get_or_insert(replayed));
            }
            Self::Fault(cause) => watch.change(|state| {
                let findings = state.findings_mut();
                findings.faults += 1;
                findings.last_fault = Some(cause);
            }),
            Self::Found(found) => found.tell(watch, is_durable),
        }
    }
}

impl Found {
    fn tell(self, watch: &Watch, is_durable: bool) {
        let Self { changes, progress, kept } = self;
        watch.change(|state| {
            state.progress = progress.or(state.progress);
            for (change, ordinal) in changes.into_iter().zip(0..) {
                let delivery = kept.and_then(|numbers| numbers.delivery(ordinal, is_durable));
                let findings = state.findings_mut();
                let position = u32::try_from(findings.results.len()).unwrap_or(u32::MAX);
                match change {
                    Change::Result(entry) => {
                        let index = entry.index.unwrap_or(position);
                        findings.results.extend(entry.payload.result(index, delivery));
                    }
                    Change::Failure(entry) => findings.failures.extend(entry.payload.failure(entry.index)),
                }
            }
        });
    }
}

impl Numbers {
    fn delivery(&self, position: u32, is_durable: bool) -> Option<Delivery> {
        let ordinal = self.first.saturating_add(position);
        let is_redelivered = ordinal < self.redelivered;
        let id = DeliveryId { task_uuid: self.task_uuid, ordinal };
        let delivery = Delivery { id, is_redelivered, is_durable: is_durable || is_redelivered };
        (self.is_certain || is_redelivered).then_some(delivery)
    }
}

/// Notes in an outcome what the journal has of it, and which parts it does not have.
pub(in crate::driver) fn note_custody(
    outcome: &mut Outcome,
    is_missing: impl Fn(u32) -> bool,
    custody: Custody,
) {
    for delivery in outcome.results.iter_mut().filter_map(|result| result.delivery.as_mut()) {
        delivery.is_durable = delivery.is_redelivered || !is_missing(delivery.id.ordinal);
    }
    outcome.custody = custody;
}
