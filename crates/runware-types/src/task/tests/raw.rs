use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{refusal, task, text_of};
use crate::{DeliveryMethod, RawJson, RawTask, TaskType};

fn unreadable(text: &str) -> String {
    RawTask::from_json(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn order_and_digits_are_kept() {
    let text = r#"{"seed": 123456789012345678901234567890, "taskType": "newThing", "b": 1.10, "a": 1E2, "o": { "y":1, "x":[ ] }}"#;
    let task = task(text);
    assert_eq!(task.task_type(), &TaskType::Other("newThing".to_owned()));
    assert_eq!(
        text_of(task),
        r#"{"taskType":"newThing","seed":123456789012345678901234567890,"b":1.10,"a":1E2,"o":{ "y":1, "x":[ ] }}"#
    );
}

#[test]
fn a_byte_order_mark_is_dropped() {
    assert_eq!(text_of(task("\u{feff}{\"taskType\":\"ping\"}")), r#"{"taskType":"ping"}"#);
}

#[test]
fn what_is_no_task_is_refused() {
    assert_eq!(unreadable(""), "the task cannot be read: empty text where JSON was expected");
    assert_eq!(unreadable("{\"a\"}"), "the task cannot be read: malformed JSON at byte 4: expected `:`");
    assert_eq!(unreadable("[{}]"), "the task is an array; it must be a JSON object");
    assert_eq!(unreadable("\"ping\""), "the task is \"ping\" (a string); it must be a JSON object");
    assert_eq!(unreadable("{}"), "`taskType` is missing; it must be a string such as \"imageInference\"");
    assert_eq!(
        unreadable(r#"{"taskType": 5}"#),
        "`taskType` is 5 (a number); it must be a string such as \"imageInference\""
    );
}

#[test]
fn a_field_written_twice_is_refused() {
    let twice = "is written twice; a field must have one value";
    assert_eq!(unreadable(r#"{"taskType":"ping","a":1,"\u0061":1}"#), format!("`a` {twice}"));
    assert_eq!(unreadable(r#"{"taskType":"ping","taskType":"ping"}"#), format!("`taskType` {twice}"));
}

#[test]
fn setting_replaces_in_place_or_appends() {
    let task = RawTask::new("tools").set("a", 1).set("b.c", "x").set("a", [true]).set("d", None::<u8>);
    assert_eq!(text_of(task.clone()), r#"{"taskType":"tools","a":[true],"b.c":"x","d":null}"#);
    let fields: Vec<_> = task.fields().map(|(key, value)| (key, value.as_str())).collect();
    assert_eq!(fields, [("a", "[true]"), ("b.c", "\"x\""), ("d", "null")]);
    let raw = RawJson::parse("1.10").unwrap();
    assert_eq!(task.set_raw("a", raw.clone()).field("a"), Some(&raw));
}

#[test]
fn the_first_mistake_is_reported_with_its_place() {
    let task = RawTask::new(TaskType::ImageInference)
        .set("model", "m")
        .set("settings", BTreeMap::from([("temperature", f64::NAN)]))
        .set("strength", f64::INFINITY);
    assert_eq!(task.field("settings"), None);
    let error = task.encode().unwrap_err();
    assert_eq!(error.field(), "settings.temperature");
    assert_eq!(error.to_string(), "`settings.temperature` is NaN; JSON has no such number");
    assert_eq!(serde_json::to_string(&task).unwrap_err().to_string(), error.to_string());
    assert_eq!(refusal(task), error.to_string());
}

#[test]
fn a_mistake_is_not_mended_by_setting_again() {
    let task = RawTask::new("tools").set("strength", f64::NAN).set("strength", 1);
    assert_eq!(refusal(task), "`strength` is NaN; JSON has no such number");
}

#[test]
fn the_type_cannot_be_changed_or_empty() {
    let changed = RawTask::new(TaskType::Caption).set("taskType", "training");
    assert_eq!(refusal(changed), "`taskType` is fixed when a task is made; it cannot be set afterwards");
    assert_eq!(
        refusal(RawTask::new("")),
        "`taskType` is empty; it must be a name such as \"imageInference\""
    );
}

#[test]
fn expected_results_are_whole_numbers() {
    let count = |value: &str| {
        task(&format!(r#"{{"taskType":"imageInference","numberResults":{value}}}"#)).expected_results()
    };
    assert_eq!(task(r#"{"taskType":"imageInference"}"#).expected_results(), Ok(1));
    assert_eq!(count("4"), Ok(4));
    assert_eq!(count("4294967295"), Ok(u32::MAX));
    for (value, words) in [
        ("0", "0 (a number)"),
        ("-1", "-1 (a number)"),
        ("-0", "-0 (a number)"),
        ("1.0", "1.0 (a number)"),
        ("1e1", "1e1 (a number)"),
        ("\"4\"", "\"4\" (a string)"),
        ("null", "null"),
        ("[4]", "an array"),
    ] {
        let error = count(value).unwrap_err();
        assert_eq!(error.field(), "numberResults");
        assert_eq!(
            error.to_string(),
            format!("`numberResults` is {words}; it must be a whole number of at least 1")
        );
    }
    let error = count("4294967296").unwrap_err();
    assert_eq!(error.to_string(), "`numberResults` is 4294967296 (a number); it must be at most 4294967295");
}

#[test]
fn prompt_enhance_counts_versions() {
    let task = task(r#"{"taskType":"promptEnhance","promptVersions":3,"numberResults":9}"#);
    assert_eq!(task.expected_results(), Ok(3));
}

#[test]
fn delivery_is_chosen_only_for_the_silent() {
    let silent = RawTask::new(TaskType::VideoInference).default_delivery(DeliveryMethod::Async);
    assert_eq!(silent.delivery_method(), Some(DeliveryMethod::Async));
    let outspoken = silent.default_delivery(DeliveryMethod::Sync);
    assert_eq!(outspoken.delivery_method(), Some(DeliveryMethod::Async));
    let null =
        task(r#"{"taskType":"caption","deliveryMethod":null}"#).default_delivery(DeliveryMethod::Async);
    assert_eq!(null.delivery_method(), None);
    for other in [TaskType::ModelSearch, TaskType::GetResponse, "newThing".into()] {
        assert_eq!(RawTask::new(other).default_delivery(DeliveryMethod::Async).fields().count(), 0);
    }
}

#[test]
fn debug_is_short_and_shows_no_key() {
    let task = task(r#"{"taskType":"authentication","apiKey":"s3cret","nested":{"apiKey":"s3cret"}}"#)
        .set("x", f64::NAN);
    let shown = format!("{task:?}");
    assert_eq!(
        shown,
        r#"RawTask { taskType: authentication, apiKey: [hidden], nested: {"apiKey":"[hidden]"}, mistakes: [InvalidTask { field: "x", problem: "is NaN; JSON has no such number" }] }"#
    );
    let media = RawTask::new("caption").set("inputs", "A".repeat(10_000_000));
    assert!(format!("{media:?}").len() < 200);
}

/// JSON text of any shape, with numbers, escapes and white space that no writer of ours would produce.
fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?",
        "\"([a-z ]|\\\\u[0-9a-f]{4}|\\\\[\"\\\\/bfnrt]|[\u{a0}-\u{ff}]){0,20}\"",
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let item = (inner, "[ \n\t]{0,2}").prop_map(|(text, space)| format!("{space}{text}{space}"));
        let member = ("[a-z]{0,3}", item.clone()).prop_map(|(key, value)| format!("\"{key}\" :{value}"));
        prop_oneof![
            prop::collection::vec(item, 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..6).prop_map(|members| format!("{{{} }}", members.join(","))),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_keeps_its_text(values in prop::collection::vec(json_text(), 0..8), space in "[ \r\n\t]{0,3}") {
        let members: String = values
            .iter()
            .enumerate()
            .map(|(n, value)| format!(",{space}\"f{n}\"{space}:{space}{value}{space}"))
            .collect();
        let read = task(&format!("{space}{{\"taskType\":\"tools\"{members}}}{space}"));
        let compact: String = values.iter().enumerate().map(|(n, value)| format!(",\"f{n}\":{value}")).collect();
        let expected = format!("{{\"taskType\":\"tools\"{compact}}}");
        prop_assert_eq!(&text_of(read.clone()), &expected);
        prop_assert_eq!(&serde_json::to_string(&read).unwrap(), &expected);
        prop_assert_eq!(&serde_json::from_str::<RawTask>(&expected).unwrap(), &read);
    }

    #[test]
    fn no_text_panics(text in "[\\[{\"a:,1.}\\]\\\\u ]{0,30}|\\PC{0,30}") {
        let _ = RawTask::from_json(text.as_bytes());
    }
}
