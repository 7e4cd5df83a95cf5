//! From bytes to text that is safe to take apart.

use alloc::format;
use alloc::string::String;
use bytes::Bytes;

use super::{Anomaly, AnomalyKind, Envelope, Limits, shapes};
use crate::json::Member;
use crate::{DecodeError, DecodeErrorKind};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) fn decode(body: Bytes, limits: &Limits) -> Result<Envelope, DecodeError> {
    check_size(body.len(), limits.max_bytes)?;
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
    envelope.anomalies.truncate(Anomaly::MOST - 1);
    envelope.anomalies.insert(0, anomaly);
    Ok(envelope)
}

/// Reads `text`, which is all of `buffer`.
fn read(buffer: &Bytes, text: &str, limits: &Limits) -> Result<Envelope, DecodeError> {
    // A replacement is longer than what it replaces.
    check_size(buffer.len(), usize::MAX)?;
    shapes::read(buffer, text, limits)
}

fn check_size(bytes: usize, max_bytes: usize) -> Result<(), DecodeError> {
    let most = max_bytes.min(Member::MOST_BYTES);
    if bytes <= most {
        return Ok(());
    }
    let detail = format!("{bytes} bytes; at most {most} are read");
    Err(DecodeError::new(DecodeErrorKind::TooLarge, Some(most), detail))
}

#[cfg(test)]
mod tests {
    use super::check_size;
    use crate::DecodeErrorKind;

    #[test]
    fn no_limit_allows_more_than_an_index_can_count() {
        assert_eq!(check_size(4_294_967_295, usize::MAX), Ok(()));
        let error = check_size(4_294_967_296, usize::MAX).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (DecodeErrorKind::TooLarge, Some(4_294_967_295)));
    }
}
