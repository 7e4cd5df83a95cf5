//! Keeping the key out of what a server sends back.

use bytes::{Bytes, BytesMut};
use memchr::memmem;

use crate::ApiKey;

/// A shorter key could be an ordinary word of a reply; the keys of the service have 32 characters.
const SHORTEST: usize = 16;

/// Blanks out the key in a body that quotes it, so that no error, event or file made of the reply holds it.
///
/// The body keeps its length, and one that does not quote the key is passed on without a copy.
pub(crate) fn scrub(body: Bytes, key: Option<&ApiKey>) -> Bytes {
    let Some(key) = key.map(|key| key.expose().as_bytes()).filter(|key| key.len() >= SHORTEST) else {
        return body;
    };
    let places: Vec<usize> = memmem::find_iter(&body, key).collect();
    if places.is_empty() {
        return body;
    }
    let mut scrubbed = BytesMut::from(body);
    for start in places {
        if let Some(place) = scrubbed.get_mut(start..start + key.len()) {
            place.fill(b'*');
        }
    }
    scrubbed.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef-canary";

    fn scrubbed(body: &str, key: &str) -> Bytes {
        scrub(Bytes::from(body.to_owned()), Some(&ApiKey::new(key).unwrap()))
    }

    #[test]
    fn a_quoted_key_is_blanked_out_wherever_it_stands() {
        let body = format!(r#"{{"a":"{KEY}","b":"no such key: {KEY}!"}}"#);
        let expected = body.replace(KEY, &"*".repeat(KEY.len()));
        assert_eq!(scrubbed(&body, KEY), expected);
    }

    #[test]
    fn other_bodies_are_the_same_bytes() {
        let body = Bytes::from_static(b"{\"data\":[]}");
        let passed = scrub(body.clone(), Some(&ApiKey::new(KEY).unwrap()));
        assert_eq!(passed.as_ptr(), body.as_ptr());
        assert_eq!(scrubbed(r#"{"data":[]}"#, "data"), r#"{"data":[]}"#, "a short key may be a word");
    }
}
