//! A plain reading of the tables, to compare the schemas with.

use serde_json::Value;

use crate::media_input::{MediaForm, is_like_base64, is_web_address};
use crate::spec::{Kind, Shape, request_shape};
use crate::{MediaInput, TaskType, TaskUuid};

/// Whether the tables allow the task; of a type without a table they ask what is asked of every task.
pub(super) fn allows(task: &Value) -> bool {
    let member_fits =
        |key: &str, kind| task.get(key).is_none_or(|value| value.is_null() || kind_allows(&kind, value));
    match task.get("taskType").and_then(Value::as_str) {
        None | Some("") => false,
        Some(known) => match request_shape(&TaskType::from(known)) {
            Some(shape) => shape_allows(shape, task),
            None => member_fits("taskUUID", Kind::NewTaskUuid) && member_fits("numberResults", Kind::COUNT),
        },
    }
}

/// Whether the tables allow the object.
pub(super) fn shape_allows(shape: &Shape, value: &Value) -> bool {
    let Some(object) = value.as_object() else { return false };
    let type_is_right =
        shape.task_type.is_none_or(|task_type| object.get("taskType").is_some_and(|is| is == task_type));
    let has_marks = shape.any_of.is_empty() || shape.any_of.iter().any(|key| object.contains_key(*key));
    let all_there = shape.fields().all(|field| !field.required || object.contains_key(field.key));
    let all_fit = object.iter().all(|(key, value)| match shape.field(key) {
        Some(field) => (value.is_null() && !field.required) || kind_allows(&field.kind, value),
        None => !shape.closed || key == "taskType",
    });
    type_is_right && has_marks && all_there && all_fit
}

fn kind_allows(kind: &Kind, value: &Value) -> bool {
    let text_is = |test: &dyn Fn(&str) -> bool| value.as_str().is_some_and(test);
    match kind {
        Kind::Any => true,
        Kind::Bool => value.is_boolean(),
        Kind::Integer { min, max } => {
            let integer = value.as_i64().map(i128::from).or(value.as_u64().map(i128::from));
            integer.is_some_and(|integer| (*min..=*max).contains(&integer))
        }
        Kind::Number { min, max } => value.as_f64().is_some_and(|number| (*min..=*max).contains(&number)),
        Kind::Text { .. } | Kind::Word(_) => value.is_string(),
        Kind::Const(word) => value == word,
        Kind::NewTaskUuid | Kind::Uuid => text_is(&|text| match text.len() {
            32 => text.bytes().all(|byte| byte.is_ascii_hexdigit()) && text.bytes().any(|byte| byte != b'0'),
            _ => TaskUuid::parse_known(text).is_ok(),
        }),
        Kind::Url => text_is(&is_web_address),
        Kind::Media => text_is(&media_is_allowed),
        Kind::Money => value.is_number(),
        Kind::Object(shape) => shape_allows(shape, value),
        Kind::List { of, min, max } => value.as_array().is_some_and(|list| {
            (*min..=*max).contains(&list.len()) && list.iter().all(|element| kind_allows(of, element))
        }),
        Kind::OneOf(kinds) => kinds.iter().any(|kind| kind_allows(kind, value)),
    }
}

/// Whether the text is of one of the four forms; of a data address, whether there is data and it is what it is called.
fn media_is_allowed(text: &str) -> bool {
    match (MediaInput::recognise(text), text.split_once(',')) {
        (None, _) => is_like_base64(text),
        (Some(MediaForm::DataUri), Some((_, ""))) => false,
        (Some(MediaForm::DataUri), Some((head, data))) if head.to_ascii_lowercase().ends_with(";base64") => {
            is_like_base64(data)
        }
        (Some(_), _) => true,
    }
}
