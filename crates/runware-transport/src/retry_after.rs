//! The `Retry-After` header, in both of its grammars.

use std::time::{Duration, SystemTime};

/// Reads the value of a `Retry-After` header (RFC 9110, 10.2.3).
///
/// `value` is either a whole number of seconds or an HTTP date. A date is taken relative to `date`, the value of
/// the same response's `Date` header, and never to the local clock, which may be wrong: the distance is what the
/// server meant. A date that has passed is zero. A number too large for a [`Duration`] is [`Duration::MAX`].
///
/// `None` for everything else: signs, fractions, digits outside ASCII, words, and a date without a readable
/// `date` to measure it from.
///
/// ```
/// use std::time::Duration;
/// use runware_transport::parse_retry_after;
///
/// assert_eq!(parse_retry_after(b"30", None), Some(Duration::from_secs(30)));
/// assert_eq!(parse_retry_after(b"soon", None), None);
///
/// let date: &[u8] = b"Wed, 21 Oct 2026 07:28:00 GMT";
/// let later = b"Wed, 21 Oct 2026 07:30:00 GMT";
/// assert_eq!(parse_retry_after(later, Some(date)), Some(Duration::from_secs(120)));
/// assert_eq!(parse_retry_after(later, None), None);
/// ```
pub fn parse_retry_after(value: &[u8], date: Option<&[u8]>) -> Option<Duration> {
    let value = value.trim_ascii();
    if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
        let seconds = str::from_utf8(value).ok()?.parse();
        // Digits only, so the one way to fail is to be too large.
        return Some(seconds.map_or(Duration::MAX, Duration::from_secs));
    }
    let until = parse_date(value)?;
    let now = parse_date(date?.trim_ascii())?;
    Some(until.duration_since(now).unwrap_or(Duration::ZERO))
}

fn parse_date(value: &[u8]) -> Option<SystemTime> {
    httpdate::parse_http_date(str::from_utf8(value).ok()?).ok()
}

#[cfg(test)]
mod tests;
