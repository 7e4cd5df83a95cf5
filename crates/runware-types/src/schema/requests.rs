//! The schema of a whole request.

use alloc::vec::Vec;

use serde_json::{Value, json};

use super::shapes::{Object, Writer, object, or_null};
use crate::TaskType;
use crate::spec::{self, Kind};

/// A list of tasks: each of the shape of its type, or of a type that is not known here.
pub(super) fn body(writer: &mut Writer) -> Object {
    let task = writer.named("task", task);
    object(json!({ "type": "array", "items": task }))
}

fn task(writer: &mut Writer) -> Object {
    let known = TaskType::KNOWN.iter().filter_map(|known| Some((known, spec::request_shape(known)?)));
    let (types, mut tasks): (Vec<&str>, Vec<Value>) =
        known.map(|(known, shape)| (known.as_str(), Value::from(writer.named_shape(shape)))).unzip();
    tasks.push(writer.named("otherTask", |writer| other_than(&types, writer)).into());
    object(json!({ "description": "A task of any type.", "oneOf": tasks }))
}

/// What this crate asks of every task that it sends, of whatever type.
fn other_than(types: &[&str], writer: &mut Writer) -> Object {
    let id = or_null(writer.kind(&Kind::NewTaskUuid));
    let count = or_null(writer.kind(&Kind::COUNT));
    object(json!({
        "description": "A task of a type that is not known here.",
        "type": "object",
        "properties": {
            "taskType": {
                "description": "The type of the task.",
                "type": "string",
                "minLength": 1,
                "not": { "enum": types },
            },
            "taskUUID": id,
            "numberResults": count,
        },
        "required": ["taskType"],
        "additionalProperties": true,
        "x-runware-open": true,
    }))
}
