//! Where the keys and values of JSON text begin and end.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::ops::Range;

use super::member::Member;

/// One pass over JSON text that finds keys and values and unfolds none of them.
///
/// serde_json tells where values end, but not where the members of an object are; to learn that from it takes a pass for
/// the object and one more for its members. This takes one pass, without recursion. It accepts exactly the text that
/// serde_json accepts, to which it leaves to say what is wrong with any other.
///
/// A container is read with [`enter`](Self::enter) and [`next`](Self::next), which both tell whether an element or a
/// member follows; a member is a [`key`](Self::key) and a [`value`](Self::value).
pub(crate) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    max_depth: usize,
    /// The brackets that would close what is open, the innermost last.
    closers: Vec<u8>,
}

/// Why text cannot be scanned further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It is not JSON, or not the container that was asked for.
    Malformed,
    /// The bracket that the scanner stands at opens one level more than the limit allows.
    TooDeep,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str, max_depth: usize) -> Self {
        Self { text: text.as_bytes(), at: 0, max_depth, closers: Vec::new() }
    }

    /// The next byte that is no white space, which is where the scanner then stands.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(&byte) = self.text.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    /// The offset of the next byte.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.text.len() - self.at
    }

    /// Takes the bracket that opens a container, and the one that closes it if there is nothing in between; answers
    /// whether there is.
    pub(crate) fn enter(&mut self) -> Result<bool, Flaw> {
        let closer = match self.peek() {
            Some(b'{') => b'}',
            Some(b'[') => b']',
            _ => return Err(Flaw::Malformed),
        };
        if self.closers.len() == self.max_depth {
            return Err(Flaw::TooDeep);
        }
        self.at += 1;
        if self.peek() == Some(closer) {
            self.at += 1;
            return Ok(false);
        }
        self.closers.push(closer);
        Ok(true)
    }

    /// Takes the comma after an element or a member, or the bracket that closes the container; answers whether another
    /// one follows.
    pub(crate) fn next(&mut self) -> Result<bool, Flaw> {
        let byte = self.peek();
        if byte == Some(b',') {
            self.at += 1;
            return Ok(true);
        }
        if byte.is_none() || byte != self.closers.last().copied() {
            return Err(Flaw::Malformed);
        }
        self.at += 1;
        self.closers.pop();
        Ok(false)
    }

    /// Takes a key and the colon behind it; answers where the key is, without its quotes unless it holds escapes.
    pub(crate) fn key(&mut self) -> Result<Range<usize>, Flaw> {
        if self.peek() != Some(b'"') {
            return Err(Flaw::Malformed);
        }
        let start = self.at;
        let has_escapes = self.string()?;
        let key = if has_escapes { start..self.at } else { start + 1..self.at - 1 };
        if self.peek() != Some(b':') {
            return Err(Flaw::Malformed);
        }
        self.at += 1;
        Ok(key)
    }

    /// Takes one value with all that is in it; answers where it is.
    pub(crate) fn value(&mut self) -> Result<Range<usize>, Flaw> {
        let byte = self.peek();
        let start = self.at;
        match byte {
            Some(b'{' | b'[') => self.container()?,
            _ => self.scalar(byte)?,
        }
        Ok(start..self.at)
    }

    /// Takes one object, and adds its members, whose places count from where the object begins.
    pub(crate) fn members(&mut self, members: &mut Vec<Member>) -> Result<Range<usize>, Flaw> {
        if self.peek() != Some(b'{') {
            return Err(Flaw::Malformed);
        }
        let start = self.at;
        let mut more = self.enter()?;
        while more {
            let key = self.key()?;
            let value = self.value()?;
            members.push(Member::new(start, &key, &value));
            more = self.next()?;
        }
        Ok(start..self.at)
    }

    /// Checks that nothing but white space is left.
    pub(crate) fn finish(&mut self) -> Result<(), Flaw> {
        if self.peek().is_none() { Ok(()) } else { Err(Flaw::Malformed) }
    }

    fn container(&mut self) -> Result<(), Flaw> {
        let outside = self.closers.len();
        let mut more = self.enter()?;
        loop {
            if more {
                if self.closers.last() == Some(&b'}') {
                    self.key()?;
                }
                more = match self.peek() {
                    Some(b'{' | b'[') => self.enter()?,
                    byte => {
                        self.scalar(byte)?;
                        self.next()?
                    }
                };
            } else if self.closers.len() == outside {
                return Ok(());
            } else {
                more = self.next()?;
            }
        }
    }

    /// Takes a string, a number or a word, of which this is the first byte.
    fn scalar(&mut self, byte: Option<u8>) -> Result<(), Flaw> {
        match byte {
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => Err(Flaw::Malformed),
        }
    }

    /// Takes a string; answers whether it holds escapes.
    fn string(&mut self) -> Result<bool, Flaw> {
        let mut has_escapes = false;
        self.at += 1;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            self.at += ordinary(rest);
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(has_escapes);
                }
                Some(b'\\') => self.escape()?,
                _ => return Err(Flaw::Malformed),
            }
            has_escapes = true;
        }
    }

    fn escape(&mut self) -> Result<(), Flaw> {
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        self.at += match rest {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'u', digits @ ..] if digits.len() >= 4 && digits.iter().take(4).all(u8::is_ascii_hexdigit) => 6,
            _ => return Err(Flaw::Malformed),
        };
        Ok(())
    }

    fn number(&mut self) -> Result<(), Flaw> {
        self.skip(|byte| byte == b'-');
        if !self.skip(|byte| byte == b'0') {
            self.digits()?;
        }
        if self.skip(|byte| byte == b'.') {
            self.digits()?;
        }
        if self.skip(|byte| matches!(byte, b'e' | b'E')) {
            self.skip(|byte| matches!(byte, b'+' | b'-'));
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Flaw> {
        if !self.skip(|byte| byte.is_ascii_digit()) {
            return Err(Flaw::Malformed);
        }
        while self.skip(|byte| byte.is_ascii_digit()) {}
        Ok(())
    }

    /// Takes the next byte if it is such a one.
    fn skip(&mut self, is_wanted: impl Fn(u8) -> bool) -> bool {
        let found = self.text.get(self.at).is_some_and(|byte| is_wanted(*byte));
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Flaw> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(Flaw::Malformed);
        }
        self.at += word.len();
        Ok(())
    }
}

