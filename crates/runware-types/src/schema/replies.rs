//! The schemas of whole replies and of results.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::shapes::{Object, Writer, object};
use crate::TaskType;
use crate::spec::envelope::{ACK, ENVELOPE, FAILED_ITEM, RUNNING};
use crate::spec::{Shape, result_shapes};

/// The words that end a result; see [`Status::phase`](crate::Status::phase).
pub(super) const SUCCESS: &str = "success";
pub(super) const FAILURES: [&str; 5] = ["error", "failed", "cancelled", "canceled", "expired"];

/// The keys of what tasks make. Source: `docs/wire.md`, "Task types".
pub(super) const MEDIA: &str = "^(image|video|audio|maskImage|guideImage|media)(URL|Base64Data|DataURI)$";
pub(super) const OTHER_OUTPUTS: [&str; 4] = ["text", "structuredData", "outputs", "air"];

/// A reply. The table says that `data` is a list; what is in it depends on the task types.
pub(super) fn envelope(writer: &mut Writer) -> Object {
    let item = writer.named("item", item);
    let mut envelope = writer.shape(&ENVELOPE);
    if let Some(data) = member(&mut envelope, "properties").and_then(|properties| member(properties, "data"))
    {
        data.insert("items".to_owned(), item.into());
    }
    envelope
}

/// A finished result of a task of this type.
pub(super) fn result_of(writer: &mut Writer, task_type: &TaskType) -> Option<Object> {
    match result_shapes(task_type) {
        [] => None,
        [shape] => Some(writer.shape_of(shape, Some(task_type.as_str()))),
        shapes => {
            let mut schema = one_of(writer, shapes);
            schema.insert("properties".to_owned(), json!({ "taskType": { "const": task_type } }));
            Some(schema)
        }
    }
}

fn one_of(writer: &mut Writer, shapes: &[&Shape]) -> Object {
    match shapes {
        [shape] => writer.named_shape(shape),
        shapes => {
            let shapes: Vec<Object> = shapes.iter().map(|shape| writer.named_shape(shape)).collect();
            object(json!({ "anyOf": shapes }))
        }
    }
}

fn item(writer: &mut Writer) -> Object {
    let kinds = [
        writer.named("result", result),
        writer.named("running", running),
        writer.named("acknowledgement", acknowledgement),
        writer.named("failure", failure),
    ];
    object(json!({ "description": "What became of a task, or of one of its results.", "anyOf": kinds }))
}

fn result(writer: &mut Writer) -> Object {
    let mut types = Vec::new();
    let mut results: Vec<Value> = Vec::new();
    for known in TaskType::KNOWN {
        let shapes = result_shapes(known);
        if !shapes.is_empty() {
            let mut schema = one_of(writer, shapes);
            schema.insert("properties".to_owned(), json!({ "taskType": { "const": known } }));
            schema.insert("required".to_owned(), json!(["taskType"]));
            types.push(known);
            results.push(schema.into());
        }
    }
    results.push(json!({
        "description": "A result of a task of a type that is not known here, or that it does not say.",
        "not": { "properties": { "taskType": { "enum": types } }, "required": ["taskType"] },
        "x-runware-open": true,
    }));
    object(json!({ "description": "A finished result.", "type": "object", "anyOf": results }))
}

fn running(writer: &mut Writer) -> Object {
    let mut schema = writer.shape(&RUNNING);
    let ends: Vec<&str> = FAILURES.into_iter().chain([SUCCESS]).collect();
    schema.insert("description".to_owned(), "A result in the making.".into());
    schema.insert(
        "allOf".to_owned(),
        json!([{ "properties": { "status": { "not": { "enum": ends } } }, "required": ["status"] }]),
    );
    schema
}

/// Nothing but the name of a task: neither a state, nor a failure, nor anything that was made.
fn acknowledgement(writer: &mut Writer) -> Object {
    let mut schema = writer.shape(&ACK);
    let description = "The word that a task was accepted: no state, no failure, nothing that was made.";
    schema.insert("description".to_owned(), description.into());
    schema.insert("patternProperties".to_owned(), json!({ MEDIA: false }));
    if let Some(properties) = member(&mut schema, "properties") {
        for key in ["status", "error", "code"].into_iter().chain(OTHER_OUTPUTS) {
            properties.insert(key.to_owned(), false.into());
        }
    }
    schema
}

fn failure(writer: &mut Writer) -> Object {
    let mut schema = writer.shape(&FAILED_ITEM);
    schema.insert("description".to_owned(), "A failure that stands in data.".into());
    schema.insert(
        "allOf".to_owned(),
        json!([{ "properties": { "status": { "enum": FAILURES } }, "required": ["status"] }]),
    );
    schema
}

fn member<'a>(object: &'a mut Object, key: &str) -> Option<&'a mut Object> {
    object.get_mut(key)?.as_object_mut()
}
