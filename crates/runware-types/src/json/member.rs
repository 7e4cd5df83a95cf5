//! Where one member of an object is.

use alloc::borrow::Cow;
use alloc::string::String;
use core::ops::Range;

/// Where one member of an object is, in bytes from where the object begins.
///
/// An object of more than [`Member::MOST_BYTES`] has no index.
#[derive(Clone, Copy)]
pub(crate) struct Member {
    /// Without its quotes, unless it holds escapes.
    key: Span,
    value: Span,
}

/// A part of a text.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Member {
    /// More bytes than this an index cannot count.
    pub(crate) const MOST_BYTES: usize = u32::MAX as usize;

    /// A member whose places count from where the text begins that the object is in, where it begins at `start`.
    pub(crate) fn new(start: usize, key: &Range<usize>, value: &Range<usize>) -> Self {
        let span = |range: &Range<usize>| Span::new(range.start - start, range.end - start);
        Self { key: span(key), value: span(value) }
    }

    /// The last member of this name.
    pub(crate) fn last<'m>(members: &'m [Self], object: &[u8], name: &str) -> Option<&'m Self> {
        members.iter().rev().find(|member| member.is(object, name))
    }

    pub(crate) fn value(&self) -> Span {
        self.value
    }

    /// The key, in UTF-8; see [`key`].
    pub(crate) fn key<'a>(&self, object: &'a [u8]) -> Cow<'a, [u8]> {
        key(self.key.bytes_of(object))
    }

    /// Like [`key`](Self::key), as text.
    pub(crate) fn key_text<'a>(&self, object: &'a [u8]) -> Cow<'a, str> {
        match self.key(object) {
            Cow::Borrowed(key) => Cow::Borrowed(core::str::from_utf8(key).unwrap_or_default()),
            Cow::Owned(key) => Cow::Owned(String::from_utf8(key).unwrap_or_default()),
        }
    }

    /// Whether the key is this one.
    pub(crate) fn is(&self, object: &[u8], name: &str) -> bool {
        match self.key.bytes_of(object) {
            [b'"', ..] => *self.key(object) == *name.as_bytes(),
            key => key == name.as_bytes(),
        }
    }
}

/// The content of a key that [`Scanner::key`](super::Scanner::key) has found; as it was written if it holds half a
/// surrogate pair, which no text can.
#[inline]
pub(crate) fn key(found: &[u8]) -> Cow<'_, [u8]> {
    if found.first() == Some(&b'"') { unescaped(found) } else { Cow::Borrowed(found) }
}

#[cold]
fn unescaped(quoted: &[u8]) -> Cow<'_, [u8]> {
    match serde_json::from_slice::<String>(quoted) {
        Ok(key) => Cow::Owned(key.into_bytes()),
        Err(_) => Cow::Borrowed(quoted.get(1..quoted.len() - 1).unwrap_or_default()),
    }
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        // Nothing longer than `Member::MOST_BYTES` is indexed.
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) fn bytes_of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Like [`text_of`](Self::text_of), of text that is known to be UTF-8 and not at hand as such.
    pub(crate) fn checked_text_of(self, text: &[u8]) -> &str {
        core::str::from_utf8(self.bytes_of(text)).unwrap_or_default()
    }

    /// Without the first and the last byte.
    pub(crate) fn inside_quotes(self) -> Self {
        Self { start: self.start.saturating_add(1), end: self.end.saturating_sub(1) }
    }

    pub(crate) fn text_of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}
