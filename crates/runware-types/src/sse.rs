//! Server-Sent Events: the framing of streamed text.

mod field;
mod lines;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use crate::{DecodeError, Limits};

pub(crate) use field::Line;
pub(crate) use lines::Lines;

/// Takes an event stream apart, in whatever pieces its bytes arrive.
///
/// It does no I/O: [`push`](Self::push) what was received, then take events with [`next_event`](Self::next_event)
/// until there is none. How the bytes are split makes no difference, be it inside a character or between the CR and the
/// LF of a line's end.
///
/// ```
/// use runware_types::SseDecoder;
///
/// let mut decoder = SseDecoder::new();
/// decoder.push(b": a comment\r\ndata: {\"text\":\r\nda");
/// assert_eq!(decoder.next_event()?, None);
///
/// decoder.push("ta: \"héllo\"}\r\n\r\n".as_bytes());
/// let event = decoder.next_event()?.unwrap();
/// assert_eq!(event.data, "{\"text\":\n\"héllo\"}");
/// # Ok::<(), runware_types::DecodeError>(())
/// ```
///
/// A byte order mark at the very start is dropped, invalid UTF-8 is replaced by U+FFFD, and the fields `retry` and those
/// that the standard does not know are ignored. Source: WHATWG HTML Living Standard, "Server-sent events".
///
/// For the streamed text of a language model take [`TextStreamDecoder`](crate::TextStreamDecoder), which knows what the
/// events mean, and where a server does not keep to this grammar.
#[derive(Clone)]
pub struct SseDecoder {
    lines: Lines,
    event: Pending,
}

/// One event of an event stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SseEvent {
    /// The `event` field: the event's name. One without is called `message` in browsers.
    pub name: Option<String>,
    /// The `id` field of this event, or the last one before it.
    pub id: Option<Arc<str>>,
    /// The `data` fields, joined with line feeds.
    pub data: String,
}

impl SseDecoder {
    /// A decoder within the default [`Limits`].
    pub fn new() -> Self {
        Self::with_limits(&Limits::default())
    }

    /// A decoder for events of at most [`Limits::max_bytes`]. The stream may have any length.
    pub fn with_limits(limits: &Limits) -> Self {
        Self { lines: Lines::new(limits.max_bytes), event: Pending::default() }
    }

    /// Takes the next bytes of the stream. They are kept until [`next_event`](Self::next_event) has come to them.
    pub fn push(&mut self, bytes: &[u8]) {
        self.lines.push(bytes);
    }

    /// Says that the stream has ended: what is there counts as the last event, even without the blank line behind it.
    ///
    /// A browser would drop such an event. Here nothing is lost, and whether the data is whole has to show in the data.
    /// What is pushed later is ignored.
    pub fn finish(&mut self) {
        self.lines.finish();
    }

    /// The next event, if all of it has arrived.
    ///
    /// # Errors
    ///
    /// A line, or the event it belongs to, is larger than the limit. From then on every call gives the same error.
    /// Lines that are no fields, and invalid UTF-8, are no errors.
    pub fn next_event(&mut self) -> Result<Option<SseEvent>, DecodeError> {
        while let Some(line) = self.lines.next(self.event.len())? {
            if let Some(event) = self.event.read(Line::read(line)) {
                return Ok(Some(event));
            }
        }
        Ok(if self.lines.are_over() { self.event.complete() } else { None })
    }
}

impl Default for SseDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SseDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SseDecoder").finish_non_exhaustive()
    }
}

/// The event whose lines are being read.
#[derive(Clone, Default)]
struct Pending {
    name: String,
    data: Option<String>,
    /// Shared: one long id must not be copied for each of many short events.
    last_id: Option<Arc<str>>,
}

impl Pending {
    fn len(&self) -> usize {
        self.name.len() + self.data.as_ref().map_or(0, String::len)
    }

    /// Reads one line, and hands out the event if the line completes it.
    fn read(&mut self, line: Line<'_>) -> Option<SseEvent> {
        match line {
            Line::Blank => return self.complete(),
            Line::Data(text) => match &mut self.data {
                None => self.data = Some(text.into_owned()),
                Some(data) => {
                    data.push('\n');
                    data.push_str(&text);
                }
            },
            Line::Event(name) => self.name = name.into_owned(),
            Line::Id(id) if id.contains('\0') => {}
            Line::Id(id) => self.last_id = Some(id).filter(|id| !id.is_empty()).map(Arc::from),
            Line::Ignored | Line::Unknown(_) => {}
        }
        None
    }

    /// Ends the event. Without data there was none.
    fn complete(&mut self) -> Option<SseEvent> {
        let name = core::mem::take(&mut self.name);
        let data = self.data.take()?;
        Some(SseEvent { name: Some(name).filter(|name| !name.is_empty()), id: self.last_id.clone(), data })
    }
}
