//! What holds for every item, whatever is in it.

use proptest::collection::{hash_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use runware_types::{Envelope, Item, RawJson, TaskType};

use crate::{FULL, items, name, readings, written};

/// The keys and values of an item, as they were written.
type Members = Vec<(String, String)>;

/// The members of each full sample.
fn full_members() -> Vec<Members> {
    let members = |item: Item| {
        let text = item.raw().as_str().to_owned();
        let keys: Vec<String> = keys_of(&text);
        keys.into_iter()
            .map(|key| (key.clone(), item.raw().field(&key).unwrap().as_str().to_owned()))
            .collect()
    };
    items(FULL).into_iter().map(members).collect()
}

fn keys_of(object: &str) -> Vec<String> {
    // The parser of the tests sorts keys; the order is drawn anyway.
    let object: serde_json::Value = serde_json::from_str(object).unwrap();
    object.as_object().unwrap().keys().cloned().collect()
}

fn written_as_object(members: &Members) -> String {
    let members: Vec<_> = members.iter().map(|(key, value)| format!(" {key:?} :{value}")).collect();
    format!("{{{}\n}}", members.join(","))
}

fn item(text: &str) -> Item {
    Item::from_raw(RawJson::parse(text.to_owned()).unwrap()).unwrap()
}

/// Values of which no reader of the key makes anything, though the key is there.
fn wrong_for(key: &str) -> &'static [&'static str] {
    match key {
        // Any value is right for these, or means something else for the whole item.
        "structuredPrompt" | "structuredData" | "request" | "response" | "taskType" | "status" => &[],
        "cost" | "seed" | "totalResults" | "balance" => &["\"x\"", "[1]", "true", "1e400", "-1e-400"],
        "NSFWContent" | "pong" => &["\"true\"", "1", "[true]", "{}"],
        _ => &["7", "-0.0", "true", "1e400"],
    }
}

/// Whether what a reader answers depends on one of these keys.
fn is_wrong(keys: &[String]) -> impl Fn(&readings::Reading) -> bool {
    |(reader, _)| keys.iter().any(|key| reads(reader, key))
}

fn reads(reader: &str, key: &str) -> bool {
    let is_media =
        ["URL", "Base64Data", "DataURI"].iter().any(|form| key.ends_with(form)) || key == "outputs";
    reader == key
        || reader.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'))
        || (is_media && reader.ends_with("media"))
        // The readers of single models have the names of the models' own keys.
        || (key == "results" && reader != "totalResults")
}

/// Any value, also of a kind that nothing expects.
fn any_value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        select(vec![
            "null",
            "true",
            "false",
            "\"\"",
            "\"https://h/x\"",
            "\"\\ud800\"",
            "\"Zm94\"",
            "1e400",
            "-0",
            "[]"
        ])
        .prop_map(str::to_owned),
        r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?",
    ];
    // Made once: the closure runs for every value.
    let key = any_key().boxed();
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|list| format!("[ {}]", list.join(","))),
            vec((key.clone(), inner), 0..4).prop_map(|members| written_as_object(&members)),
        ]
    })
}

fn any_key() -> impl Strategy<Value = String> {
    let inner = [
        "files",
        "url",
        "amount",
        "freeBalance",
        "credits",
        "total",
        "today",
        "promptTokens",
        "tags",
        "name",
    ];
    let known = full_members().into_iter().flatten().map(|(key, _)| key);
    let known: Vec<String> = known.chain(inner.map(str::to_owned)).collect();
    prop_oneof![9 => select(known), 1 => "[a-zA-Z_]{0,8}"]
}

fn any_type() -> impl Strategy<Value = String> {
    select(TaskType::KNOWN).prop_map(|known| format!("\"{known}\""))
}

proptest! {
    #[test]
    fn no_item_makes_a_reader_panic_and_every_item_is_written_again_as_it_came(
        mut members in vec((any_key(), any_value()), 0..12),
        task_type in prop::option::of(any_type()),
        succeeded in any::<bool>(),
    ) {
        members.extend(task_type.map(|task_type| ("taskType".to_owned(), task_type)));
        members.extend(succeeded.then(|| ("status".to_owned(), "\"success\"".to_owned())));
        let text = written_as_object(&members);
        let envelope = Envelope::decode(format!("{{\"data\":[{text}]}}")).unwrap();
        prop_assert_eq!(envelope.encode(), format!("{{\"data\":[{text}]}}"));
        let result = envelope.items[0].result();
        readings::of(&result);
        _ = (format!("{result:?}"), envelope.items[0].all_media());
        if name(&result) != "Details" {
            prop_assert_eq!(written(&result), text);
        }
    }

    #[test]
    fn a_wrong_type_counts_as_absent_and_leaves_the_other_fields_alone(
        members in select(full_members()).prop_shuffle(),
        added in hash_set("added[A-Z]{1,4}", 0..4),
        values in vec(any_value(), 4),
        wrong in subsequence((0..32).collect::<Vec<usize>>(), 0..6),
        which in any::<prop::sample::Index>(),
    ) {
        let before = readings::of(&item(&written_as_object(&members)).result());
        let mut changed = members.clone();
        let mut wrong_keys = Vec::new();
        for (at, (key, value)) in changed.iter_mut().enumerate() {
            let choices = wrong_for(key);
            if wrong.contains(&at) && !choices.is_empty() {
                *value = choices[which.index(choices.len())].to_owned();
                wrong_keys.push(key.clone());
            }
        }
        changed.extend(added.into_iter().zip(values));

        let text = written_as_object(&changed);
        let result = item(&text).result();
        let (wrong, alone): (Vec<_>, Vec<_>) = readings::of(&result).into_iter().partition(is_wrong(&wrong_keys));
        for (reader, value) in wrong {
            // Of several forms of a media file, another one may be taken.
            prop_assert!(value.is_none() || reader.ends_with("media"), "{} in {}", reader, text);
        }
        let before: Vec<_> = before.into_iter().filter(|reading| !is_wrong(&wrong_keys)(reading)).collect();
        prop_assert_eq!(alone, before, "{}", text);
        if name(&result) != "Details" {
            prop_assert_eq!(written(&result), text);
        }
    }
}
