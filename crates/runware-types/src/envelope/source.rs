//! The text a reply is read from.

use alloc::vec::Vec;
use bytes::Bytes;

use super::{Anomaly, AnomalyKind};
use crate::RawJson;

/// The buffer that every value of a reply is cut from, and what was odd on the way.
pub(crate) struct Source<'a> {
    buffer: &'a Bytes,
    anomalies: Vec<Anomaly>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(buffer: &'a Bytes) -> Self {
        Self { buffer, anomalies: Vec::new() }
    }

    /// The value as a part of the buffer; `value` must borrow from it.
    pub(crate) fn keep(&self, value: &str) -> RawJson {
        RawJson::part_of(self.buffer, value.as_bytes())
    }

    /// Where the value begins in the buffer; `value` must borrow from it.
    pub(crate) fn offset_of(&self, value: &str) -> usize {
        value.as_ptr().addr().saturating_sub(self.buffer.as_ptr().addr())
    }

    /// What was odd about the values that were read.
    pub(crate) fn into_anomalies(self) -> Vec<Anomaly> {
        self.anomalies
    }

    /// Notes something odd, unless [`Anomaly::MOST`] are noted already.
    pub(crate) fn note(&mut self, kind: AnomalyKind, field: Option<&'static str>, value: &str) {
        if self.anomalies.len() == Anomaly::MOST {
            return;
        }
        let (offset, raw) = (self.offset_of(value), Some(self.keep(value)));
        self.anomalies.push(Anomaly { kind, field, offset, raw });
    }
}
