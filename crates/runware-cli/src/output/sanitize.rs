//! Text of others, made harmless for terminals and for lines.
//!
//! A terminal takes orders from control characters, and bidirectional controls make text read as something it is
//! not. Both are shown as escapes instead.

use std::fmt::Write as _;

/// Text that may have several lines.
pub(crate) fn text(text: &str) -> String {
    escape(
        text,
        |c| is_control(c) && !matches!(c, '\n' | '\t'),
        |out, c| write!(out, "{}", c.escape_unicode()),
    )
}

/// Text that has to stay on its line.
pub(crate) fn line(text: &str) -> String {
    escape(text, is_control, |out, c| match c {
        '\n' => out.write_str("\\n"),
        '\t' => out.write_str("\\t"),
        '\r' => out.write_str("\\r"),
        _ => write!(out, "{}", c.escape_unicode()),
    })
}

/// JSON text, which stays the same JSON: raw controls of the dangerous kinds can only stand inside its strings.
pub(crate) fn json(json: &str) -> String {
    let is_dangerous = |c: char| is_control(c) && !matches!(c, '\n' | '\t' | '\r');
    escape(json, is_dangerous, |out, c| write!(out, "\\u{:04x}", u32::from(c)))
}

/// JSON text on one line: its line breaks are white space, since strings hold none.
pub(crate) fn one_line(json: String) -> String {
    match json.contains(['\n', '\r']) {
        true => json.replace(['\n', '\r'], " "),
        false => json,
    }
}

fn escape(
    text: &str,
    is_dangerous: impl Fn(char) -> bool,
    write: impl Fn(&mut String, char) -> std::fmt::Result,
) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match is_dangerous(c) {
            // Writing to a string cannot fail.
            true => write(&mut out, c).unwrap_or_default(),
            false => out.push(c),
        }
    }
    out
}

/// C0, DEL, C1, and the controls of the bidirectional algorithm.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOSTILE: &str = "a\u{1b}[2Jb\u{9b}31mc\u{7f}d\u{202e}e\u{2066}f\r\ng\th";

    #[test]
    fn orders_to_terminals_become_visible() {
        assert_eq!(text(HOSTILE), "a\\u{1b}[2Jb\\u{9b}31mc\\u{7f}d\\u{202e}e\\u{2066}f\\u{d}\ng\th");
        assert_eq!(line("a\nb\r\u{1b}\tc"), "a\\nb\\r\\u{1b}\\tc");
    }

    #[test]
    fn letters_of_all_languages_stay() {
        let letters = "naïve 日本語 עברית العربية 👩‍👩‍👧 \u{feff}";
        assert_eq!(text(letters), letters);
        assert_eq!(json(letters), letters);
    }

    #[test]
    fn json_stays_the_same_json() {
        let value = serde_json::json!({ "text": HOSTILE });
        let raw = "{\"text\":\"a\\u001b[2Jb\u{9b}31mc\u{7f}d\u{202e}e\u{2066}f\\r\\ng\\th\"}";
        assert_eq!(serde_json::from_str::<serde_json::Value>(raw).unwrap(), value);
        let escaped = json(raw);
        assert!(!escaped.contains(['\u{9b}', '\u{7f}', '\u{202e}', '\u{2066}']));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }

    #[test]
    fn pretty_json_comes_to_one_line() {
        let pretty = "{\n  \"a\": 1.10,\r\n  \"b\": \"x\\ny\"\n}";
        let line = one_line(pretty.to_owned());
        assert!(!line.contains(['\n', '\r']));
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value, serde_json::from_str::<serde_json::Value>(pretty).unwrap());
    }

    proptest! {
        #[test]
        fn nothing_dangerous_is_left(hostile in any::<String>()) {
            prop_assert!(!text(&hostile).chars().any(|c| is_control(c) && c != '\n' && c != '\t'));
            prop_assert!(!line(&hostile).chars().any(is_control));
            let raw = serde_json::to_string(&hostile).unwrap();
            let read: String = serde_json::from_str(&json(&raw)).unwrap();
            prop_assert_eq!(read, hostile);
        }
    }
}
