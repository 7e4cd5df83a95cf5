//! `[ minus ] int [ frac ] [ exp ]`.

use crate::case::{Case, table};

/// Every choice of the production with every other.
pub(crate) fn accepted() -> Vec<Case> {
    let mut cases = Vec::new();
    for minus in ["", "-"] {
        for int in ["0", "7", "10", "9007199254740993"] {
            for frac in ["", ".0", ".50", ".000000000000000000001"] {
                for exp in ["", "e0", "E2", "e+07", "E-12"] {
                    let text = format!("{minus}{int}{frac}{exp}");
                    cases.push(Case::new(format!("y_number_{text}"), text, "number"));
                }
            }
        }
    }
    cases
}

#[rustfmt::skip]
pub(crate) fn rejected() -> Vec<Case> {
    table("n_number_", &[
        // minus
        ("plus", "+1", "sign"),
        ("plus_zero", "+0", "sign"),
        ("plus_minus", "+-1", "sign"),
        ("minus_plus", "-+1", "sign"),
        ("two_minus", "--1", "sign"),
        ("minus_alone", "-", "sign"),
        ("plus_alone", "+", "sign"),
        ("minus_space", "- 1", "sign"),
        ("minus_line_feed", "-\n1", "sign"),
        ("minus_letter", "-a", "sign"),
        ("minus_brackets", "-(1)", "sign"),
        ("minus_behind", "1-", "sign"),
        ("minus_of_typography", "\u{2212}1", "sign"),
        ("dash", "\u{2013}1", "sign"),
        ("plus_or_minus", "\u{b1}1", "sign"),
        // int
        ("zero_before", "01", "zeros"),
        ("zero_before_zero", "00", "zeros"),
        ("zeros_before", "0007", "zeros"),
        ("minus_zero_before", "-01", "zeros"),
        ("minus_zero_zero", "-00", "zeros"),
        ("zero_before_fraction", "00.5", "zeros"),
        ("zero_before_exponent", "01e1", "zeros"),
        ("hexadecimal", "0x1F", "base"),
        ("hexadecimal_upper", "0X1f", "base"),
        ("hexadecimal_without_digit", "0x", "base"),
        ("minus_hexadecimal", "-0x1", "base"),
        ("octal", "0o7", "base"),
        ("binary", "0b1", "base"),
        ("hexadecimal_digits", "1f", "base"),
        ("underscore", "1_000", "group"),
        ("apostrophe", "1'000", "group"),
        ("space", "1 000", "group"),
        ("no_break_space", "1\u{a0}000", "group"),
        ("thin_space", "1\u{2009}000", "group"),
        ("suffix_n", "1n", "suffix"),
        ("suffix_l", "1L", "suffix"),
        ("suffix_u", "1u", "suffix"),
        ("suffix_percent", "1%", "suffix"),
        ("suffix_unit", "10px", "suffix"),
        ("currency", "$1", "prefix"),
        ("hash", "#1", "prefix"),
        ("full_width_digit", "\u{ff11}", "digits"),
        ("arabic_digit", "\u{661}", "digits"),
        ("arabic_digit_second", "1\u{660}", "digits"),
        ("superscript", "1\u{b2}", "digits"),
        ("half", "\u{bd}", "digits"),
        ("roman", "\u{2167}", "digits"),
        // frac
        ("point_first", ".5", "fraction"),
        ("minus_point_first", "-.5", "fraction"),
        ("point_last", "1.", "fraction"),
        ("zero_point", "0.", "fraction"),
        ("minus_point_last", "-1.", "fraction"),
        ("point_alone", ".", "fraction"),
        ("minus_point", "-.", "fraction"),
        ("two_points", "1..5", "fraction"),
        ("two_fractions", "1.2.3", "fraction"),
        ("point_minus", "1.-5", "fraction"),
        ("point_plus", "1.+5", "fraction"),
        ("point_space", "1. 5", "fraction"),
        ("space_point", "1 .5", "fraction"),
        ("point_letter", "1.a", "fraction"),
        ("fraction_letter", "1.5a", "fraction"),
        ("fraction_underscore", "1.5_0", "fraction"),
        ("point_underscore", "1._5", "fraction"),
        ("point_exponent", "1.e5", "fraction"),
        ("point_exponent_upper", "1.E+5", "fraction"),
        ("fraction_arabic_digit", "1.\u{665}", "fraction"),
        ("middle_dot", "1\u{b7}5", "fraction"),
        ("suffix_f", "1.5f", "fraction"),
        ("suffix_d", "1.5d", "fraction"),
        ("currency_cents", "1.50$", "fraction"),
        // exp
        ("exponent_empty", "1e", "exponent"),
        ("exponent_empty_upper", "1E", "exponent"),
        ("exponent_plus", "1e+", "exponent"),
        ("exponent_minus", "1e-", "exponent"),
        ("exponent_plus_upper", "1E+", "exponent"),
        ("exponent_minus_upper", "1E-", "exponent"),
        ("exponent_zero", "0e", "exponent"),
        ("exponent_minus_zero", "-0e-", "exponent"),
        ("exponent_of_fraction", "1.5e", "exponent"),
        ("exponent_of_fraction_plus", "1.5E+", "exponent"),
        ("exponent_two_plus", "1e++1", "exponent"),
        ("exponent_plus_minus", "1e+-1", "exponent"),
        ("exponent_two_letters", "1ee1", "exponent"),
        ("exponent_mixed_letters", "1eE1", "exponent"),
        ("exponent_twice", "1e1e1", "exponent"),
        ("exponent_fraction", "1e1.5", "exponent"),
        ("exponent_point", "1e.5", "exponent"),
        ("exponent_space", "1e 1", "exponent"),
        ("space_exponent", "1 e1", "exponent"),
        ("exponent_first", "e1", "exponent"),
        ("minus_exponent_first", "-e1", "exponent"),
        ("exponent_hexadecimal", "1e0x1", "exponent"),
        ("exponent_letter", "1ex", "exponent"),
        ("exponent_underscore", "1e1_0", "exponent"),
        ("exponent_arabic_digit", "1e\u{661}", "exponent"),
        ("exponent_minus_of_typography", "1e\u{2212}1", "exponent"),
        ("exponent_p", "1p5", "exponent"),
        ("exponent_caret", "1^5", "exponent"),
        ("exponent_times", "1*10", "exponent"),
        // no number at all
        ("nan", "NaN", "word"),
        ("nan_lower", "nan", "word"),
        ("nan_minus", "-NaN", "word"),
        ("nan_plus", "+NaN", "word"),
        ("nan_upper", "NAN", "word"),
        ("infinity", "Infinity", "word"),
        ("infinity_minus", "-Infinity", "word"),
        ("infinity_plus", "+Infinity", "word"),
        ("infinity_cut", "-Infinit", "word"),
        ("inf", "inf", "word"),
        ("inf_minus", "-inf", "word"),
        ("inf_of_a_library", "1.#INF", "word"),
        ("nan_of_a_library", "1#QNAN", "word"),
        ("infinity_sign", "\u{221e}", "word"),
        ("sum", "1+1", "word"),
        ("difference", "2-1", "word"),
        ("quotient", "1/2", "word"),
        ("brackets", "(1)", "word"),
        ("version", "1.8.0", "word"),
        ("time", "12:30", "word"),
    ])
}