/// How many bytes at the front of `text` are ordinary inside a string: no quote, no backslash, no control character.
fn ordinary(text: &[u8]) -> usize {
    // Keys, ids and addresses end here; a result that is one string of megabytes is worth wider steps.
    const NEAR: usize = 128;
    let near = text.get(..NEAR).unwrap_or(text);
    if let Some(at) = special(near) {
        return at;
    }
    let (blocks, _) = text.get(near.len()..).unwrap_or_default().as_chunks::<64>();
    // Without an early end, a block is compared in a few instructions.
    let is_clean = |block: &&[u8; 64]| !block.iter().fold(false, |any, byte| any | is_special(*byte));
    let start = near.len() + blocks.iter().take_while(is_clean).count() * 64;
    let rest = text.get(start..).unwrap_or_default();
    start + special(rest).unwrap_or(rest.len())
}

/// The place of the first special byte.
fn special(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    for (nth, word) in words.iter().enumerate() {
        if let Some(at) = special_of_eight(*word) {
            return Some(nth * 8 + at);
        }
    }
    let at = rest.iter().position(|byte| is_special(*byte))?;
    Some(words.len() * 8 + at)
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// Like [`special`], with all eight bytes looked at together.
fn special_of_eight(bytes: [u8; 8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let word = u64::from_le_bytes(bytes);
    // Subtracting borrows from a byte's high bit if the byte is smaller than what is subtracted. A borrow runs on into
    // the bytes behind, so only the first mark can be trusted.
    let below = |word: u64, least: u8| word.wrapping_sub(ONES * u64::from(least)) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let marks = (below(word, 0x20) | equal(b'"') | equal(b'\\')) & HIGH;
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
}
