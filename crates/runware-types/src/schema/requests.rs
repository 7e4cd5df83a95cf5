//! The schema of a whole request.

use alloc::vec::Vec;

use serde_json::{Value, json};

use super::shapes::{Object, Writer, object};
use crate::{TaskType, spec};

/// A list of tasks: each of the shape of its type, or of a type that is not known here.
pub(super) fn body(writer: &mut Writer) -> Object {
    let task = writer.named("task", task);
    object(json!({ "type": "array", "items": task }))
}

fn task(writer: &mut Writer) -> Object {
    let known = TaskType::KNOWN.iter().filter_map(|known| Some((known, spec::request_shape(known)?)));
    let (types, mut tasks): (Vec<&str>, Vec<Value>) =
        known.map(|(known, shape)| (known.as_str(), Value::from(writer.named_shape(shape)))).unzip();
    tasks.push(writer.named("otherTask", |_| other_than(&types)).into());
    object(json!({ "description": "A task of any type.", "oneOf": tasks }))
}

fn other_than(types: &[&str]) -> Object {
    object(json!({
        "description": "A task of a type that is not known here.",
        "type": "object",
        "properties": {
            "taskType": {
                "description": "The type of the task.",
                "type": "string",
                "minLength": 1,
                "not": { "enum": types },
            }
        },
        "required": ["taskType"],
        "additionalProperties": true,
        "x-runware-open": true,
    }))
}
