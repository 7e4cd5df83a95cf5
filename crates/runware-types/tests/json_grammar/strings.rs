//! `quotation-mark *char quotation-mark`.

use crate::case::{Case, table};

/// The characters that may follow a backslash.
const ESCAPES: &[u8] = br#""\/bfnrtu"#;

#[rustfmt::skip]
pub(crate) fn accepted() -> Vec<Case> {
    let mut cases = table("y_string_", &[
        ("empty", r#""""#, "plain"),
        ("space", r#"" ""#, "plain"),
        ("ascii", r##"" !#$%&'()*+,-./0123456789:;<=>?@[]^_`{|}~""##, "plain"),
        ("delete", "\"\u{7f}\"", "unescaped"),
        ("first_of_two_bytes", "\"\u{80}\"", "unescaped"),
        ("control_sequence_introducer", "\"\u{9b}\"", "unescaped"),
        ("no_break_space", "\"\u{a0}\"", "unescaped"),
        ("accent", "\"\u{e9}\"", "unescaped"),
        ("accent_combining", "\"e\u{301}\"", "unescaped"),
        ("last_of_two_bytes", "\"\u{7ff}\"", "unescaped"),
        ("first_of_three_bytes", "\"\u{800}\"", "unescaped"),
        ("line_separator", "\"\u{2028}\"", "unescaped"),
        ("paragraph_separator", "\"\u{2029}\"", "unescaped"),
        ("right_to_left_override", "\"\u{202e}\"", "unescaped"),
        ("last_before_surrogates", "\"\u{d7ff}\"", "unescaped"),
        ("first_after_surrogates", "\"\u{e000}\"", "unescaped"),
        ("byte_order_mark", "\"\u{feff}\"", "unescaped"),
        ("replacement", "\"\u{fffd}\"", "unescaped"),
        ("noncharacter", "\"\u{ffff}\"", "unescaped"),
        ("first_of_four_bytes", "\"\u{10000}\"", "unescaped"),
        ("emoji_joined", "\"\u{1f468}\u{200d}\u{1f4bb}\"", "unescaped"),
        ("last_of_all", "\"\u{10ffff}\"", "unescaped"),
        ("escaped_nul", r#""\u0000""#, "escape"),
        ("escaped_control", r#""\u001f""#, "escape"),
        ("escaped_quote", r#""\u0022""#, "escape"),
        ("escaped_backslash", r#""\u005c""#, "escape"),
        ("escaped_letter", r#""\u0041""#, "escape"),
        ("escaped_lower", r#""\u00e9""#, "hexadecimal"),
        ("escaped_upper", r#""\u00E9""#, "hexadecimal"),
        ("escaped_mixed", r#""\uaBcD""#, "hexadecimal"),
        ("escaped_line_separator", r#""\u2028""#, "escape"),
        ("escaped_noncharacter", r#""\uffff""#, "escape"),
        ("escaped_pair", r#""\ud83d\ude00""#, "surrogates"),
        ("escaped_pair_upper", r#""\uD83D\uDE00""#, "surrogates"),
        ("escaped_first_pair", r#""\ud800\udc00""#, "surrogates"),
        ("escaped_last_pair", r#""\udbff\udfff""#, "surrogates"),
        ("escaped_two_pairs", r#""\ud83d\ude00\ud83d\ude01""#, "surrogates"),
        ("escape_of_an_escape", r#""\\u0041""#, "escape"),
        ("backslash_before_quote", r#""\\\"""#, "escape"),
        ("digits_after_escape", r#""\u00410""#, "escape"),
        ("looks_like_a_comment", r#""/* // */""#, "plain"),
        ("looks_like_structure", r#""{[,:]}""#, "plain"),
        ("looks_like_a_literal", r#""null""#, "plain"),
        ("looks_like_a_number", r#""1e5""#, "plain"),
        ("looks_like_markup", r#""</script>""#, "plain"),
    ]);
    for escape in ESCAPES.iter().filter(|escape| **escape != b'u') {
        let name = format!("y_string_escape_{escape:02x}");
        cases.push(Case::new(name, [b'"', b'\\', *escape, b'"'], "escape"));
    }
    // Parsers that look at several bytes at a time stumble at their seams.
    for length in [7, 8, 9, 15, 16, 17, 4096] {
        let text = format!("\"{}\\n\"", "a".repeat(length));
        cases.push(Case::new(format!("y_string_of_length_{length}"), text, "length"));
    }
    cases
}

pub(crate) fn rejected() -> Vec<Case> {
    let mut cases = wrong_quotes();
    cases.extend(wrong_escapes());
    for control in 0..b' ' {
        let text = [b'"', b'a', control, b'b', b'"'];
        cases.push(Case::new(format!("n_string_control_{control:02x}"), text, "control"));
    }
    for escape in (0..0x80).filter(|escape| !ESCAPES.contains(escape)) {
        let text = [b'"', b'\\', escape, b'"'];
        cases.push(Case::new(format!("n_string_escape_{escape:02x}"), text, "escape"));
    }
    cases
}

#[rustfmt::skip]
fn wrong_quotes() -> Vec<Case> {
    table("n_string_", &[
        ("only_opened", "\"", "unterminated"),
        ("unterminated", "\"a", "unterminated"),
        ("unterminated_escape", r#""\"#, "unterminated"),
        ("unterminated_escaped_quote", r#""a\""#, "unterminated"),
        ("unterminated_three_backslashes", r#""\\\""#, "unterminated"),
        ("unopened", "a\"", "unopened"),
        ("single_quotes", "'a'", "quotes"),
        ("single_quote_closing", "\"a'", "quotes"),
        ("single_quote_opening", "'a\"", "quotes"),
        ("backticks", "`a`", "quotes"),
        ("curly_quotes", "\u{201c}a\u{201d}", "quotes"),
        ("low_quotes", "\u{201e}a\u{201c}", "quotes"),
        ("angle_quotes", "\u{ab}a\u{bb}", "quotes"),
        ("full_width_quotes", "\u{ff02}a\u{ff02}", "quotes"),
        ("three_quotes", r#""""a""""#, "quotes"),
        ("doubled_quote", r#""a""b""#, "quotes"),
        ("two_spaced", r#""a" "b""#, "two"),
        ("joined_by_plus", r#""a"+"b""#, "two"),
        ("unquoted", "a", "quotes"),
        ("unquoted_escape", r"\n", "quotes"),
        ("escaped_quotes", r"\u0022a\u0022", "quotes"),
        ("backslashed_quotes", r#"\"a\""#, "quotes"),
        ("entities", "&quot;a&quot;", "quotes"),
        ("prefix_b", r#"b"a""#, "prefix"),
        ("prefix_r", r#"r"a""#, "prefix"),
        ("prefix_u", r#"u"a""#, "prefix"),
        ("hashes", r##"#"a"#"##, "prefix"),
        ("continued", "\"a\\\n b\"", "escape"),
    ])
}

#[rustfmt::skip]
fn wrong_escapes() -> Vec<Case> {
    table("n_string_", &[
        ("escape_hexadecimal", r#""\x41""#, "escape"),
        ("escape_octal", r#""\101""#, "escape"),
        ("escape_eight_digits", r#""\U0001F600""#, "escape"),
        ("escape_braces", r#""\u{41}""#, "escape"),
        ("escape_accent", "\"\\\u{e9}\"", "escape"),
        ("escape_emoji", "\"\\\u{1f600}\"", "escape"),
        ("escape_at_the_end_of_input", r#""a\"#, "escape"),
        ("unicode_without_digit", r#""\u""#, "digits"),
        ("unicode_one_digit", r#""\u0""#, "digits"),
        ("unicode_two_digits", r#""\u00""#, "digits"),
        ("unicode_three_digits", r#""\u004""#, "digits"),
        ("unicode_cut_at_no_digit", r#""\u"#, "digits"),
        ("unicode_cut_at_two_digits", r#""\u00"#, "digits"),
        ("unicode_first_digit", r#""\ug041""#, "digits"),
        ("unicode_second_digit", r#""\u0g41""#, "digits"),
        ("unicode_third_digit", r#""\u00g1""#, "digits"),
        ("unicode_fourth_digit", r#""\u004g""#, "digits"),
        ("unicode_minus", r#""\u-041""#, "digits"),
        ("unicode_plus", r#""\u+041""#, "digits"),
        ("unicode_space", r#""\u 041""#, "digits"),
        ("unicode_point", r#""\u00.1""#, "digits"),
        ("unicode_prefix", r#""\u0x41""#, "digits"),
        ("unicode_full_width_digit", "\"\\u004\u{ff11}\"", "digits"),
        ("unicode_arabic_digit", "\"\\u004\u{661}\"", "digits"),
        ("pair_without_second_digits", r#""\ud83d\u""#, "digits"),
        ("pair_with_one_second_digit", r#""\ud83d\ud""#, "digits"),
        ("pair_with_wrong_second_digit", r#""\ud83d\udeg0""#, "digits"),
        ("pair_with_wrong_second_escape", r#""\ud83d\x""#, "escape"),
        ("pair_cut_at_backslash", r#""\ud83d\"#, "unterminated"),
    ])
}
