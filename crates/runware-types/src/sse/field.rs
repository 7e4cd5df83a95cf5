//! What one line of an event stream says.

use alloc::borrow::Cow;
use alloc::string::String;

/// One line of an event stream, by the field it sets. Invalid UTF-8 is replaced.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Nothing: the event is complete.
    Blank,
    /// A line of the event's data.
    Data(Cow<'a, str>),
    /// The event's name.
    Event(Cow<'a, str>),
    /// The event's id, and that of those after it.
    Id(Cow<'a, str>),
    /// A comment, or the time to wait before connecting again: nothing here connects.
    Ignored,
    /// The whole of a line that sets no field there is.
    Unknown(Cow<'a, str>),
}

impl<'a> Line<'a> {
    pub(crate) fn read(line: &'a [u8]) -> Self {
        let (name, value) = match memchr::memchr(b':', line).and_then(|colon| line.split_at_checked(colon)) {
            Some((name, rest)) => {
                (name, rest.strip_prefix(b": ").or(rest.strip_prefix(b":")).unwrap_or(rest))
            }
            None => (line, &[][..]),
        };
        match name {
            _ if line.is_empty() => Self::Blank,
            b"data" => Self::Data(String::from_utf8_lossy(value)),
            b"event" => Self::Event(String::from_utf8_lossy(value)),
            b"id" => Self::Id(String::from_utf8_lossy(value)),
            b"" | b"retry" => Self::Ignored,
            _ => Self::Unknown(String::from_utf8_lossy(line)),
        }
    }
}
