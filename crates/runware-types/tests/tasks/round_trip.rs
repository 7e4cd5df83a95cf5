//! A task that was read is written as it was, whatever it holds.

use std::sync::LazyLock;

use proptest::prelude::*;
use runware_types::{RawTask, TaskType, TypedTask};

use super::{TABLE, read, text_of};

proptest! {
    #[test]
    fn what_a_typed_task_does_not_know_is_kept_byte_for_byte(
        task_type in prop::sample::select(TaskType::KNOWN),
        fields in prop::collection::vec((key(), value()), 0..8),
    ) {
        let mut text = format!("{{\"taskType\":\"{task_type}\"");
        let mut seen = vec!["taskType".to_owned()];
        for (key, value) in fields {
            if !seen.contains(&key) {
                text.push_str(&format!(",\"{key}\":{value}"));
                seen.push(key);
            }
        }
        text.push('}');

        let raw = read(&text);
        prop_assert_eq!(text_of(&raw), text.as_str());
        let typed = TABLE.iter().find(|case| case.built.task_type() == &task_type).unwrap();
        prop_assert_eq!(text_of(&(typed.through)(raw.clone()).unwrap()), text.as_str());
        prop_assert_eq!(text_of(&(typed.deserialized)(&text)), text.as_str());
        let task = TypedTask::from(raw.clone());
        prop_assert_eq!(serde_json::to_string(&task).unwrap(), text.as_str());
        prop_assert_eq!(RawTask::from(task), raw);
    }
}

#[test]
fn one_field_is_set_and_the_others_stay_as_they_were() {
    let image: runware_types::ImageInference = serde_json::from_str(
        r#"{"taskType": "imageInference", "steps": 2.80e1, "new": {"deep": [1.0, "\u00e9"]}, "width": 512}"#,
    )
    .unwrap();
    assert_eq!(
        text_of(&image.width(1024).height(768).into()),
        r#"{"taskType":"imageInference","steps":2.80e1,"new":{"deep": [1.0, "\u00e9"]},"width":1024,"height":768}"#
    );
}

/// A key that some task has, or any other.
fn key() -> impl Strategy<Value = String> {
    static KNOWN: LazyLock<Vec<String>> = LazyLock::new(|| {
        TABLE.iter().flat_map(|case| case.built.fields()).map(|(key, _)| key.to_owned()).collect()
    });
    prop_oneof![prop::sample::select(KNOWN.as_slice()), "[a-z .\u{e9}-\u{f6}]{0,6}"]
}

/// JSON text with numbers, escapes and white space that no writer of ours would produce.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("false".to_owned()),
        r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?",
        "\"([a-z ]|\\\\u[0-9a-f]{4}|\\\\[\"\\\\/bfnrt]|[\u{a0}-\u{ff}]){0,12}\"",
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let item = (inner, "[ \n\t]{0,2}").prop_map(|(text, space)| format!("{space}{text}{space}"));
        let member = (key(), item.clone()).prop_map(|(key, value)| format!("\"{key}\" :{value}"));
        prop_oneof![
            prop::collection::vec(item, 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..5).prop_map(|members| format!("{{{} }}", members.join(","))),
        ]
    })
}
