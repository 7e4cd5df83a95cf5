//! What waits to be sent on a socket, in the order of its time.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use runware_types::TaskUuid;

use super::Outgoing;
use crate::choices::ReplayScope;

/// How much may wait on one socket; frames that come then are refused.
const MAX_PARCELS: usize = 10_000;
const MAX_BYTES: usize = 256 << 20;

/// One thing to send, and when.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) ready_at: Duration,
    pub(super) what: Outgoing,
    /// The results in it.
    pub(super) deliveries: Vec<(TaskUuid, u32)>,
    pub(super) class: Class,
    /// Whether it was meant for an earlier socket.
    pub(super) replayed: bool,
}

/// Whether a parcel outlives its socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// It is about the socket itself.
    Transient,
    /// It answers tasks.
    Answer,
    /// It is the result of a synchronous task.
    Result,
}

impl Parcel {
    /// Something about the socket itself.
    pub(super) fn transient(ready_at: Duration, what: Outgoing) -> Self {
        Self { ready_at, what, deliveries: Vec::new(), class: Class::Transient, replayed: false }
    }

    pub(super) fn frame(ready_at: Duration, class: Class, body: impl Into<Bytes>) -> Self {
        Self { class, ..Self::transient(ready_at, Outgoing::Frame(body.into())) }
    }

    pub(super) fn with_deliveries(mut self, deliveries: Vec<(TaskUuid, u32)>) -> Self {
        self.deliveries = deliveries;
        self
    }

    /// Whether it is kept when its socket is gone.
    pub(super) fn is_kept(&self, scope: ReplayScope) -> bool {
        match (self.class, scope) {
            (Class::Transient, _) | (_, ReplayScope::Nothing) => false,
            (Class::Answer, ReplayScope::Results) => false,
            (Class::Answer | Class::Result, _) => true,
        }
    }

    fn bytes(&self) -> usize {
        match &self.what {
            Outgoing::Frame(body) | Outgoing::Part(body, _) | Outgoing::Raw(body) => body.len(),
            _ => 0,
        }
    }
}

/// What waits to be sent on a socket.
#[derive(Default)]
pub(super) struct Outbox {
    parcels: BTreeMap<(Duration, u64), Parcel>,
    bytes: usize,
}

impl Outbox {
    /// Adds a parcel; `serial` decides between parcels of one time.
    pub(super) fn push(&mut self, serial: u64, parcel: Parcel) {
        self.bytes += parcel.bytes();
        self.parcels.insert((parcel.ready_at, serial), parcel);
    }

    /// Takes the first parcel whose time has come.
    pub(super) fn pop_due(&mut self, now: Duration) -> Option<Parcel> {
        let first = self.parcels.first_entry().filter(|first| first.key().0 <= now)?;
        let parcel = first.remove();
        self.bytes = self.bytes.saturating_sub(parcel.bytes());
        Some(parcel)
    }

    /// When the first parcel can be sent.
    pub(super) fn ready_at(&self) -> Option<Duration> {
        self.parcels.first_key_value().map(|((ready_at, _), _)| *ready_at)
    }

    pub(super) fn is_full(&self) -> bool {
        self.parcels.len() >= MAX_PARCELS || self.bytes >= MAX_BYTES
    }

    /// Takes everything, in order.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Parcel> + use<> {
        self.bytes = 0;
        std::mem::take(&mut self.parcels).into_values()
    }
}
