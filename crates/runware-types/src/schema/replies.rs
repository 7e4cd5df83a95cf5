//! The schemas of whole replies and of results.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::shapes::{Object, Writer, object};
use crate::TaskType;
use crate::spec::envelope::{ACK, ENVELOPE, FAILED_ITEM, RUNNING};
use crate::spec::{Kind, Shape, result_shapes};

/// The words that end a result; see [`Status::phase`](crate::Status::phase).
pub(super) const SUCCESS: &str = "success";
pub(super) const FAILURES: [&str; 5] = ["error", "failed", "cancelled", "canceled", "expired"];

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

/// A result of the shape of its type. Shapes whose type may be left out tell themselves by their other keys.
fn result(writer: &mut Writer) -> Object {
    let mut types = Vec::new();
    let mut results: Vec<Value> = Vec::new();
    for known in TaskType::KNOWN {
        let shapes = result_shapes(known);
        if !shapes.is_empty() {
            let mut schema = one_of(writer, shapes);
            schema.insert("properties".to_owned(), json!({ "taskType": { "const": known } }));
            types.push(known);
            results.push(schema.into());
        }
    }
    results.push(writer.named("otherResult", |writer| other_than(&types, writer)).into());
    object(json!({ "description": "A finished result.", "anyOf": results }))
}

fn other_than(types: &[&TaskType], writer: &mut Writer) -> Object {
    let id = writer.kind(&Kind::Uuid);
    object(json!({
        "description": "A result of a task of a type that is not known here.",
        "type": "object",
        "properties": {
            "taskType": {
                "description": "The type of the task.",
                "type": "string",
                "minLength": 1,
                "not": { "enum": types },
            },
            "taskUUID": id,
        },
        "required": ["taskType", "taskUUID"],
        "additionalProperties": true,
        "x-runware-open": true,
    }))
}

fn running(writer: &mut Writer) -> Object {
    let mut schema = writer.shape(&RUNNING);
    let ends: Vec<&str> = FAILURES.into_iter().chain([SUCCESS]).collect();
    schema.insert("description".to_owned(), "A result in the making.".into());
    schema.insert(
        "allOf".to_owned(),
        json!([
            of_generation(),
            { "properties": { "status": { "not": { "enum": ends } } }, "required": ["status"] },
        ]),
    );
    schema
}

fn acknowledgement(writer: &mut Writer) -> Object {
    let mut schema = writer.shape(&ACK);
    let description = "The word that a task was accepted: no state, no failure, nothing of a result.";
    schema.insert("description".to_owned(), description.into());
    schema.insert("allOf".to_owned(), json!([of_generation()]));
    schema.insert("propertyNames".to_owned(), json!({ "not": { "enum": telling_keys() } }));
    schema
}

/// Other tasks are answered at once, with a result or a failure.
fn of_generation() -> Value {
    let others: Vec<&TaskType> = TaskType::KNOWN.iter().filter(|known| !known.is_generation()).collect();
    json!({ "properties": { "taskType": { "not": { "enum": others } } } })
}

/// The keys that make an item more than an acknowledgement: those of states, of failures and of results.
fn telling_keys() -> BTreeSet<&'static str> {
    let generation = TaskType::KNOWN.iter().filter(|known| known.is_generation());
    let results = generation.flat_map(result_shapes).copied();
    let shapes = results.chain([&RUNNING, &FAILED_ITEM]);
    let keys = shapes.flat_map(Shape::fields).map(|field| field.key);
    keys.filter(|key| ACK.field(key).is_none()).collect()
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
