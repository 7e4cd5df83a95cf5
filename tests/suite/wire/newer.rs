//! What a newer server may add to the samples.

use proptest::prelude::*;
use runware_types::{Envelope, RawTask};

use super::{COMPACT, POLL_REQUEST, archived, entries, id, only_task, replies, sample};

proptest! {
    #![proptest_config(crate::properties::cases(64))]

    /// Whatever a newer server adds, anywhere, is kept to the letter and changes nothing of what is known.
    #[test]
    fn unknown_fields_survive_everywhere(key in "[a-z]{0,3}zz\u{e9}?[A-Z]{0,4}", value in any_json()) {
        for name in replies() {
            let (known, text) = (sample(name), with_field_everywhere(&sample(name), &key, &value));
            let (before, after) = (Envelope::decode(known).unwrap(), Envelope::decode(text.clone()).unwrap());
            prop_assert_eq!(&after.anomalies[..], &[][..]);
            prop_assert_eq!(after.raw(), text.as_bytes());
            prop_assert_eq!(heads(&after), heads(&before));
            // All but the field beside `data` and `errors` themselves is in what is written again.
            let expected = text.trim_end().replacen(&member(&key, &value, ","), "", 1);
            if COMPACT.contains(&name) {
                prop_assert_eq!(after.encode(), expected.as_bytes());
            }
            for raw in entries(&after) {
                let kept = raw.field(&key).unwrap();
                prop_assert_eq!(kept.as_str(), &value);
                prop_assert!(expected.contains(raw.as_str()));
            }
        }
        for request in [sample(POLL_REQUEST), archived("task-details-success.json").0] {
            let text = with_field_everywhere(&only_task(&request), &key, &value);
            let prepared = RawTask::from_json(text.as_bytes()).unwrap().prepare(id(SPARE)).unwrap();
            let sent = RawTask::from_json(prepared.bytes()).unwrap();
            let kept = sent.field(&key).unwrap();
            prop_assert_eq!(kept.as_str(), &value);
        }
    }
}

const SPARE: &str = "9f0c1c0a-6f1c-4b1e-8f5e-0d8a6b1c2d3e";

/// Everything that is read of a reply at once.
fn heads(reply: &Envelope) -> Vec<String> {
    let items = reply.items.iter().map(|item| {
        let failure = item.failure().map(|error| (error.code().to_owned(), error.message().to_owned()));
        let result = (item.result_uuid(), item.result_index(), item.cost(), item.has_output());
        format!("{:?}", (item.task_type(), item.task_uuid(), item.phase(), item.progress(), result, failure))
    });
    let errors = reply.errors.iter().map(|error| {
        let about = (error.task_type(), error.task_uuid(), error.status(), error.parameters());
        format!("{:?}", (error.code(), error.message(), error.documentation(), about))
    });
    items.chain(errors).collect()
}

fn member(key: &str, value: &str, end: &str) -> String {
    format!("\"{key}\":{value}{end}")
}

/// The same text with one more member in front of those of every object.
fn with_field_everywhere(text: &str, key: &str, value: &str) -> String {
    let mut out = String::new();
    let (mut in_text, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        out.push(character);
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = in_text,
            '"' => in_text = !in_text,
            '{' if !in_text => {
                let is_empty = text[at + 1..].trim_start().starts_with('}');
                out.push_str(&member(key, value, if is_empty { "" } else { "," }));
            }
            _ => {}
        }
    }
    out
}

/// JSON as odd as it may be: numbers that no machine number holds, escapes, other people's letters.
fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?",
        r#""([a-z\u{80}-\u{2fff} {}]|\\["\\/bfnrt]|\\u[0-9a-c][0-9a-f]{3}){0,12}""#,
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(|list| format!("[{}]", list.join(" , "))),
            ("[a-c]{1,2}", inner).prop_map(|(key, value)| format!("{{ \"{key}\" :{value}}}")),
        ]
    })
}
