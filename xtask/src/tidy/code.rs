//! Rust sources without their comments and literals, so that a rule sees code only.

/// Every comment, string and character literal replaced by spaces; offsets and lines stay as they were.
pub(super) fn blank(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    let mut after_name = false;
    while let Some(next) = rest.chars().next() {
        let opaque = opaque_length(rest, after_name);
        let (taken, left) = rest.split_at(if opaque > 0 { opaque } else { next.len_utf8() });
        if opaque > 0 {
            code.extend(taken.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        } else {
            code.push(next);
        }
        after_name = opaque == 0 && is_name(next);
        rest = left;
    }
    code
}

/// The offsets at which `word` stands in `code` as a word of its own.
pub(super) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word).map(|(offset, _)| offset).filter(move |offset| {
        let before = code.get(..*offset).and_then(|text| text.chars().next_back());
        let after = code.get(offset + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// How many bytes at the start of `rest` are a comment or a literal; 0 for code.
fn opaque_length(rest: &str, after_name: bool) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment_length(rest);
    }
    for prefix in ["br", "cr", "b", "c", "r", ""] {
        let body = if prefix.is_empty() || !after_name { rest.strip_prefix(prefix) } else { None };
        let length = match body {
            Some(body) if prefix.ends_with('r') => raw_string_length(body),
            Some(body) => string_length(body).or_else(|| character_length(body)),
            None => None,
        };
        if let Some(length) = length {
            return prefix.len() + length;
        }
    }
    0
}

/// Block comments nest.
fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut length = 0;
    while let Some(left) = rest.get(length..) {
        if left.starts_with("/*") {
            depth += 1;
            length += 2;
        } else if left.starts_with("*/") {
            depth -= 1;
            length += 2;
            if depth == 0 {
                return length;
            }
        } else {
            match left.chars().next() {
                Some(character) => length += character.len_utf8(),
                None => break,
            }
        }
    }
    rest.len()
}

fn raw_string_length(body: &str) -> Option<usize> {
    let opened = body.trim_start_matches('#');
    let hashes = body.len() - opened.len();
    let inside = opened.strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&close).map_or(inside.len(), |end| end + close.len());
    Some(hashes + 1 + length)
}

fn string_length(body: &str) -> Option<usize> {
    let inside = body.strip_prefix('"')?;
    let mut escaped = false;
    for (offset, character) in inside.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(offset + 2),
            _ => {}
        }
    }
    Some(body.len())
}

/// A quote that nothing closes belongs to a lifetime or a label.
fn character_length(body: &str) -> Option<usize> {
    let inside = body.strip_prefix('\'')?;
    let mut characters = inside.char_indices();
    let (_, first) = characters.next()?;
    let (second, closing) = characters.next()?;
    if first == '\\' {
        let after_escape = second + closing.len_utf8();
        let end = inside.get(after_escape..)?.find('\'')?;
        return Some(1 + after_escape + end + 1);
    }
    (closing == '\'').then_some(1 + second + 1)
}
