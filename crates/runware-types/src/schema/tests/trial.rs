//! One shape with everything in it that a shape can have, of which the tables of the crate use only some.

use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{complaints, generate, reference, validator};
use crate::schema::part;
use crate::spec::{Kind, Shape};

const TRIAL: Shape = Shape {
    name: "trial",
    task_type: Some("trial"),
    groups: &[TRIAL_FIELDS],
    any_of: &["url", "media"],
    closed: true,
};

fields! { table TRIAL_FIELDS {
    /// The field.
    _ => "any": Kind::Any;
    /// The field: older; now `any`.
    _ => "bool": Kind::Bool, required;
    /// The field.
    _ => "integer": Kind::integer(-1, 59);
    /// The field.
    _ => "number": Kind::number(-0.5, 100.0);
    /// The field.
    _ => "text": Kind::Text { min: 1, max: 2 };
    /// The field.
    _ => "word": Kind::Word(&["a", "b"]);
    /// The field.
    _ => "const": Kind::Const("auto");
    /// The field.
    _ => "newTask": Kind::NewTaskUuid;
    /// The field.
    _ => "known": Kind::Uuid;
    /// The field.
    _ => "url": Kind::Url;
    /// The field.
    _ => "media": Kind::Media;
    /// The field.
    _ => "money": Kind::Money;
    /// The field.
    _ => "object": Kind::Object(&Shape::object("inner", &[INNER_FIELDS]).with_any_of(&["model"]));
    /// The field.
    _ => "list": Kind::List { of: &Kind::list(&Kind::Bool), min: 1, max: 2 };
    /// The field.
    _ => "closedWord": Kind::OneOf(&[Kind::Const("URL"), Kind::Const("auto")]);
    /// The field.
    _ => "numberOrAuto": Kind::OneOf(&[Kind::NUMBER, Kind::Const("auto")]);
} }

fields! { table INNER_FIELDS {
    /// The field.
    _ => "model": Kind::TEXT;
} }

static TRIAL_SCHEMA: LazyLock<Validator> = LazyLock::new(|| validator(&part(|writer| writer.shape(&TRIAL))));

proptest! {
    #[test]
    fn every_kind_is_judged_alike(
        trial in prop_oneof![generate::of_shape(&TRIAL), generate::mutated(generate::of_shape(&TRIAL))],
    ) {
        let complaints = complaints(&TRIAL_SCHEMA, &trial);
        let allowed = reference::shape_allows(&TRIAL, &trial);
        prop_assert_eq!(complaints.is_empty(), allowed, "{:?}: {}", complaints, trial);
    }
}

#[test]
fn a_field_of_an_older_name_is_deprecated() {
    let schema = part(|writer| writer.shape(&TRIAL));
    let says = |key: &str| schema.pointer(&format!("/properties/{key}/deprecated"));
    assert_eq!((says("bool"), says("any")), (Some(&json!(true)), None));
}

#[test]
fn the_edges_of_every_kind() {
    let (v4, v7) = ("24cd5dff-cb81-4db5-B506-b72a9425f9d1", "24cd5dff-cb81-7db5-8506-b72a9425f9d1");
    let nil = "00000000-0000-0000-0000-000000000000";
    for (key, allowed, refused) in [
        ("any", json!([null, 5, {}]), json!([])),
        ("bool", json!([true, false]), json!([null, "true", 1])),
        ("integer", json!([-1, 0, 59, null]), json!([-2, 60, 0.5, "1"])),
        ("number", json!([-0.5, 0, 100]), json!([-0.51, 100.5, "1"])),
        ("text", json!(["a", "üü", "", "abc", null]), json!([1])),
        ("word", json!(["a", "b", "carrierPigeon", null]), json!([1, ["a"]])),
        ("const", json!(["auto", null]), json!(["Auto"])),
        (
            "newTask",
            json!([v4, v7, v4.replace('-', ""), null]),
            json!([nil, nil.replace('-', ""), format!("{{{v4}}}"), 5]),
        ),
        ("known", json!([v4, v7, v4.replace('-', ""), null]), json!([nil, nil.replace('-', ""), "", 5])),
        (
            "url",
            json!(["http://h", "HTTPS://h/ü?#", null]),
            json!(["http://", "http:///h", "ftp://h", "http://h\u{7f}", "http://h\u{feff}"]),
        ),
        (
            "media",
            json!([
                "http://h",
                v7,
                "data:,\n",
                "data:base64,?",
                "DATA:a/b;BASE64,AA==",
                "AA==",
                "AAAAA",
                "data:;base64,AAAAA=",
                null
            ]),
            json!(["fox.png", "data:", "data:,", "data:;base64,", "data:;Base64,a.b", "A", "", "AA===", {}]),
        ),
        ("money", json!([0, 0.0013, -1, 1e-40, null]), json!(["1"])),
        (
            "object",
            json!([{"model": "a"}, {"model": "a", "new": 1}, {"model": null}, null]),
            json!([{}, {"model": 1}, []]),
        ),
        ("list", json!([[[]], [[true], [false, true]], null]), json!([[], [[], [], []], [true], [[1]], {}])),
        ("closedWord", json!(["URL", "auto", null]), json!(["url"])),
        ("numberOrAuto", json!([1.5, "auto", null]), json!(["1.5", true])),
        ("taskType", json!(["trial"]), json!(["imageInference", null])),
        ("somethingNew", json!([]), json!([null, 5])),
    ] {
        let check = |value: &Value, is_allowed: bool| {
            let mut trial = json!({"taskType": "trial", "bool": true, "url": "https://h"});
            trial[key] = value.clone();
            assert_eq!(complaints(&TRIAL_SCHEMA, &trial).is_empty(), is_allowed, "{trial}");
            assert_eq!(reference::shape_allows(&TRIAL, &trial), is_allowed, "{trial}");
        };
        allowed.as_array().unwrap().iter().for_each(|value| check(value, true));
        refused.as_array().unwrap().iter().for_each(|value| check(value, false));
    }
}
