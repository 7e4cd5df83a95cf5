use std::collections::BTreeMap;

use serde::Serialize;

use crate::RawJson;

#[derive(Serialize)]
struct Settings {
    temperature: f64,
}

#[derive(Serialize)]
struct Task {
    #[serde(rename = "CFGScale")]
    scale: f32,
    settings: Option<Settings>,
    lora: Vec<BTreeMap<&'static str, f64>>,
}

#[derive(Serialize)]
enum Shape {
    Unit,
    Newtype(f64),
    Tuple(f64, f64),
    Struct { side: f64 },
}

fn fine() -> Task {
    Task {
        scale: 3.5,
        settings: Some(Settings { temperature: 0.0 }),
        lora: vec![BTreeMap::from([("weight", 1.0)])],
    }
}

fn refusal<T: Serialize>(value: T) -> String {
    RawJson::from_value(&value).unwrap_err().to_string()
}

#[test]
fn finite_values_are_written() {
    let text = r#"{"CFGScale":3.5,"settings":{"temperature":0.0},"lora":[{"weight":1.0}]}"#;
    assert_eq!(RawJson::from_value(&fine()).unwrap().as_str(), text);
}

#[test]
fn the_place_is_named_at_any_depth() {
    assert_eq!(refusal(f64::NAN), "the value is NaN; JSON has no such number");
    assert_eq!(refusal(f32::NEG_INFINITY), "the value is minus infinity; JSON has no such number");
    let task = Task { scale: f32::INFINITY, ..fine() };
    assert_eq!(refusal(task), "`CFGScale` is infinite; JSON has no such number");
    let task = Task { settings: Some(Settings { temperature: f64::NAN }), ..fine() };
    assert_eq!(refusal(task), "`settings.temperature` is NaN; JSON has no such number");
    let task = Task { lora: vec![BTreeMap::new(), BTreeMap::from([("weight", f64::NAN)])], ..fine() };
    assert_eq!(refusal(task), "`lora[1].weight` is NaN; JSON has no such number");
    assert_eq!(refusal(BTreeMap::from([(7, f64::NAN)])), "`7` is NaN; JSON has no such number");
    assert_eq!(refusal(("a", (1, f64::NAN))), "`[1][1]` is NaN; JSON has no such number");
}

#[test]
fn enum_variants_are_named_as_json_names_them() {
    assert_eq!(
        RawJson::from_value(&[Shape::Unit, Shape::Newtype(1.0)]).unwrap().as_str(),
        r#"["Unit",{"Newtype":1.0}]"#
    );
    assert_eq!(refusal(Shape::Newtype(f64::NAN)), "`Newtype` is NaN; JSON has no such number");
    assert_eq!(refusal([Shape::Tuple(0.0, f64::NAN)]), "`[0].Tuple[1]` is NaN; JSON has no such number");
    assert_eq!(refusal(Shape::Struct { side: f64::NAN }), "`Struct.side` is NaN; JSON has no such number");
}

#[test]
fn what_json_cannot_hold_is_refused() {
    let keys_that_are_lists = BTreeMap::from([([1], 2)]);
    assert_eq!(refusal(keys_that_are_lists), "the value cannot be written as JSON: key must be a string");
}

#[test]
fn raw_json_passes_as_it_is() {
    let raw = RawJson::parse(r#"{"seed": 1E2}"#).unwrap();
    assert_eq!(RawJson::from_value(&[&raw]).unwrap().as_str(), r#"[{"seed": 1E2}]"#);
}
