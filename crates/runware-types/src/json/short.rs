//! JSON for people: short, and without secrets.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// How much of one string is shown; media and prompts are longer, ids and addresses are not much.
const MAX_STRING: usize = 80;

/// What is shown in place of a secret.
pub(crate) const HIDDEN: &str = "\"[hidden]\"";

/// Whether the value of this key may be an API key: `apiKey` and its relatives, in any case.
pub(crate) fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.contains("apikey") || key == "authorization"
}

/// At most `limit` characters of `text`, with a mark where it was cut.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// Valid JSON for people, in at most `limit` characters: long strings cut, secrets hidden, control characters escaped.
pub(crate) fn abridged(json: &str, limit: usize) -> String {
    let mut shown = String::new();
    let mut rest = json;
    let mut hide_next = false;
    // A character has at most four bytes: once this stops, there is enough to fill the limit.
    while shown.len() <= limit * 4
        && let Some(token) = next_token(rest)
    {
        rest = rest.get(token.len()..).unwrap_or_default();
        if hide_next && token != ":" {
            shown.push_str(HIDDEN);
            rest = skip_value(token, rest);
            hide_next = false;
        } else {
            push_token(&mut shown, token);
            hide_next |= is_secret_key(token, rest);
        }
        rest = rest.trim_ascii_start();
    }
    shortened(&shown, limit)
}

/// Where the secrets of a text stand that may or may not be JSON: the values of the keys that [`is_secret`] knows, and
/// of the parameters of addresses that [`secrets_in_address`] knows.
pub(crate) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut hide_next = false;
    while let Some(token) = next_token(rest) {
        let start = text.len() - rest.len();
        rest = rest.get(token.len()..).unwrap_or_default();
        if hide_next && !matches!(token, ":" | "," | "}" | "]") {
            rest = skip_value(token, rest);
            found.push(start..text.len() - rest.len());
            hide_next = false;
        } else {
            // People also write keys without quotes, or with single ones.
            let is_key = rest.trim_ascii_start().starts_with(':');
            hide_next |= is_key && (is_secret_key(token, rest) || is_secret(token.trim_matches(['"', '\''])));
            found.extend(secrets_in_address(token).map(|part| start + part.start..start + part.end));
        }
        rest = rest.trim_ascii_start();
    }
    found
}

/// Where the parameters of an address stand that hold a secret: `?apiKey=…`, `&token=…` and their relatives.
fn secrets_in_address(token: &str) -> impl Iterator<Item = Range<usize>> {
    const NAMES: [&str; 3] = ["key", "token", "secret"];
    // Media in base64 may be megabytes long and has no question mark.
    let mut at = memchr::memchr(b'?', token.as_bytes()).unwrap_or(token.len());
    core::iter::from_fn(move || {
        loop {
            let start = at + 1 + token.get(at..)?.find('=')?;
            let value = token.get(start..)?;
            let end = start + value.find(['&', '#', '"', '\\']).unwrap_or(value.len());
            // Some programs write an ampersand as `\u0026`: its digits do not matter at the start of a name.
            let before = token.get(at..start - 1)?;
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            let name = before.rsplit(|c| !is_part(c)).next()?.to_ascii_lowercase();
            at = end;
            if start < end && (is_secret(&name) || NAMES.iter().any(|known| name.ends_with(known))) {
                return Some(start..end);
            }
        }
    })
}

/// The first token of JSON text that starts with one: a string, a punctuation mark, or a number or word.
pub(crate) fn next_token(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let length = match bytes.first()? {
        b'"' => string_length(bytes),
        b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
        _ => bytes
            .iter()
            .position(|byte| matches!(byte, b'}' | b']' | b',' | b':') || byte.is_ascii_whitespace())
            .unwrap_or(bytes.len()),
    };
    text.get(..length)
}

/// The length of the string that `text` starts with, both quotes included.
fn string_length(text: &[u8]) -> usize {
    let mut end = 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', text.get(end..).unwrap_or_default()) {
        if text.get(end + found) == Some(&b'"') {
            return end + found + 1;
        }
        end += found + 2;
    }
    text.len()
}

fn push_token(shown: &mut String, token: &str) {
    let mut open = String::new();
    let mut end = 0;
    for secret in secrets_in_address(token) {
        open.push_str(token.get(end..secret.start).unwrap_or_default());
        open.push_str("[hidden]");
        end = secret.end;
    }
    let token = if end == 0 {
        token
    } else {
        open.push_str(token.get(end..).unwrap_or_default());
        &open
    };
    let cut = shortened(token, MAX_STRING);
    for character in cut.chars() {
        if character.is_control() {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if cut.len() != token.len() && token.starts_with('"') {
        shown.push('"');
    }
}

/// Whether `token` is the key of a member whose value is a secret.
fn is_secret_key(token: &str, after: &str) -> bool {
    // A key may be spelled with escapes; decode only what can be one.
    token.starts_with('"')
        && after.trim_ascii_start().starts_with(':')
        && serde_json::from_str::<String>(token).is_ok_and(|key| is_secret(&key))
}

/// What follows the value that begins with `token`.
fn skip_value<'a>(token: &str, after: &'a str) -> &'a str {
    let mut depth = depth_change(token);
    let mut rest = after;
    while depth > 0 {
        rest = rest.trim_ascii_start();
        let Some(token) = next_token(rest) else { return "" };
        depth += depth_change(token);
        rest = rest.get(token.len()..).unwrap_or_default();
    }
    rest
}

fn depth_change(token: &str) -> isize {
    match token {
        "{" | "[" => 1,
        "}" | "]" => -1,
        _ => 0,
    }
}
