//! From bytes to text that is safe to take apart.

use alloc::format;
use alloc::string::String;
use bytes::Bytes;

use super::{Anomaly, AnomalyKind, Envelope, Limits, scan, shapes};
use crate::{DecodeError, DecodeErrorKind};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) fn decode(body: Bytes, limits: &Limits) -> Result<Envelope, DecodeError> {
    if body.len() > limits.max_bytes {
        let detail = format!("{} bytes; at most {} are read", body.len(), limits.max_bytes);
        return Err(DecodeError::new(DecodeErrorKind::TooLarge, Some(limits.max_bytes), detail));
    }
    let buffer = match body.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => body.slice_ref(rest),
        None => body.clone(),
    };
    let mut envelope = match core::str::from_utf8(&buffer) {
        Ok(text) => read(&buffer, text, limits)?,
        Err(error) => read_repaired(&buffer, error.valid_up_to(), limits)?,
    };
    envelope.raw = body;
    Ok(envelope)
}

/// Reads a body that is no UTF-8 from `offset` on: one bad string must not cost the results beside it.
fn read_repaired(buffer: &Bytes, offset: usize, limits: &Limits) -> Result<Envelope, DecodeError> {
    let repaired = Bytes::from(String::from_utf8_lossy(buffer).into_owned());
    let text = core::str::from_utf8(&repaired).unwrap_or_default();
    let mut envelope = read(&repaired, text, limits)?;
    let anomaly = Anomaly { kind: AnomalyKind::InvalidUtf8, field: None, offset, raw: None };
    envelope.anomalies.insert(0, anomaly);
    Ok(envelope)
}

/// Reads `text`, which is all of `buffer`.
fn read(buffer: &Bytes, text: &str, limits: &Limits) -> Result<Envelope, DecodeError> {
    if let Some(offset) = scan::too_deep(buffer, limits.max_depth) {
        let detail = format!("at most {} levels are read", limits.max_depth);
        return Err(DecodeError::new(DecodeErrorKind::TooDeep, Some(offset), detail));
    }
    shapes::read(buffer, text, limits.max_items)
}
