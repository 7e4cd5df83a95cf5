//! The streamed answer of a language model.

mod collected;
mod delta;
mod event;
mod reader;
#[cfg(test)]
mod tests;

use core::fmt;

use crate::sse::{Line, Lines};
use crate::{DecodeError, Limits};

pub use collected::CollectedText;
pub use delta::TextDelta;
pub use event::{TextEvent, TextStreamEnd};
use reader::Reader;

/// Reads the streamed answer to a text task, in whatever pieces its bytes arrive.
///
/// It does no I/O: [`push`](Self::push) what was received and take what it means with [`next_event`](Self::next_event),
/// until there is nothing or the [end](TextEvent::End). When the body ends, say so with [`finish`](Self::finish), and take
/// the rest. How the bytes are split makes no difference.
///
/// ```
/// use runware_types::{CollectedText, TextEvent, TextStreamDecoder, TextStreamEnd};
///
/// let mut body = [&b"data: {\"delta\":{\"text\":\"Hel"[..], b"lo\"}}\n\n"].into_iter();
/// let mut decoder = TextStreamDecoder::new();
/// let mut so_far = CollectedText::default();
/// let end = loop {
///     match decoder.next_event()? {
///         Some(TextEvent::Delta(delta)) => so_far.add(&delta),
///         Some(TextEvent::End(end)) => break end,
///         Some(other) => eprintln!("{other:?}"),
///         None => match body.next() {
///             Some(bytes) => decoder.push(bytes),
///             None => decoder.finish(),
///         },
///     }
/// };
/// // Nothing said that this was all.
/// assert_eq!((so_far.text.as_str(), end), ("Hello", TextStreamEnd::Cut));
/// # Ok::<(), runware_types::DecodeError>(())
/// ```
///
/// # What is read
///
/// The documented form is one `data` line of JSON an event, with `[DONE]` as the last. More is understood, so that nothing
/// a server says is lost:
///
/// * A line whose JSON is complete counts at once, with or without a blank line behind it. JSON that goes over several
///   `data` lines counts at the end of the event; if it is none as a whole, each line is read by itself.
/// * A body that is JSON instead of an event stream, as when the server refuses the task, is read like any reply, and
///   the same goes for JSON that turns up between events.
/// * A piece may be wrapped in `data`, as an object or a list, and may report failures beside its text.
/// * What is behind `[DONE]` is ignored. It does not make good a failure before it; see [`TextStreamEnd`].
///
/// Source: Streaming page; `docs/wire.md`, "Streaming".
#[derive(Clone)]
pub struct TextStreamDecoder {
    lines: Lines,
    reader: Reader,
}

impl TextStreamDecoder {
    /// A decoder within the default [`Limits`].
    pub fn new() -> Self {
        Self::with_limits(&Limits::default())
    }

    /// A decoder for events that keep the limits, each by itself. The stream may have any length.
    pub fn with_limits(limits: &Limits) -> Self {
        Self { lines: Lines::new(limits.max_bytes), reader: Reader::new(limits.clone()) }
    }

    /// Takes the next bytes of the body. They are kept until [`next_event`](Self::next_event) has come to them.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.reader.is_over {
            self.lines.push(bytes);
        }
    }

    /// Says that the body has ended. [`next_event`](Self::next_event) gives what is left, and how the stream ended.
    ///
    /// What is pushed later is ignored.
    pub fn finish(&mut self) {
        self.lines.finish();
    }

    /// The next thing the stream says, if it has arrived.
    ///
    /// # Errors
    ///
    /// A line, or the event it belongs to, has more than [`Limits::max_bytes`]. From then on every call gives the same
    /// error. Nothing else is an error here: failures that the server reports, unreadable events and a cut stream are
    /// events.
    pub fn next_event(&mut self) -> Result<Option<TextEvent>, DecodeError> {
        loop {
            if let Some(event) = self.reader.ready.pop_front() {
                return Ok(Some(event));
            }
            if self.reader.is_over {
                return Ok(None);
            }
            if let Some(line) = self.lines.next(self.reader.held())? {
                self.reader.take(Line::read(line));
            } else if self.lines.are_over() {
                self.reader.close();
            } else {
                return Ok(None);
            }
        }
    }
}

impl Default for TextStreamDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TextStreamDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextStreamDecoder").finish_non_exhaustive()
    }
}
