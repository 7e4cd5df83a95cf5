//! Texts: where each of their values is, and where they are no JSON.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::ops::Range;

use serde_json::value::RawValue;

use crate::DecodeError;

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    /// One JSON value, without the white space around it.
    Value { offset: usize, json: &'a str },
    /// What cannot be read, and why.
    Broken { at: Range<usize>, problem: String },
}

/// The values of a text, one after the other, up to the first that is broken.
///
/// In JSON Lines, a line that is broken hides none of the others. `offset` is where `text` begins in what people see.
pub(super) fn pieces(text: &str, offset: usize) -> impl Iterator<Item = Piece<'_>> {
    let is_by_line = !is_json(text) && is_json_lines(text);
    let lines = text.split_inclusive(move |c| is_by_line && c == '\n');
    let mut next = offset;
    let parts = lines.map(move |line| {
        let start = next;
        next += line.len();
        (line, start)
    });
    parts.flat_map(|(line, start)| read(line, start))
}

/// The values of a text up to the end or to the first that is broken.
fn read(text: &str, offset: usize) -> impl Iterator<Item = Piece<'_>> {
    let mut values = Some(values(text));
    core::iter::from_fn(move || match values.as_mut()?.next()? {
        Ok(value) => {
            let json = value.get();
            let start = json.as_ptr().addr().saturating_sub(text.as_ptr().addr());
            Some(Piece::Value { offset: offset + start, json })
        }
        Err(error) => {
            values = None;
            Some(broken(text, offset, &error))
        }
    })
}

/// Whether the text has nothing but values.
fn is_json(text: &str) -> bool {
    values(text).all(|value| value.is_ok())
}

fn values(text: &str) -> impl Iterator<Item = serde_json::Result<&RawValue>> {
    serde_json::Deserializer::from_str(text).into_iter()
}

/// Whether every line begins like a value of its own, and one is: what is printed over several lines has lines that begin
/// with a key or a closing bracket.
fn is_json_lines(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_ascii).filter(|line| !line.is_empty());
    lines.clone().count() > 1
        && lines.clone().all(|line| line.starts_with(['{', '[']))
        && lines.any(|line| serde_json::from_str::<&RawValue>(line).is_ok())
}

fn broken<'a>(text: &str, offset: usize, error: &serde_json::Error) -> Piece<'a> {
    let error = DecodeError::from_parser(error, text.as_bytes());
    // What ends too early ends behind its last character, not behind the line breaks.
    let end = text.trim_ascii_end().len();
    let start = text.floor_char_boundary(error.offset().unwrap_or(end).min(end));
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.chars().next().map_or(0, char::len_utf8);
    let before = text.get(..start).unwrap_or_default();
    let problem = match (error.detail().strip_prefix("EOF while parsing "), hint(before, rest)) {
        (Some(unfinished), _) => format!("is not JSON: it ends in the middle of {unfinished}"),
        (None, Some(hint)) => format!("is not JSON: {hint}"),
        (None, None) => format!("is not JSON: {}", error.detail()),
    };
    Piece::Broken { at: offset + start..offset + start + length, problem }
}

/// What other notations have here that JSON does not have.
fn hint(before: &str, rest: &str) -> Option<String> {
    // The parser stumbles over a word at its first letter that does not fit.
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let word_start = before.len() - before.chars().rev().take_while(|c| is_part(*c)).count();
    let head = before.get(word_start..).unwrap_or_default();
    let tail: String = rest.chars().take_while(|c| is_part(*c)).take(20).collect();
    let word = format!("{head}{tail}");
    match word.as_str() {
        "NaN" | "Infinity" | "nan" | "inf" => return Some(format!("JSON has no number {word}")),
        "True" | "False" | "None" | "undefined" => {
            return Some(format!("JSON has no {word}; it writes true, false and null"));
        }
        _ => {}
    }
    let outer = before.trim_ascii_end();
    match rest.chars().next()? {
        '\'' => Some("strings are in double quotes".to_owned()),
        '/' | '#' => Some("JSON has no comments".to_owned()),
        '\u{feff}' => Some("a byte order mark is in the middle of the text".to_owned()),
        '}' | ']' if outer.ends_with(',') => Some("a comma is before the closing bracket".to_owned()),
        ',' if outer.ends_with(['}', ']']) => {
            Some("several tasks stand in an array, or one a line without commas".to_owned())
        }
        first if is_part(first) && outer.ends_with(['{', ',']) => {
            Some("keys are strings, in double quotes".to_owned())
        }
        _ => None,
    }
}
