//! From base64 and `data:` URIs to bytes.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::alphabet::{self, Alphabet};
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::json;

/// Media that cannot be turned into bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidMedia(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Url(String),
    NoDataUri(String),
    NoBase64(String),
}

impl InvalidMedia {
    pub(super) fn url(url: &str) -> Self {
        Self(Reason::Url(json::shortened(url, 60)))
    }
}

impl fmt::Display for InvalidMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Url(url) => write!(f, "{url:?} is an address; the file has to be downloaded from it"),
            Reason::NoDataUri(uri) => {
                write!(f, "{uri:?} is no data URI; one begins with data: and has a comma")
            }
            Reason::NoBase64(problem) => write!(f, "the base64 of the file cannot be read: {problem}"),
        }
    }
}

impl core::error::Error for InvalidMedia {}

/// The media type that a `data:` URI names.
pub(super) fn media_type(uri: &str) -> Option<&str> {
    let (head, _) = split(uri)?;
    let media_type = head.split(';').next()?;
    media_type.contains('/').then_some(media_type)
}

/// The bytes in a `data:` URI.
pub(super) fn data_uri(uri: &str) -> Result<Vec<u8>, InvalidMedia> {
    let Some((head, data)) = split(uri) else {
        return Err(InvalidMedia(Reason::NoDataUri(json::shortened(uri, 60))));
    };
    let bytes = unescaped(data);
    if says_base64(head) { base64(&bytes) } else { Ok(bytes.into_owned()) }
}

/// Whether what is before the comma of a `data:` URI says that the rest is base64; browsers allow spaces around the word.
pub(crate) fn says_base64(head: &str) -> bool {
    let last = head.rsplit_once(';').map(|(_, last)| last.trim_matches(' '));
    last.is_some_and(|last| last.eq_ignore_ascii_case("base64"))
}

/// What is between `data:` and the comma, and what follows it.
fn split(uri: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = uri.split_once(':')?;
    if scheme.eq_ignore_ascii_case("data") { rest.split_once(',') } else { None }
}

/// Text with every `%41` replaced by the byte it stands for; a `%` that stands for none is kept.
fn unescaped(text: &str) -> Cow<'_, [u8]> {
    if !text.contains('%') {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        match escaped(rest) {
            Some((byte, after)) => {
                bytes.push(byte);
                rest = after;
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    Cow::Owned(bytes)
}

/// The byte that `text` begins with in the form `%41`, and what follows it.
fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, after @ ..] = text else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let byte = digit(high)? * 16 + digit(low)?;
    Some((u8::try_from(byte).ok()?, after))
}

pub(super) fn base64(data: &[u8]) -> Result<Vec<u8>, InvalidMedia> {
    let for_urls = data.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if for_urls { &FOR_URLS } else { &STANDARD };
    engine.decode(data).map_err(|error| InvalidMedia(Reason::NoBase64(error.to_string())))
}

const STANDARD: GeneralPurpose = engine(&alphabet::STANDARD);
const FOR_URLS: GeneralPurpose = engine(&alphabet::URL_SAFE);

const fn engine(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}
