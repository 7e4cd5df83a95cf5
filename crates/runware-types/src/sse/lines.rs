//! Lines out of pieces of bytes.

use alloc::format;
use alloc::vec::Vec;

use crate::{DecodeError, DecodeErrorKind};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The lines of a text that arrives in pieces. A line ends with CR, LF or CRLF, or with the text.
///
/// Every byte is looked at once, however small the pieces are, and only what was not handed out yet is kept.
#[derive(Clone)]
pub(crate) struct Lines {
    buffer: Vec<u8>,
    /// Where in the buffer the next line begins.
    start: usize,
    /// Up to where no end of that line was found.
    searched: usize,
    /// How many bytes went before the buffer.
    dropped: usize,
    /// The last line ended with CR: an LF right behind it belongs to the same end.
    after_return: bool,
    is_first: bool,
    is_finished: bool,
    max_bytes: usize,
    failure: Option<DecodeError>,
}

impl Lines {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            searched: 0,
            dropped: 0,
            after_return: false,
            is_first: true,
            is_finished: false,
            max_bytes,
            failure: None,
        }
    }

    /// Takes the next piece. After the end, and after an error, nothing is taken.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.is_finished || self.failure.is_some() {
            return;
        }
        // What is moved is no more than what is dropped, so all moves together cost no more than the text is long.
        if self.start >= self.buffer.len() - self.start {
            self.buffer.drain(..self.start);
            self.dropped += self.start;
            self.searched -= self.start;
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Says that nothing more comes.
    pub(crate) fn finish(&mut self) {
        self.is_finished = true;
    }

    /// Whether the text has ended and every line of it was handed out.
    pub(crate) fn are_over(&self) -> bool {
        self.is_finished && self.start == self.buffer.len()
    }

    /// The next line without its end, if it is there. `held` is how many bytes of earlier lines the reader still keeps.
    ///
    /// # Errors
    ///
    /// The line and what is held go beyond the limit. From then on there is nothing but this error.
    pub(crate) fn next(&mut self, held: usize) -> Result<Option<&[u8]>, DecodeError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        if self.after_return
            && let Some(byte) = self.buffer.get(self.start)
        {
            self.after_return = false;
            if *byte == b'\n' {
                self.go_to(self.start + 1);
            }
        }

        let rest = self.buffer.get(self.searched..).unwrap_or_default();
        let found = memchr::memchr2(b'\r', b'\n', rest).map(|at| self.searched + at);
        let (start, end) = (self.start, found.unwrap_or(self.buffer.len()));
        self.searched = end;
        // An empty line asks for nothing, and where it begins is not known before the LF of a CRLF is there.
        let allowed = self.max_bytes.saturating_sub(held);
        if end - start > allowed {
            return Err(self.fail(start + allowed));
        }
        match found {
            Some(end) => {
                self.after_return = self.buffer.get(end) == Some(&b'\r');
                self.go_to(end + 1);
            }
            None if self.is_finished && start < end => self.go_to(end),
            None => return Ok(None),
        }
        let is_first = core::mem::take(&mut self.is_first);
        let line = self.buffer.get(start..end).unwrap_or_default();
        Ok(Some(line.strip_prefix(BYTE_ORDER_MARK).filter(|_| is_first).unwrap_or(line)))
    }

    /// How much memory is held.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    fn go_to(&mut self, start: usize) {
        self.start = start;
        self.searched = start;
    }

    /// Ends the text at the byte of the buffer that is one too many.
    fn fail(&mut self, at: usize) -> DecodeError {
        let offset = self.dropped + at;
        let detail = format!("an event has more than {} bytes", self.max_bytes);
        let failure = DecodeError::new(DecodeErrorKind::TooLarge, Some(offset), detail);
        self.failure = Some(failure.clone());
        self.buffer = Vec::new();
        self.go_to(0);
        failure
    }
}
