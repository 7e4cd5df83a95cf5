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
    let Some(key) = long_enough(key) else { return body };
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

/// Blanks out the key in a body that is handed on while it comes.
///
/// Wherever the network cuts the body, what goes on is what [`scrub`] would make of the whole. Only bytes that may be
/// the beginning of the key are held back until the next ones tell; a line's end is none, so no event waits for another.
#[cfg(any(test, feature = "http"))]
pub(crate) struct Scrubber {
    key: Option<ApiKey>,
    held: BytesMut,
}

#[cfg(any(test, feature = "http"))]
impl Scrubber {
    pub(crate) fn new(key: Option<ApiKey>) -> Self {
        Self { key, held: BytesMut::new() }
    }

    /// Takes the next bytes, and gives those that can go on.
    pub(crate) fn push(&mut self, chunk: Bytes) -> Bytes {
        let Some(key) = long_enough(self.key.as_ref()) else { return chunk };
        let joined = if self.held.is_empty() {
            chunk
        } else {
            self.held.extend_from_slice(&chunk);
            std::mem::take(&mut self.held).freeze()
        };
        let mut clean = scrub(joined, self.key.as_ref());
        let held = clean.split_off(clean.len() - begun(&clean, key));
        self.held.extend_from_slice(&held);
        clean
    }

    /// What was held back, once nothing follows it.
    pub(crate) fn finish(&mut self) -> Bytes {
        std::mem::take(&mut self.held).freeze()
    }
}

/// How many bytes at the end of `text` may be the beginning of the key.
#[cfg(any(test, feature = "http"))]
fn begun(text: &[u8], key: &[u8]) -> usize {
    let longest = text.len().min(key.len().saturating_sub(1));
    (1..=longest)
        .rev()
        .find(|length| key.get(..*length).is_some_and(|head| text.ends_with(head)))
        .unwrap_or(0)
}

fn long_enough(key: Option<&ApiKey>) -> Option<&[u8]> {
    key.map(|key| key.expose().as_bytes()).filter(|key| key.len() >= SHORTEST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    #[test]
    fn a_body_in_pieces_is_scrubbed_as_a_whole_one() {
        // Overlapping, broken off and one right behind the other.
        let body = format!("data: {KEY}{KEY}\n0123456789012345{KEY}\n{}", &KEY[..20]);
        let whole = scrubbed(&body, KEY);
        for at in 0..=body.len() {
            assert_eq!(in_pieces(&[&body.as_bytes()[..at], &body.as_bytes()[at..]], KEY), whole, "at {at}");
        }
        assert_eq!(in_pieces(&body.as_bytes().chunks(1).collect::<Vec<_>>(), KEY), whole);
    }

    #[test]
    fn no_line_waits_for_the_next() {
        let mut scrubber = Scrubber::new(Some(ApiKey::new(KEY).unwrap()));
        let event = Bytes::from_static(b"data: 0123\n\n");
        let passed = scrubber.push(event.clone());
        assert_eq!((&passed, passed.as_ptr()), (&event, event.as_ptr()), "not even copied");
        assert_eq!(scrubber.push(Bytes::from_static(b"data: 0123")), "data: ");
        assert_eq!(scrubber.finish(), "0123");
    }

    proptest! {
        #[test]
        fn any_split_of_any_body_is_scrubbed_alike(
            body in proptest::collection::vec(proptest::sample::select(b"ab".to_vec()), 0..120),
            cut in 1_usize..30,
        ) {
            let key = "aabaabaabaabaabaab";
            let text = String::from_utf8(body.clone()).unwrap();
            prop_assert_eq!(in_pieces(&body.chunks(cut).collect::<Vec<_>>(), key), scrubbed(&text, key));
        }
    }

    fn in_pieces(pieces: &[&[u8]], key: &str) -> Bytes {
        let mut scrubber = Scrubber::new(Some(ApiKey::new(key).unwrap()));
        let mut out = BytesMut::new();
        for piece in pieces {
            out.extend_from_slice(&scrubber.push(Bytes::copy_from_slice(piece)));
        }
        out.extend_from_slice(&scrubber.finish());
        out.freeze()
    }
}
