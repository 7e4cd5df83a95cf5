use proptest::prelude::*;

use super::RawJson;
use crate::DecodeErrorKind;

fn json(text: &str) -> RawJson {
    RawJson::parse(text.to_owned()).unwrap()
}

#[test]
fn the_text_is_kept_and_only_outer_space_dropped() {
    for text in [
        r#"{"b": 1.10,"a":1E2}"#,
        "123456789012345678901234567890",
        "\"\\u00e9 \\ud800\"",
        "null",
        "[ 1 , 2 ]",
    ] {
        assert_eq!(json(&format!(" \n{text}\t")).as_str(), text);
    }
}

#[test]
fn what_is_not_one_value_is_refused() {
    for text in ["{}{}", "nul", "NaN", "01", "{\"a\":}", "\u{feff}{}", "'a'"] {
        assert_eq!(RawJson::parse(text).unwrap_err().kind(), DecodeErrorKind::Syntax, "{text:?}");
    }
    let error = RawJson::parse(&b"\"\xff\""[..]).unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::Syntax);
}

#[test]
fn depth_is_no_error() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(json(&deep).as_str(), deep);
    assert_eq!(format!("{:?}", json(&deep)).chars().count(), 201);
}

#[test]
fn a_field_shares_the_memory_of_its_object() {
    let object = json(r#"{"a": {"b": [1, 2.0]}, "c": null}"#);
    let field = object.field("a").unwrap();
    assert_eq!(field.as_str(), r#"{"b": [1, 2.0]}"#);
    assert_eq!(field.as_bytes().as_ptr(), object.as_bytes().slice(6..).as_ptr());
    assert_eq!(field.field("b").unwrap().decode::<(u8, f64)>().unwrap(), (1, 2.0));
    assert_eq!(object.field("c").unwrap().as_str(), "null");
    assert_eq!(object.field("b"), None);
}

#[test]
fn the_last_of_two_equal_keys_wins() {
    assert_eq!(json(r#"{"a": 1, "\u0061": 2, "b": 3}"#).field("a").unwrap().as_str(), "2");
}

#[test]
fn an_undecodable_neighbour_hides_nothing() {
    assert_eq!(json(r#"{"\ud800": "\udfff", "a": 1}"#).field("a").unwrap().as_str(), "1");
}

#[test]
fn only_objects_have_fields() {
    for text in ["[1]", "\"a\"", "null", "1"] {
        assert_eq!(json(text).field("a"), None);
    }
}

#[test]
fn serde_passes_the_text_through() {
    let text = r#"[{"z":1.10,"a":123456789012345678901234567890},null]"#;
    let values: Vec<RawJson> = serde_json::from_str(text).unwrap();
    assert_eq!(values[1].as_str(), "null");
    assert_eq!(serde_json::to_string(&values).unwrap(), text);
    let value = serde_json::to_value(&values[1..]).unwrap();
    assert_eq!(serde_json::from_value::<Vec<RawJson>>(value).unwrap(), &values[1..]);
}

#[test]
fn debug_hides_secrets_wherever_they_are() {
    let shown = format!(
        "{:?}",
        json(
            r#"[{"taskType": "authentication", "apiKey" : "s3cret-1"}, {"a": {"APIKEY": {"x": ["s3cret-2", {}]}, "b": 1}}, {"\u0061piKeys": ["s3cret-3"]}]"#
        )
    );
    assert!(!shown.contains("s3cret"), "{shown}");
    let expected = r#"[{"taskType":"authentication","apiKey":"[hidden]"},{"a":{"APIKEY":"[hidden]","b":1}},{"\u0061piKeys":"[hidden]"}]"#;
    assert_eq!(shown, expected);
}

#[test]
fn debug_hides_the_secrets_of_addresses() {
    for (address, shown) in [
        ("https://h/?apiKey=s3cret", "https://h/?apiKey=[hidden]"),
        ("https://h/a.png?size=1&token=s3cret==&x=2#top", "https://h/a.png?size=1&token=[hidden]&x=2#top"),
        (
            "https://h/?a=1\\u0026access_token=s3cret\\u0026b=2",
            "https://h/?a=1\\u0026access_token=[hidden]\\u0026b=2",
        ),
        ("https://h/?KEY=s3cret&key=s3cret", "https://h/?KEY=[hidden]&key=[hidden]"),
        ("https://h/?key=&keys=open", "https://h/?key=&keys=open"),
        ("token=open", "token=open"),
        ("https://h/?", "https://h/?"),
    ] {
        assert_eq!(format!("{:?}", json(&format!("\"{address}\""))), format!("\"{shown}\""));
        let text = format!("{{\"a\":\"{address}\",\"b\":1}}");
        let hidden: Vec<&str> = super::secrets(&text).into_iter().map(|range| &text[range]).collect();
        assert!(hidden.iter().all(|secret| secret.starts_with("s3cret")), "{hidden:?}");
        assert_eq!(hidden.len(), shown.matches("[hidden]").count(), "{address}");
    }
}

#[test]
fn debug_is_short() {
    let media = json(&format!(r#"{{"imageBase64Data":"{}","seed":1}}"#, "A".repeat(5_000_000)));
    assert_eq!(format!("{media:?}"), format!(r#"{{"imageBase64Data":"{}…","seed":1}}"#, "A".repeat(79)));
    let many = json(&format!("[{}0]", "1234567890,".repeat(1000)));
    assert_eq!(format!("{many:?}").chars().count(), 201);
}

#[test]
fn debug_escapes_control_characters() {
    assert_eq!(format!("{:?}", json("\"a\u{7f}\u{85}b\"")), "\"a\\u{7f}\\u{85}b\"");
}

#[test]
fn values_are_described_by_text_and_type() {
    for (text, words) in [
        ("\"4\"", "\"4\" (a string)"),
        ("1.0", "1.0 (a number)"),
        ("-1", "-1 (a number)"),
        ("true", "true (a boolean)"),
        ("null", "null"),
        ("[1]", "an array"),
        ("{}", "an object"),
    ] {
        assert_eq!(json(text).describe(), words);
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "\\PC{0,300}".prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
            prop::collection::hash_map("(a|apiKey|\\PC{0,4})", inner, 0..8)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn debug_is_bounded_and_never_panics(value in any_json()) {
        let shown = format!("{:?}", RawJson::from_value(&value).unwrap());
        prop_assert!(shown.chars().count() <= 201, "{shown}");
    }

    #[test]
    fn any_bytes_are_parsed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = RawJson::parse(bytes);
    }
}
