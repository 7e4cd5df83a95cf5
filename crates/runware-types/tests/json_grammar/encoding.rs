//! The text is UTF-8. What is wrong inside a string, and whole texts in other encodings, are in `open`.

use crate::case::{Case, byte_table, table};

pub(crate) fn accepted() -> Vec<Case> {
    // The shortest and the longest character of each length, as a key and as a value.
    let edges = "\u{1}\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}";
    let shown: String = edges.chars().filter(|edge| !edge.is_ascii_control()).collect();
    table("y_encoding_", &[("edges", &format!(r#"{{"{shown}":"{shown}"}}"#), "UTF-8")])
}

#[rustfmt::skip]
pub(crate) fn rejected() -> Vec<Case> {
    byte_table("n_encoding_", &[
        ("continuation_alone", b"\x80", "byte"),
        ("continuation_before", b"\x801", "byte"),
        ("continuation_behind", b"1\x80", "byte"),
        ("continuation_between", b"[1,\x802]", "byte"),
        ("ff_before", b"\xff{}", "byte"),
        ("ff_behind", b"{}\xff", "byte"),
        ("ff_between", b"[\xff]", "byte"),
        ("ff_for_a_key", b"{\xff:1}", "byte"),
        ("ff_in_a_number", b"1\xff0", "byte"),
        ("ff_in_a_literal", b"nu\xffll", "byte"),
        ("fe_before", b"\xfe{}", "byte"),
        ("cut_after_one_of_two", b"[]\xc3", "cut"),
        ("cut_after_two_of_three", b"[]\xe2\x80", "cut"),
        ("cut_after_three_of_four", b"[]\xf0\x9f\x98", "cut"),
        ("mark_cut_after_one", b"\xef{}", "cut"),
        ("mark_cut_after_two", b"\xef\xbb{}", "cut"),
        ("mark_misspelt", b"\xef\xbb\xbe{}", "cut"),
        ("overlong_quotes", b"\xc0\xa2a\xc0\xa2", "overlong"),
        ("overlong_bracket", b"\xc1\x9b]", "overlong"),
        ("overlong_point", b"1\xc0\xae5", "overlong"),
        ("overlong_space", b"[\xc0\xa01]", "overlong"),
        ("overlong_nul", b"[]\xc0\x80", "overlong"),
        ("surrogate_between", b"[1,\xed\xa0\x802]", "surrogate"),
        ("latin_1_space", b"[1,\xa02]", "charset"),
        ("windows_quotes", b"\x93a\x94", "charset"),
        ("string_never_closed", b"\"\xff", "unterminated"),
    ])
}
