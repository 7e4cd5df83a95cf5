//! A first look at untrusted text, before any parser touches it.

/// Finds the bracket that opens one level more than `max_depth`, and answers its byte offset.
///
/// One pass, no recursion, no allocation. The text need not be valid JSON: up to the first syntax error the
/// count is exact, and what comes after it is never parsed.
pub(super) fn too_deep(text: &[u8], max_depth: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at = end_of_string(text, at + 1),
            b'[' | b'{' if depth == max_depth => return Some(at),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The offset of the quote that closes the string whose content begins at `from`; the text's length if none
/// does.
fn end_of_string(text: &[u8], from: usize) -> usize {
    let mut at = from;
    // Results arrive as megabytes of base64 in one string: this jump is what makes the pass cheap.
    while let Some(next) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += next;
        if text.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn the_offset_names_the_bracket_that_is_one_too_many() {
        let table: [(&str, usize, Option<usize>); 12] = [
            ("", 0, None),
            ("1", 0, None),
            ("[]", 0, Some(0)),
            ("[]", 1, None),
            ("[[]]", 1, Some(1)),
            (r#"{"a":[{}]}"#, 2, Some(6)),
            (r#"{"a":[{}]}"#, 3, None),
            ("[][][]", 1, None),
            (r#"["[[[[",[]]"#, 2, None),
            (r#"["\"[[[",[[]]]"#, 2, Some(10)),
            (r#"["\\",[[]]]"#, 2, Some(7)),
            ("]]]][[", 1, Some(5)),
        ];
        for (text, max_depth, expected) in table {
            assert_eq!(too_deep(text.as_bytes(), max_depth), expected, "{text} at {max_depth}");
        }
    }

    #[test]
    fn unfinished_strings_end_the_pass() {
        for text in ["\"", "\"abc", "\"abc\\", "[\"\\\"", "\"\\\"[[[["] {
            assert_eq!(too_deep(text.as_bytes(), 1), None, "{text}");
        }
    }

    #[test]
    fn a_hundred_thousand_brackets_are_refused_at_the_limit() {
        assert_eq!(too_deep("[".repeat(100_000).as_bytes(), 128), Some(128));
    }
}
