//! Tasks and results made of the tables, and the same with something wrong in them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use crate::TaskUuid;
use crate::spec::{Field, Kind, Shape};

/// An object that the tables allow: what is required, some of the rest, and perhaps an unknown key.
pub(super) fn of_shape(shape: &'static Shape) -> BoxedStrategy<Value> {
    let mut members: BoxedStrategy<Map<String, Value>> = Just(Map::new()).boxed();
    for field in shape.fields() {
        members = (members, of_field(field, shape.any_of.contains(&field.key)))
            .prop_map(|(mut members, value)| {
                members.extend(value.map(|value| (field.key.to_owned(), value)));
                members
            })
            .boxed();
    }
    let unknown = proptest::option::of(odd_value()).prop_map(|value| value.filter(|_| !shape.closed));
    (members, unknown)
        .prop_map(|(mut members, unknown)| {
            members.extend(unknown.map(|value| ("somethingNew".to_owned(), value)));
            if let Some(task_type) = shape.task_type {
                members.insert("taskType".to_owned(), task_type.into());
            }
            Value::Object(members)
        })
        .boxed()
}

fn of_field(field: &'static Field, is_mark: bool) -> BoxedStrategy<Option<Value>> {
    let value = of_kind(field.kind);
    if field.required || is_mark { value.prop_map(Some).boxed() } else { proptest::option::of(value).boxed() }
}

fn of_kind(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Any => odd_value().boxed(),
        Kind::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Integer { min, max } => {
            let (min, max) = (min.max(i64::MIN.into()), max.min(u64::MAX.into()));
            (min..=max)
                .prop_map(|integer| Value::Number(serde_json::Number::from_i128(integer).unwrap()))
                .boxed()
        }
        Kind::Number { min, max } => (min.max(-1e300)..=max.min(1e300)).prop_map(Value::from).boxed(),
        Kind::Text { min, max } => vec(any::<char>(), min as usize..=max.min(min + 40) as usize)
            .prop_map(|text| Value::from(String::from_iter(text)))
            .boxed(),
        Kind::Word(words) => select(words).prop_map(Value::from).boxed(),
        Kind::Const(word) => Just(json!(word)).boxed(),
        Kind::NewTaskUuid | Kind::Uuid => any::<[u8; 16]>()
            .prop_map(|bytes| json!(TaskUuid::from_random_bytes(bytes).to_string().to_uppercase()))
            .boxed(),
        Kind::Url => "(http|HTTPS)://[a-z.]{1,20}(/[a-zü%?#]{0,9})?".prop_map(Value::from).boxed(),
        Kind::Media => prop_oneof![
            of_kind(Kind::Url),
            of_kind(Kind::Uuid),
            "data:[a-z/;]{0,20},\\PC{1,40}".prop_map(Value::from),
            "DATA:[a-z/;]{0,20};base64,([A-Za-z0-9+/]{4}){1,9}".prop_map(Value::from),
            "([A-Za-z0-9+/_-]{4}){1,9}([A-Za-z0-9]{2}==|[A-Za-z0-9]{3}=?)?".prop_map(Value::from),
        ]
        .boxed(),
        Kind::Money => (-1e9..1e9).prop_map(Value::from).boxed(),
        Kind::Object(shape) => of_shape(shape),
        Kind::List { of, min, max } => {
            vec(of_kind(*of), min..=max.min(min + 3)).prop_map(Value::from).boxed()
        }
        Kind::OneOf(kinds) => select(kinds).prop_flat_map(of_kind).boxed(),
    }
}

/// The object with one value in it, at any depth, replaced by an odd one, taken away, or added.
pub(super) fn mutated(object: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    (object, any::<Index>(), proptest::option::weighted(0.8, odd_value())).prop_map(
        |(mut object, index, odd)| {
            let mut places = Vec::new();
            list_places(&object, "", &mut places);
            if let Some((parent, key)) = (!places.is_empty()).then(|| index.get(&places)) {
                match (object.pointer_mut(parent), odd) {
                    (Some(Value::Object(members)), Some(odd)) => _ = members.insert(key.clone(), odd),
                    (Some(Value::Object(members)), None) => _ = members.remove(key),
                    (Some(Value::Array(elements)), odd) => {
                        elements[key.parse::<usize>().unwrap()] = odd.unwrap_or_default();
                    }
                    _ => {}
                }
            }
            object
        },
    )
}

/// Every member and element, and an unknown member of each object, as the pointer to what holds it and its key.
fn list_places(value: &Value, pointer: &str, places: &mut Vec<(String, String)>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            places.push((pointer.to_owned(), "somethingNew".to_owned()));
            members.iter().map(|(key, value)| (key.clone(), value)).collect()
        }
        Value::Array(elements) => (0..).map(|index: usize| index.to_string()).zip(elements).collect(),
        _ => return,
    };
    for (key, value) in members {
        list_places(value, &format!("{pointer}/{key}"), places);
        places.push((pointer.to_owned(), key));
    }
}

/// Values that are right in some places and wrong in most.
///
/// Whole numbers with a fraction or an exponent (`1.0`, `1e3`) are left out: JSON Schema takes them for integers.
fn odd_value() -> impl Strategy<Value = Value> {
    let texts = select(&[
        "",
        "a",
        "ab",
        "URL",
        "imageInference",
        "auto",
        "fox.png",
        "AAAA===",
        "AAAAA",
        "data:;base64,AAAAA=",
        "https://h/\u{feff}",
        "https://h",
        "HTTPS://h/p",
        "https:///p",
        "https://h p",
        "ftp://h",
        "data:,x",
        "data:,",
        "data:x",
        "data:image/png;base64,",
        "data:;Base64,AA==",
        "data:;Base64,fox.png",
        "24cd5dff-cb81-4db5-8506-b72a9425f9d1",
        "24cd5dff-cb81-4db5-c506-b72a9425f9d1",
        "24cd5dff-cb81-7db5-8506-b72a9425f9d1",
        "24cd5dffcb814db58506b72a9425f9d1",
        "00000000-0000-0000-0000-000000000000",
    ]);
    let integers = select(&[0, 1, -1, 2, 4, 5, 19, 20, 59, 60, 99, 100, 101, 4_294_967_295, 4_294_967_296]);
    prop_oneof![
        4 => texts.prop_map(Value::from),
        4 => integers.prop_map(|integer: i64| Value::from(integer)),
        2 => select(&[0.5, 1.01, -0.5, 100.5]).prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(json!(u64::MAX)),
        1 => (1..5_usize).prop_map(|thousands| Value::from("a".repeat(thousands * 1000))),
        1 => select(&["[]", "{}", "[1]", "[\"a\"]", "[{}]", "{\"model\":1}", "[null]"])
            .prop_map(|text| serde_json::from_str(text).unwrap()),
    ]
}
