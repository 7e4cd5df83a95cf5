//! White space is four characters, and only between tokens.

use crate::case::Case;

const SPACES: [(&str, &str); 4] =
    [("space", " "), ("tab", "\t"), ("line_feed", "\n"), ("carriage_return", "\r")];

/// What elsewhere counts as white space, or is invisible, and what is a control character.
const OTHERS: [(&str, &str); 25] = [
    ("nul", "\u{0}"),
    ("backspace", "\u{8}"),
    ("vertical_tab", "\u{b}"),
    ("form_feed", "\u{c}"),
    ("file_separator", "\u{1c}"),
    ("unit_separator", "\u{1f}"),
    ("delete", "\u{7f}"),
    ("next_line", "\u{85}"),
    ("no_break_space", "\u{a0}"),
    ("soft_hyphen", "\u{ad}"),
    ("ogham_space", "\u{1680}"),
    ("mongolian_separator", "\u{180e}"),
    ("en_quad", "\u{2000}"),
    ("em_space", "\u{2003}"),
    ("zero_width_space", "\u{200b}"),
    ("zero_width_joiner", "\u{200d}"),
    ("left_to_right_mark", "\u{200e}"),
    ("line_separator", "\u{2028}"),
    ("paragraph_separator", "\u{2029}"),
    ("narrow_no_break_space", "\u{202f}"),
    ("mathematical_space", "\u{205f}"),
    ("word_joiner", "\u{2060}"),
    ("ideographic_space", "\u{3000}"),
    ("hangul_filler", "\u{3164}"),
    ("byte_order_mark", "\u{feff}"),
];

/// A text with a gap `_` in each place that may hold white space.
const GAPS: &str = r#"_{_"a"_:_[_1_,_2_]_}_"#;

pub(crate) fn accepted() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, space) in SPACES {
        for gap in 0..gaps() {
            cases.push(Case::new(format!("y_space_{name}_at_{gap}"), with_gap(gap, space), "space"));
        }
        let everywhere = GAPS.replace('_', &space.repeat(3));
        cases.push(Case::new(format!("y_space_{name}_everywhere"), everywhere, "space"));
    }
    cases.push(Case::new("y_space_mixed", GAPS.replace('_', " \t\r\n"), "space"));
    cases
}

pub(crate) fn rejected() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, other) in OTHERS {
        // Before the text a byte order mark is a question of encoding.
        let first = if name == "byte_order_mark" { 1 } else { 0 };
        for gap in (first..gaps()).step_by(3) {
            cases.push(Case::new(format!("n_space_{name}_at_{gap}"), with_gap(gap, other), "space"));
        }
    }
    for (name, escape) in
        [("backslash_n", "\\n"), ("backslash_t", "\\t"), ("entity", "&nbsp;"), ("url", "%20")]
    {
        cases.push(Case::new(format!("n_space_{name}"), with_gap(4, escape), "space"));
    }
    cases
}

fn gaps() -> usize {
    GAPS.matches('_').count()
}

/// The text with `space` in one gap and nothing in the others.
fn with_gap(gap: usize, space: &str) -> String {
    let parts: Vec<&str> = GAPS.split('_').collect();
    [parts[..=gap].concat(), parts[gap + 1..].concat()].join(space)
}
