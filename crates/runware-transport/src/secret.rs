//! The API key, kept out of sight.

use std::fmt;

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};

/// An API key that no log, error or `Debug` output shows.
///
/// The memory that holds it is cleared when it is dropped.
///
/// ```
/// use runware_transport::ApiKey;
///
/// let key = ApiKey::new(" Bearer abc123\n")?;
/// assert_eq!(key.expose(), "abc123");
/// assert_eq!(format!("{key:?}"), "ApiKey(…)");
/// # Ok::<(), runware_transport::InvalidApiKey>(())
/// ```
#[derive(Clone)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// Takes a key as people paste it: surrounding white space, a byte-order mark, quotes and a `Bearer`
    /// prefix are taken off.
    ///
    /// # Errors
    ///
    /// When nothing is left, or when what is left holds anything but visible ASCII characters: a line break,
    /// a space, a letter outside ASCII. The error says which of these and where, and never shows the key.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidApiKey> {
        let text = Zeroizing::new(text.into());
        let key = peel(&text);
        if key.is_empty() {
            return Err(InvalidApiKey(Flaw::Empty));
        }
        if let Some(position) = key.chars().position(|c| !c.is_ascii_graphic()) {
            return Err(InvalidApiKey(Flaw::Character { position: position + 1 }));
        }
        Ok(Self(SecretString::from(key)))
    }

    /// The key itself, for the one header or frame that has to carry it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Eight hexadecimal digits that tell keys apart, and from which none can be found: what may be written down beside
    /// a task to know later whose it is.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::new().chain_update(b"runware account\0").chain_update(self.expose()).finalize();
        digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// The refusal of a text that cannot be an API key. It never shows the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidApiKey(Flaw);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Flaw {
    #[error("the API key is empty")]
    Empty,
    #[error("character {position} of the API key is not a visible ASCII character; a key has no others")]
    Character { position: usize },
}

/// Takes wrappers off until none is left, in whatever order they were put on.
fn peel(text: &str) -> &str {
    let mut inner = text;
    loop {
        let before = inner.len();
        inner = inner.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        for quote in ['"', '\'', '`'] {
            inner = inner.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).unwrap_or(inner);
        }
        inner = strip_bearer(inner);
        if inner.len() == before {
            return inner;
        }
    }
}

/// Takes off the scheme of an `Authorization` header, which is written in any case (RFC 9110, 11.1).
fn strip_bearer(text: &str) -> &str {
    match text.split_once(char::is_whitespace) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest,
        None if text.eq_ignore_ascii_case("bearer") => "",
        _ => text,
    }
}

#[cfg(test)]
mod tests;
