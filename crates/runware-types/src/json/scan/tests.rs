use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::value::RawValue;

use super::{Flaw, Scanner, is_special, ordinary, special_of_eight};

/// The value that is all of `text`, but for white space around it.
fn whole(text: &str, max_depth: usize) -> Result<&str, (Flaw, usize)> {
    let mut scanner = Scanner::new(text, max_depth);
    let value = scanner.value().and_then(|value| scanner.finish().map(|()| value));
    value.map(|value| &text[value]).map_err(|flaw| (flaw, scanner.offset()))
}

fn check(text: &str) {
    let expected = serde_json::from_str::<&RawValue>(text).map(RawValue::get).ok();
    assert_eq!(whole(text, usize::MAX).ok(), expected, "{text:?}");
}

#[test]
fn the_same_text_is_json_as_for_the_parser() {
    let numbers = [
        "0", "-0", "-", "+1", "1", "10", "01", "-01", "00", "1.", ".1", "1.5", "1.50", "1e", "1e5", "1E+5",
        "1e-5", "1e+", "1.e5", "1.5e05", "1 2", "1a", "0x1", "1e5.5", "--1", "1e400", "NaN", "Infinity",
        "1_0", "1f",
    ];
    let words = ["true", "false", "null", "tru", "nul", "truex", "True", "nullnull", "null null", "t", ""];
    let strings = [
        r#""""#,
        r#"""#,
        r#""a"#,
        r#""a\"#,
        r#""\""#,
        r#""\"""#,
        r#""\\""#,
        r#""\\\""#,
        r#""\/\b\f\n\r\t""#,
        r#""\a""#,
        r#""\u12""#,
        r#""\u12G4""#,
        r#""\u12aF""#,
        r#""\U0041""#,
        r#""\ud800""#,
        r#""\udfff\ud800""#,
        "\"\t\"",
        "\"\n\"",
        "\"\u{1f}\"",
        "\"\u{0}\"",
        "\"\u{20}\u{7f}\u{80}\u{ffff}😀\"",
        "'a'",
        r#""a" "b""#,
        "\"\\\u{e9}\"",
    ];
    let containers = [
        "[]",
        "{}",
        "[ ]",
        "{ }",
        " [\t1 ,\r\n2 ] ",
        "[,]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{1}",
        "[",
        "{",
        "]",
        "}",
        "[]]",
        "[[]",
        "[[],{}]",
        "[[[]],[]]",
        r#"{"a":1}"#,
        r#"{ "a" : 1 , "b" : {} }"#,
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        r#"{,"a":1}"#,
        r#"{a:1}"#,
        r#"{1:1}"#,
        r#"{"a":1 "b":2}"#,
        r#"{"a":1]"#,
        r#"["a":1]"#,
        r#"{"a":{"b":[{"c":[]}]}}"#,
        r#"{"a":[1,{"b":2},[],3],"c":4}"#,
        r#"{"a":1}}"#,
        r#"{"a"::1}"#,
        r#"{"\ud800":1,"":2,"":3}"#,
        "[\u{a0}]",
        "\u{feff}[]",
        "[\u{c}]",
        "[1]//",
        "[1,,2]",
        "[[1],2",
        r#"{"a":[}"#,
        r#"{"a\":1}"#,
    ];
    for text in numbers.iter().chain(&words).chain(&strings).chain(&containers) {
        check(text);
        check(&format!("[{text}]"));
        check(&format!("{{\"a\":{text}}}"));
        check(&format!("[{{\"a\": [{text} , {text}]}}]"));
    }
}

