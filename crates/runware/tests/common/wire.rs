//! What attempts ask for, and what a server says; `$a` stands for the id of task `a`.

use runware::transport::Attempt;
use runware::types::{RawTask, TaskType};

pub(crate) fn is(attempt: &Attempt, task_type: &TaskType) -> bool {
    attempt.calls.iter().any(|call| RawTask::from_json(&call.bytes).unwrap().task_type() == task_type)
}

pub(crate) fn is_check(attempt: &Attempt) -> bool {
    is(attempt, &TaskType::GetResponse)
}

pub(crate) fn is_details(attempt: &Attempt) -> bool {
    is(attempt, &TaskType::GetTaskDetails)
}

/// An image of task `a`.
pub(crate) fn picture(uuid: &str) -> String {
    format!(r#"{{"taskType":"imageInference","taskUUID":"$a","imageUUID":"{uuid}","imageURL":"u/{uuid}"}}"#)
}

/// A text of task `a`, which has neither an id nor a number of its own.
pub(crate) fn text(text: &str) -> String {
    format!(r#"{{"taskType":"textInference","taskUUID":"$a","text":"{text}"}}"#)
}

/// What the archive has under the id of task `a`: this request, with these items.
pub(crate) fn details(request: &str, items: &str) -> String {
    format!(
        r#"{{"taskType":"getTaskDetails","taskUUID":"$a","request":[{request}],"response":{{"data":[{items}]}}}}"#
    )
}

/// A request under the id of task `a` that is not ours.
pub(crate) const THEIRS: &str = r#"{"taskType":"imageInference","taskUUID":"$a","positivePrompt":"a fox"}"#;

pub(crate) const ACK: &str = r#"{"taskType":"imageInference","taskUUID":"$a"}"#;
pub(crate) const RUNNING: &str = r#"{"taskType":"imageInference","taskUUID":"$a","status":"processing"}"#;
pub(crate) const CONFLICT: &str = r#"{"code":"conflictTaskUUID","taskUUID":"$a"}"#;
pub(crate) const NOT_FOUND: &str = r#"{"code":"taskNotFound","taskUUID":"$a"}"#;
