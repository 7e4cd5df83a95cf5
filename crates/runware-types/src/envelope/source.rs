//! The text a reply is read from.

use alloc::vec::Vec;
use bytes::Bytes;
use serde_json::value::RawValue;

use super::{Anomaly, AnomalyKind};
use crate::RawJson;

/// The buffer that every value of a reply is cut from, and what was odd on the way.
pub(crate) struct Source<'a> {
    buffer: &'a Bytes,
    pub(crate) anomalies: Vec<Anomaly>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(buffer: &'a Bytes) -> Self {
        Self { buffer, anomalies: Vec::new() }
    }

    /// The value as a part of the buffer; `value` must borrow from it.
    pub(crate) fn keep(&self, value: &RawValue) -> RawJson {
        RawJson::slice_of(self.buffer, value)
    }

    /// Where the value begins in the buffer; `value` must borrow from it.
    pub(crate) fn offset_of(&self, value: &RawValue) -> usize {
        value.get().as_ptr().addr().saturating_sub(self.buffer.as_ptr().addr())
    }

    pub(crate) fn note(&mut self, kind: AnomalyKind, field: Option<&'static str>, value: &RawValue) {
        let (offset, raw) = (self.offset_of(value), Some(self.keep(value)));
        self.anomalies.push(Anomaly { kind, field, offset, raw });
    }
}