#[test]
fn depth_is_counted_up_to_the_first_error() {
    let table = [
        ("1", 0, None),
        ("[]", 0, Some((Flaw::TooDeep, 0))),
        ("[]", 1, None),
        ("[[]]", 1, Some((Flaw::TooDeep, 1))),
        (r#"{"a":[{}]}"#, 2, Some((Flaw::TooDeep, 6))),
        (r#"{"a":[{}]}"#, 3, None),
        ("[[],[],[]]", 2, None),
        (r#"["[[[[",[]]"#, 2, None),
        (r#"["\"[[[",[[]]]"#, 2, Some((Flaw::TooDeep, 10))),
        (r#"["\\",[[]]]"#, 2, Some((Flaw::TooDeep, 7))),
        ("[ }[[", 1, Some((Flaw::Malformed, 2))),
        ("\"[[[", 1, Some((Flaw::Malformed, 4))),
    ];
    for (text, max_depth, expected) in table {
        assert_eq!(whole(text, max_depth).err(), expected, "{text} at {max_depth}");
    }
}

#[test]
fn a_hundred_thousand_brackets_are_scanned_without_descending() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert_eq!(whole(&deep, usize::MAX), Ok(&deep[..]));
    assert_eq!(whole(&deep, 128), Err((Flaw::TooDeep, 128)));
}

#[test]
fn members_are_found_with_their_places() {
    let text = r#" {"a" : 1,"b\n": {"c": [true]} , "":"x" }"#;
    let mut members = Vec::new();
    let place = Scanner::new(text, 9).members(&mut members).unwrap();
    let object = &text[place];
    assert_eq!(object, text.trim());
    let found: Vec<_> = members
        .iter()
        .map(|member| (member.key_text(object.as_bytes()), member.value().text_of(object)))
        .collect();
    assert_eq!(found, [("a".into(), "1"), ("b\n".into(), r#"{"c": [true]}"#), ("".into(), r#""x""#)]);
}

#[test]
fn only_an_object_has_members() {
    for text in ["[]", "1", "", "\"{}\"", "null"] {
        assert_eq!(Scanner::new(text, 9).members(&mut Vec::new()), Err(Flaw::Malformed), "{text}");
    }
}

#[test]
fn a_special_byte_is_found_wherever_it_is() {
    for special in [b'"', b'\\', 0, 9, 0x1f] {
        for length in (0..40).chain(120..220) {
            for neighbour in [b'a', b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff] {
                let mut text = vec![neighbour; length + 80];
                assert_eq!(ordinary(&text), text.len(), "{neighbour} alone");
                text[length] = special;
                assert_eq!(ordinary(&text), length, "{special} among {neighbour}");
                text[length + 1] = b'"';
                assert_eq!(ordinary(&text), length, "{special} before a quote");
                assert_eq!(ordinary(&text[..=length]), length, "{special} at the end");
            }
        }
    }
}

#[test]
fn eight_bytes_at_once_find_what_one_by_one_finds() {
    for byte in 0..=255 {
        for at in 0..8 {
            for neighbour in [b'a', 0x80, 0x21] {
                let mut bytes = [neighbour; 8];
                bytes[at] = byte;
                assert_eq!(
                    special_of_eight(bytes),
                    bytes.iter().position(|byte| is_special(*byte)),
                    "{bytes:?}"
                );
            }
        }
    }
}

/// Pieces of JSON, and of what is nearly JSON.
fn pieces() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\"a\"",
        "\"\\\"\"",
        "\"\\u00e9\"",
        "\"\\ud800\"",
        "\"",
        "\\",
        "0",
        "-",
        "1.5",
        "e",
        "true",
        "null",
        "é",
        "{}",
        "[]",
        "\"k\":",
    ]);
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// JSON with all kinds of values.
fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        select(vec!["null", "true", "false"]).prop_map(str::to_owned),
        r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        r#""([ -!#-\[\]-~\u{80}-\u{2fff}]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}){0,90}""#,
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let member = (r#""([a-z]{0,3}|\\u[0-9a-f]{4})""#, inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(|list| format!("[{}]", list.join(" ,"))),
            proptest::collection::vec(member, 0..5).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(key, value)| format!("{key} :{value}")).collect();
                format!("{{{} }}", members.join(", "))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_pieces_are_json_as_for_the_parser(text in pieces()) {
        check(&text);
    }

    #[test]
    fn damaged_json_is_json_as_for_the_parser(
        text in any_json(),
        at in any::<Index>(),
        damage in proptest::option::of(r#"["\\{}\[\],:0-9eE.+\- \nu\u{0}-\u{1f}]"#),
    ) {
        check(&text);
        let characters: Vec<_> = text.chars().collect();
        let at = at.index(characters.len());
        let (before, after) = (&characters[..at], &characters[at + 1..]);
        let damaged: String = before.iter().collect::<String>() + &damage.unwrap_or_default() + &after.iter().collect::<String>();
        check(&damaged);
    }
}
