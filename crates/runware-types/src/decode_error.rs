//! Why text could not be decoded.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use core::fmt;

use serde_json::error::Category;

use crate::json;

/// How much of a foreign message is kept: type errors quote the value, and a value may be megabytes of base64.
const MAX_DETAIL: usize = 200;

/// Text that could not be decoded.
///
/// ```
/// use runware_types::{DecodeErrorKind, RawJson};
///
/// let error = RawJson::parse("[1, 2").unwrap_err();
/// assert_eq!(error.kind(), DecodeErrorKind::Syntax);
/// assert_eq!(error.to_string(), "malformed JSON at byte 5: EOF while parsing a list");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    kind: DecodeErrorKind,
    offset: Option<usize>,
    detail: String,
}

/// The kinds of [`DecodeError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// Nothing, or nothing but white space.
    Empty,
    /// More bytes, or more items, than the limit allows.
    TooLarge,
    /// Nested deeper than the limit allows.
    TooDeep,
    /// Not JSON.
    Syntax,
    /// JSON, but nothing that a server could mean as a reply.
    NotAnEnvelope,
    /// JSON, but not of the wanted type.
    Type,
}

impl DecodeError {
    pub(crate) fn new(kind: DecodeErrorKind, offset: Option<usize>, detail: impl Into<String>) -> Self {
        Self { kind, offset, detail: detail.into() }
    }

    /// Translates an error of the JSON parser that read `input`.
    pub(crate) fn from_parser(error: &serde_json::Error, input: &[u8]) -> Self {
        if input.trim_ascii().is_empty() {
            return Self::new(DecodeErrorKind::Empty, None, "");
        }
        let detail = without_position(error);
        let kind = match error.classify() {
            Category::Data => DecodeErrorKind::Type,
            _ if detail == "recursion limit exceeded" => DecodeErrorKind::TooDeep,
            Category::Syntax | Category::Eof | Category::Io => DecodeErrorKind::Syntax,
        };
        Self::new(kind, offset_of(error, &detail, input), json::shortened(&detail, MAX_DETAIL))
    }

    /// What kind of error this is.
    pub fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// Where the error was noticed, in bytes from the start of the text, if it has a place.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// What is wrong, in the words of the parser.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            DecodeErrorKind::Empty => "empty text where JSON was expected",
            DecodeErrorKind::TooLarge => "JSON beyond the size limit",
            DecodeErrorKind::TooDeep => "JSON nested too deeply",
            DecodeErrorKind::Syntax => "malformed JSON",
            DecodeErrorKind::NotAnEnvelope => "JSON that is no reply",
            DecodeErrorKind::Type => "JSON of the wrong type",
        })?;
        if let Some(offset) = self.offset {
            write!(f, " at byte {offset}")?;
        }
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

impl core::error::Error for DecodeError {}

/// The parser's message without the line and column that it appends.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&position).unwrap_or(&text).to_owned()
}

/// The parser counts lines from 1, and in a line the bytes it has read, up to and including the one it stumbled over.
fn offset_of(error: &serde_json::Error, detail: &str, input: &[u8]) -> Option<usize> {
    let lines_before = error.line().checked_sub(1)?;
    let line_start = match lines_before.checked_sub(1) {
        None => 0,
        Some(nth) => memchr::memchr_iter(b'\n', input).nth(nth)? + 1,
    };
    if error.is_eof() {
        return Some(input.len());
    }
    // Of a line feed it says column 0 of the next line, so the last byte read may be of the line before.
    let read = line_start + error.column();
    let last = read.saturating_sub(1);
    let is_control = |at: usize| input.get(at).is_some_and(|byte| *byte < b' ');
    // A control character inside a string stops it before that byte where it skips a value, and behind it elsewhere.
    let stopped_before = detail.starts_with("control character") && !is_control(last);
    Some(if stopped_before { read } else { last })
}

#[cfg(test)]
mod tests {
    use super::{DecodeError, DecodeErrorKind};
    use crate::RawJson;

    /// What a control character inside a string is called.
    const CONTROL: &str = "control character (\\u0000-\\u001F) found while parsing a string";

    fn parse_error(text: &'static str) -> DecodeError {
        RawJson::parse(text).unwrap_err()
    }

    #[test]
    fn the_offset_points_at_the_byte_that_is_wrong() {
        for (text, offset) in
            [("x", 0), ("[1,]", 3), ("[1,\n\n x]", 6), ("{\"a\" 1}", 5), ("[1]x", 3), ("[1", 2)]
        {
            let error = parse_error(text);
            assert_eq!(
                (error.kind(), error.offset()),
                (DecodeErrorKind::Syntax, Some(offset)),
                "{text:?}: {error}"
            );
        }
    }

    #[test]
    fn the_offset_of_a_line_feed_is_its_own() {
        for (text, offset) in [("[1.\n]", 3), ("nul\n", 3), ("[\n{\"a\":-\n}]", 8)] {
            assert_eq!(parse_error(text).offset(), Some(offset), "{text:?}");
        }
    }

    #[test]
    fn a_control_character_in_a_string_is_pointed_at_by_every_way_to_read_it() {
        let table = [
            ("\"\u{1f}\"", 1),
            ("\"ab\tc\"", 3),
            ("\"ab\ncd\"", 3),
            ("\n\"\n\"", 2),
            ("\"\\u0041\u{0}\"", 7),
            ("\"a\r\n\"", 2),
            ("\"01234567\u{1}\"", 9),
        ];
        for (text, offset) in table {
            let skipped = parse_error(text);
            let read = serde_json::from_str::<String>(text).unwrap_err();
            let read = DecodeError::from_parser(&read, text.as_bytes());
            for error in [&skipped, &read] {
                assert_eq!((error.offset(), &*error.detail), (Some(offset), CONTROL), "{text:?}");
            }
        }
        assert_eq!(parse_error("{\"a\": [\n\"b\u{8}\"]}").offset(), Some(10));
        assert_eq!(parse_error("{\"a\u{7}\": 1}").offset(), Some(3));
    }

    #[test]
    fn nothing_is_empty() {
        for text in ["", " \r\n\t"] {
            let error = parse_error(text);
            assert_eq!((error.kind(), error.offset()), (DecodeErrorKind::Empty, None));
            assert_eq!(error.to_string(), "empty text where JSON was expected");
        }
    }

    #[test]
    fn a_wrong_type_names_what_was_found_and_expected() {
        let error = RawJson::parse(r#"{"a": "4"}"#).unwrap().field("a").unwrap().decode::<u32>().unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::Type);
        assert_eq!(
            error.to_string(),
            "JSON of the wrong type at byte 2: invalid type: string \"4\", expected u32"
        );
    }

    #[test]
    fn a_quoted_value_is_cut() {
        let long = format!("\"{}\"", "a".repeat(1_000_000));
        let error = RawJson::parse(long).unwrap().decode::<u32>().unwrap_err();
        assert!(error.to_string().len() < 300, "{error}");
    }

    #[test]
    fn the_parser_limits_depth_when_it_builds_values() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let error = RawJson::parse(deep).unwrap().decode::<serde_json::Value>().unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::TooDeep);
        assert_eq!(error.to_string(), "JSON nested too deeply at byte 127: recursion limit exceeded");
    }
}
