use std::collections::BTreeSet;

use serde_json::Value;

use super::{AccountResult, FilesResult, ImageResult, ModelSearchResult, TextResult};
use crate::spec::{Kind, Shape, result_shapes};
use crate::{Envelope, Item, RawJson, TaskType};

const MINIMAL: &str = include_str!("../../../../tests/fixtures/results/minimal.jsonl");
const FULL: &str = include_str!("../../../../tests/fixtures/results/full.jsonl");

fn item(text: &'static str) -> Item {
    Item::from_raw(RawJson::parse(text).unwrap()).unwrap()
}

/// The samples, with their task types; an item without one is of an upload.
fn samples(lines: &'static str) -> impl Iterator<Item = (TaskType, Value)> {
    lines.lines().map(|line| {
        let item = Envelope::decode(line.as_bytes()).unwrap().items.remove(0);
        (item.task_type().cloned().unwrap_or(TaskType::ModelUpload), item.decode().unwrap())
    })
}

/// Whether the value is what the table says; each key that was found is noted.
fn fits(kind: &Kind, value: &Value, seen: &mut BTreeSet<(&'static str, String)>) -> bool {
    match kind {
        Kind::Any => true,
        Kind::Bool => value.is_boolean(),
        Kind::Integer { min, max } => {
            let number = value.as_i64().map(i128::from).or(value.as_u64().map(i128::from));
            number.is_some_and(|number| (*min..=*max).contains(&number))
        }
        Kind::Number { min, max } => value.as_f64().is_some_and(|number| (*min..=*max).contains(&number)),
        Kind::Money => value.is_number(),
        Kind::Text { .. } | Kind::Media => value.is_string(),
        Kind::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        Kind::Const(text) => value == text,
        Kind::Uuid | Kind::NewTaskUuid => value.as_str().is_some_and(|id| id.parse::<uuid::Uuid>().is_ok()),
        Kind::Url => value.as_str().is_some_and(|url| url.starts_with("https://")),
        Kind::Object(shape) => fits_shape(shape, value, seen),
        Kind::List { of, .. } => {
            value.as_array().is_some_and(|list| list.iter().all(|element| fits(of, element, seen)))
        }
        Kind::OneOf(kinds) => kinds.iter().any(|kind| fits(kind, value, seen)),
    }
}

fn fits_shape(shape: &Shape, value: &Value, seen: &mut BTreeSet<(&'static str, String)>) -> bool {
    let Some(members) = value.as_object() else { return false };
    let known = members.iter().all(|(key, value)| match shape.field(key) {
        Some(field) => {
            seen.insert((shape.name, key.clone()));
            fits(&field.kind, value, seen)
        }
        None => shape.groups.is_empty() || key == "added",
    });
    known && shape.fields().all(|field| !field.required || members.contains_key(field.key))
}

/// The keys of the shape and of what is inside of it.
fn keys(shape: &'static Shape, all: &mut BTreeSet<(&'static str, String)>) {
    for field in shape.fields() {
        if all.insert((shape.name, field.key.to_owned())) {
            inner_keys(&field.kind, all);
        }
    }
}

fn inner_keys(kind: &Kind, all: &mut BTreeSet<(&'static str, String)>) {
    match kind {
        Kind::Object(shape) => keys(shape, all),
        Kind::List { of, .. } => inner_keys(of, all),
        Kind::OneOf(kinds) => kinds.iter().for_each(|kind| inner_keys(kind, all)),
        _ => {}
    }
}

#[test]
fn every_sample_is_what_the_tables_of_its_task_type_say() {
    for (task_type, value) in samples(MINIMAL).chain(samples(FULL)) {
        let shapes = result_shapes(&task_type);
        let fits = shapes.iter().any(|shape| fits_shape(shape, &value, &mut BTreeSet::new()));
        assert!(fits, "{task_type}: {value}");
    }
}

#[test]
fn minimal_samples_hold_nothing_but_what_is_required_and_the_media() {
    let optional = [
        "imageURL",
        "videoURL",
        "audioURL",
        "maskImageURL",
        "guideImageURL",
        "text",
        "structuredData",
        "request",
        "response",
    ];
    for (task_type, value) in samples(MINIMAL) {
        let is_needed = |shape: &&Shape, key: &str| shape.field(key).is_some_and(|field| field.required);
        for key in value.as_object().unwrap().keys() {
            let needed = result_shapes(&task_type).iter().any(|shape| is_needed(shape, key));
            assert!(needed || optional.contains(&key.as_str()) || key == "operation", "{task_type} {key}");
        }
    }
}

#[test]
fn full_samples_hold_every_key_of_the_tables() {
    let (mut expected, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for task_type in TaskType::KNOWN {
        // A reply as a whole, and errors, are no results.
        let is_result = !matches!(task_type, TaskType::GetResponse | TaskType::GetTaskDetails);
        result_shapes(task_type).iter().filter(|_| is_result).for_each(|shape| keys(shape, &mut expected));
    }
    for (task_type, value) in samples(FULL) {
        for shape in result_shapes(&task_type) {
            fits_shape(shape, &value, &mut seen);
        }
    }
    assert_eq!(expected.difference(&seen).collect::<Vec<_>>(), Vec::<&(&str, String)>::new());
}

#[test]
fn large_seeds_and_small_costs_are_exact() {
    let item = item(r#"{"imageURL":"u","seed":9007199254740993,"cost":1.3e-3,"NSFWContent":false}"#);
    let image = ImageResult::from_item(&item).unwrap();
    assert_eq!(image.seed(), Some(9_007_199_254_740_993));
    assert_eq!(image.cost(), Some("0.0013".parse().unwrap()));
    assert_eq!(image.nsfw_content(), Some(false));
}

#[test]
fn token_counts_have_two_names_each() {
    let table = [
        (r#"{"promptTokens":3,"completionTokens":2,"totalTokens":5}"#, (Some(3), Some(2), Some(5))),
        (r#"{"inputTokens":3,"outputTokens":2}"#, (Some(3), Some(2), None)),
        (
            r#"{"promptTokens":3,"outputTokens":2,"inputTokens":9,"totalTokens":5}"#,
            (Some(3), Some(2), Some(5)),
        ),
        (r#"{"promptTokens":null,"inputTokens":9,"completionTokens":-1}"#, (Some(9), None, None)),
        (r#"{"promptTokens":"3","inputTokens":[],"totalTokens":5.5}"#, (None, None, None)),
        ("{}", (None, None, None)),
    ];
    for (usage, expected) in table {
        let text: TextResult = serde_json::from_str(&format!(r#"{{"text":"","usage":{usage}}}"#)).unwrap();
        let counts = text.usage().unwrap();
        let found = (counts.prompt_tokens(), counts.completion_tokens(), counts.total_tokens());
        assert_eq!(found, expected, "{usage}");
        assert_eq!(serde_json::to_string(&counts).unwrap(), usage);
    }
    for no_usage in ["7", "[]", "null", "\"x\""] {
        let text: TextResult = serde_json::from_str(&format!(r#"{{"text":"","usage":{no_usage}}}"#)).unwrap();
        assert_eq!(text.usage(), None, "{no_usage}");
    }
}

#[test]
fn a_balance_is_a_number_or_an_object() {
    let table = [
        ("2450.75", Some((Some("2450.75"), None, None))),
        ("0.1000000000000000055511151231", Some((Some("0.1000000000000000055511151231"), None, None))),
        ("\"12.5\"", Some((Some("12.5"), None, None))),
        ("-3", Some((Some("-3"), None, None))),
        (
            r#"{"amount":1.10,"freeBalance":0.5,"currency":"EUR"}"#,
            Some((Some("1.10"), Some("0.5"), Some("EUR"))),
        ),
        (r#"{"amount":true,"freeBalance":[],"currency":7}"#, Some((None, None, None))),
        ("{}", Some((None, None, None))),
        ("null", None),
        ("true", None),
        ("[1]", None),
        ("\"much\"", None),
    ];
    for (text, expected) in table {
        let account: AccountResult =
            serde_json::from_str(&format!(r#"{{"team":[],"balance":{text}}}"#)).unwrap();
        let balance = account.balance();
        assert_eq!(balance.is_some(), expected.is_some(), "{text}");
        let Some(balance) = balance else { continue };
        let money = |amount: Option<crate::Money>| amount.map(|amount| amount.to_string());
        let found = (money(balance.amount()), money(balance.free_balance()), balance.currency());
        let found = (found.0.as_deref(), found.1.as_deref(), found.2.as_deref());
        assert_eq!(Some(found), expected, "{text}");
        assert_eq!((balance.raw().as_str(), serde_json::to_string(&balance).unwrap().as_str()), (text, text));
    }
}

#[test]
fn what_is_unusable_inside_of_a_result_hides_nothing_beside_it() {
    let files = item(
        r#"{"outputs":{"files":[null,{"url":7},{"url":"a","url":"b","size":1.0},"x"],"files":[{"url":"c"}]}}"#,
    );
    let files = FilesResult::from_item(&files).unwrap().files();
    assert_eq!(files.len(), 1);
    assert_eq!((files[0].url().as_deref(), files[0].raw().as_str()), (Some("c"), r#"{"url":"c"}"#));

    let page =
        item(r#"{"results":[7,{"name":null,"tags":"fox","private":1,"defaultCFG":1e400,"air":"a"},[]]}"#);
    let models = ModelSearchResult::from_item(&page).unwrap().results();
    assert_eq!(models.len(), 1);
    let model = &models[0];
    assert_eq!(
        (model.name(), model.tags().len(), model.is_private(), model.default_cfg()),
        (None, 0, None, None)
    );
    assert_eq!(model.air().as_deref(), Some("a"));

    let page = item(r#"{"results":[{"tags":["fox",2024,1.50,-1,null,["x"],true,"\ud800","\u0061"]}]}"#);
    let models = ModelSearchResult::from_item(&page).unwrap().results();
    assert_eq!(models[0].tags(), ["fox", "2024", "1.50", "-1", "a"]);
}

#[test]
fn parts_share_the_memory_of_the_reply() {
    let reply = bytes::Bytes::from_static(
        br#"{"data":[{"taskType":"3dInference","outputs":{"files":[{"url":"a"}]}}]}"#,
    );
    let item = Envelope::decode(reply.clone()).unwrap().items.remove(0);
    let file = FilesResult::from_item(&item).unwrap().files().remove(0);
    assert!(reply.as_ptr_range().contains(&file.raw().as_bytes().as_ptr()));
}

#[test]
fn long_data_is_short_in_debug_output() {
    let text = format!(r#"{{"imageBase64Data":"{}"}}"#, "A".repeat(5000));
    let image: ImageResult = serde_json::from_str(&text).unwrap();
    assert!(format!("{image:?}").len() < 250, "{image:?}");
    assert_eq!(image.media().unwrap().as_str().len(), 5000);
}
