//! What may be shown of a text that somebody else wrote.

use crate::ApiKey;

/// The longest excerpt, in characters.
const MAX_CHARS: usize = 200;

/// The beginning of `text`, safe to print: one line, at most 200 characters, and without the key.
///
/// White space is folded. Characters that control a terminal, turn the direction of writing or are invisible are
/// written as `\u{…}`, and invalid UTF-8 as U+FFFD. Servers and proxies do quote request headers in their error
/// pages, so the key is looked for in any letter case.
pub(crate) fn excerpt(text: &[u8], key: Option<&ApiKey>) -> String {
    let mut out = String::new();
    let mut left = MAX_CHARS;
    let mut space_before = "";
    let mut rest = text.trim_ascii();
    while let Some(first) = rest.first() {
        if first.is_ascii_whitespace() {
            space_before = " ";
            rest = rest.trim_ascii_start();
            continue;
        }
        let (piece, after) = next_piece(rest, key);
        let needed = space_before.len() + piece.chars().count();
        // One place is kept for the sign that something is missing.
        if needed >= left {
            out.push('…');
            break;
        }
        left -= needed;
        out.push_str(std::mem::take(&mut space_before));
        out.push_str(&piece);
        rest = after;
    }
    out
}

fn next_piece<'a>(text: &'a [u8], key: Option<&ApiKey>) -> (String, &'a [u8]) {
    if let Some(after) = key.and_then(|key| strip_key(text, key)) {
        return ("[API key]".to_owned(), after);
    }
    let (character, length) = first_char(text);
    let piece =
        if is_unsafe(character) { character.escape_unicode().to_string() } else { character.to_string() };
    (piece, text.get(length..).unwrap_or_default())
}

fn strip_key<'a>(text: &'a [u8], key: &ApiKey) -> Option<&'a [u8]> {
    let (head, after) = text.split_at_checked(key.expose().len())?;
    head.eq_ignore_ascii_case(key.expose().as_bytes()).then_some(after)
}

/// The first character of a text that is not empty, and the bytes it takes.
fn first_char(text: &[u8]) -> (char, usize) {
    let head = text.get(..char::MAX_LEN_UTF8).unwrap_or(text);
    let chunk = head.utf8_chunks().next();
    let valid = chunk.as_ref().and_then(|chunk| chunk.valid().chars().next());
    match valid {
        Some(character) => (character, character.len_utf8()),
        None => (char::REPLACEMENT_CHARACTER, chunk.map_or(1, |chunk| chunk.invalid().len())),
    }
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests;
