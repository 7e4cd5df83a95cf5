//! The types of the crate inside of other people's types.

use runware_types::schema::schemars::{JsonSchema, schema_for};
use runware_types::{
    DeliveryMethod, ImageInference, ImageResult, MediaInput, Money, RawJson, RawTask, RequestHash, Status,
    TaskType, TaskUuid,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{complaints, validator};

/// Writes the value and checks it against the schema of its type.
fn check<T: JsonSchema + Serialize>(value: &T) -> Value {
    let schema = schema_for!(T);
    jsonschema::draft202012::meta::validate(schema.as_value()).unwrap();
    let written = serde_json::to_value(value).unwrap();
    assert_eq!(complaints(&validator(&schema), &written), [""; 0], "{written}");
    schema.to_value()
}

#[test]
fn what_is_written_fits_the_schema_of_its_type() {
    let id = TaskUuid::from_key("tests", "types");
    let task = ImageInference::new("runware:101@1", "a fox").seed_image(MediaInput::url("https://h/i.png"));
    let result = json!({
        "taskType": "imageInference", "taskUUID": id, "imageUUID": id, "imageURL": "https://h/i.png",
    });
    check(&id);
    check(&Money::ZERO);
    check(&RawJson::parse("[1.10, null]").unwrap());
    check(&RawTask::from(task.clone()));
    check(&MediaInput::base64("AAAA"));
    check(&(DeliveryMethod::Async, Status::from("queued"), TaskType::ThreeDInference));
    check(&"5".repeat(64).parse::<RequestHash>().unwrap());
    check(&serde_json::from_value::<ImageResult>(result).unwrap());
    check(&task);
}

#[test]
fn a_type_that_holds_them_refers_to_each_once() {
    type Order = (TaskUuid, Vec<ImageInference>, Option<ImageInference>, Money);
    let schema = schema_for!(Order);
    let definitions = schema.get("$defs").and_then(Value::as_object).unwrap();
    let names: Vec<&String> = definitions.keys().collect();
    assert_eq!(names, ["ImageInference", "Money", "TaskUuid"]);
    validator(&schema);
}

#[test]
fn known_words_are_listed_and_others_allowed() {
    let schema = schema_for!(DeliveryMethod);
    assert_eq!(schema.pointer("/anyOf/0/enum").unwrap(), &json!(["sync", "async", "stream"]));
    assert_eq!(schema.get("x-runware-open"), Some(&json!(true)));
    let validator = validator(&schema);
    assert!(validator.is_valid(&json!("carrierPigeon")) && !validator.is_valid(&json!(5)));
}
