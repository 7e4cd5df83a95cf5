use proptest::prelude::*;

use super::*;

fn plain(text: impl AsRef<[u8]>) -> String {
    excerpt(text.as_ref(), None)
}

#[test]
fn a_short_text_is_itself_with_white_space_folded() {
    assert_eq!(plain("Bad Gateway"), "Bad Gateway");
    assert_eq!(plain("\n <html>\r\n\t<body>  no  </body>\n"), "<html> <body> no </body>");
    assert_eq!(plain(" \n\t "), "");
}

#[test]
fn what_moves_a_terminal_or_the_writing_is_escaped() {
    assert_eq!(plain("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
    assert_eq!(plain("a\u{0}\u{7f}\u{9b}b"), "a\\u{0}\\u{7f}\\u{9b}b");
    assert_eq!(plain("a\u{202e}b\u{2066}c\u{200f}"), "a\\u{202e}b\\u{2066}c\\u{200f}");
    assert_eq!(plain("\u{feff}x\u{2028}y"), "\\u{feff}x\\u{2028}y");
}

#[test]
fn other_languages_are_left_alone() {
    assert_eq!(plain("Größe – 寸法 – حجم – 👍"), "Größe – 寸法 – حجم – 👍");
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    assert_eq!(plain(b"a\xffb\xe2\x82"), "a\u{fffd}b\u{fffd}");
    assert_eq!(plain(b"\xe2\x82z\xf0\x9f"), "\u{fffd}z\u{fffd}");
}

#[test]
fn a_long_text_is_cut_and_says_so() {
    let shown = plain("x".repeat(100_000));
    assert_eq!(shown.chars().count(), 200);
    assert!(shown.ends_with("x…"));
    assert_eq!(plain("x".repeat(199)), "x".repeat(199));
}

#[test]
fn the_key_is_taken_out_wherever_it_stands() {
    let key = ApiKey::new("Sekret-0123").unwrap();
    let shown = excerpt(b"auth: Bearer Sekret-0123, sekret-0123SEKRET-0123 Sekret-012", Some(&key));
    assert_eq!(shown, "auth: Bearer [API key], [API key][API key] Sekret-012");
}

#[test]
fn the_key_is_not_shown_in_part_where_the_text_is_cut() {
    let key = ApiKey::new("Sekret-0123").unwrap();
    for before in 150..230 {
        let text = format!("{}Sekret-0123", "x".repeat(before));
        let shown = excerpt(text.as_bytes(), Some(&key));
        assert!(!shown.contains('S') && !shown.contains("0123"), "{shown}");
    }
}

proptest! {
    #[test]
    fn any_bytes_become_one_short_safe_line(text: Vec<u8>, tail: String) {
        let shown = plain([text.as_slice(), tail.as_bytes()].concat());
        prop_assert!(shown.chars().count() <= 200);
        prop_assert!(!shown.chars().any(is_unsafe));
        prop_assert_eq!(shown.trim_ascii(), shown.as_str());
    }
}
