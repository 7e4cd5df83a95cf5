//! `true`, `false` and `null`, in lower case and nothing else.

use crate::case::{Case, table};

pub(crate) fn accepted() -> Vec<Case> {
    table("y_literal_", &[("true", "true", "plain"), ("false", "false", "plain"), ("null", "null", "plain")])
}

pub(crate) fn rejected() -> Vec<Case> {
    let mut cases = table(
        "n_literal_",
        &[
            ("true_capital", "True", "case"),
            ("true_upper", "TRUE", "case"),
            ("true_last_upper", "truE", "case"),
            ("false_capital", "False", "case"),
            ("false_upper", "FALSE", "case"),
            ("false_middle_upper", "faLse", "case"),
            ("null_capital", "Null", "case"),
            ("null_upper", "NULL", "case"),
            ("null_last_upper", "nulL", "case"),
            ("true_longer", "truee", "longer"),
            ("false_longer", "falsey", "longer"),
            ("null_longer", "nulll", "longer"),
            ("null_number", "null0", "longer"),
            ("two_joined", "nullnull", "longer"),
            ("two_spaced", "true false", "two"),
            ("split", "tr ue", "split"),
            ("split_by_line_feed", "nu\nll", "split"),
            ("escaped", r"\u0074rue", "escape"),
            ("escaped_inside", r"nul\u006c", "escape"),
            ("misspelt", "ture", "letters"),
            ("full_width", "\u{ff54}\u{ff52}\u{ff55}\u{ff45}", "letters"),
            ("long_s", "fal\u{17f}e", "letters"),
            ("negative", "-true", "sign"),
            ("negated", "!null", "sign"),
            ("undefined", "undefined", "word"),
            ("nil", "nil", "word"),
            ("none", "None", "word"),
            ("yes", "yes", "word"),
            ("no", "no", "word"),
            ("on", "on", "word"),
            ("void", "void 0", "word"),
            ("bare_word", "processing", "word"),
            ("date", "2026-01-01", "word"),
        ],
    );
    for word in ["true", "false", "null"] {
        for length in 1..word.len() {
            cases.push(Case::new(format!("n_literal_{word}_cut_at_{length}"), &word[..length], "cut"));
        }
    }
    cases
}
