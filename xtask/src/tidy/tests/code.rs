//! Sources without their comments and literals.

use super::super::code::{blank, words};

/// The blanked source with each run of spaces shortened to one; checks that nothing moved.
fn blanked(source: &str) -> String {
    let code = blank(source);
    assert_eq!(code.len(), source.len(), "{source}");
    assert_eq!(code.lines().count(), source.lines().count(), "{source}");
    code.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn comments_and_literals_disappear_and_nothing_moves() {
    for (source, code) in [
        ("a // b\nc", "a \nc"),
        ("a /* b /* c */ d */ e", "a e"),
        ("a /* b\nc */ d", "a \n d"),
        (r#"f("x \" y")"#, "f( )"),
        (r##"f(r#"a "b" c"#)"##, "f( )"),
        ("f(b\"x\", c\"y\", br\"z\")", "f( , , )"),
        (r"f('\'', '\u{1f}', 'ä', '\\')", "f( , , , )"),
        ("fn f<'a>(x: &'a str) { 'outer: loop {} }", "fn f<'a>(x: &'a str) { 'outer: loop {} }"),
        ("r#type", "r#type"),
        ("let bar = 1;", "let bar = 1;"),
        ("\"never closed", ""),
        ("/* never closed", ""),
    ] {
        assert_eq!(blanked(source), code, "{source}");
    }
}

#[test]
fn a_word_is_more_than_letters_in_a_row() {
    assert_eq!(words("todo todos my_todo todo!", "todo").collect::<Vec<_>>(), [0, 19]);
}
