//! Replies, errors, and the entries of `data` that are no finished result.

use super::{Kind, Shape};
use crate::{Status, TaskType};

/// A whole reply.
pub(crate) const ENVELOPE: Shape = Shape::object("envelope", &[ENVELOPE_FIELDS]);

/// An entry of `errors`.
pub(crate) const ERROR: Shape = Shape::object("error", &[ERROR_FIELDS]);

/// An entry of `data` for a result in the making.
pub(crate) const RUNNING: Shape = Shape::object("running", &[RUNNING_FIELDS]);

/// An entry of `data` that says that a task was accepted.
pub(crate) const ACK: Shape = Shape::object("acknowledgement", &[ACK_FIELDS]);

/// An entry of `data` that tells of a failure.
pub(crate) const FAILED_ITEM: Shape = Shape::object("failedItem", &[FAILED_FIELDS]);

fields! { table ENVELOPE_FIELDS {
    /// What was made, is being made, or was accepted.
    _ => "data": Kind::list(&Kind::Any);
    /// What failed.
    _ => "errors": Kind::list(&Kind::Object(&ERROR));
} }

fields! { table ERROR_FIELDS {
    /// What went wrong, in camelCase; the vocabulary still changes.
    _ => "code": Kind::TEXT, required;
    /// What went wrong, for people.
    _ => "message": Kind::TEXT, required;
    /// The field at fault; several for rules across fields.
    _ => "parameter": Kind::OneOf(&[Kind::TEXT, Kind::list(&Kind::TEXT)]);
    /// The type that was expected.
    _ => "type": Kind::TEXT;
    /// The type of the task that failed.
    _ => "taskType": Kind::Word(TaskType::WORDS);
    /// The id of the task that failed, as it was sent.
    _ => "taskUUID": Kind::TEXT;
    /// The page to read.
    _ => "documentation": Kind::Url;
    /// The state of the result.
    _ => "status": Kind::Word(Status::WORDS);
    /// The values that are allowed, as a list or by name.
    _ => "allowedValues": Kind::OneOf(&[Kind::list(&Kind::Any), Kind::Object(&Shape::object("namedValues", &[]))]);
} }

fields! { table ACK_FIELDS {
    /// The type of the task.
    _ => "taskType": Kind::Word(TaskType::WORDS), required;
    /// The id of the task.
    _ => "taskUUID": Kind::Uuid, required;
} }

fields! { table RUNNING_FIELDS {
    /// The type of the task.
    _ => "taskType": Kind::Word(TaskType::WORDS), required;
    /// The id of the task.
    _ => "taskUUID": Kind::Uuid, required;
    /// The state of the result.
    _ => "status": Kind::Word(Status::WORDS), required;
    /// How far the result has come, in percent.
    _ => "progress": Kind::number(0.0, 100.0);
} }

fields! { table FAILED_FIELDS {
    /// The type of the task.
    _ => "taskType": Kind::Word(TaskType::WORDS);
    /// The id of the task.
    _ => "taskUUID": Kind::Uuid, required;
    /// The state of the result.
    _ => "status": Kind::Word(Status::WORDS), required;
    /// What went wrong.
    _ => "error": Kind::Object(&ERROR);
    /// What went wrong, if there is no `error`.
    _ => "code": Kind::TEXT;
    /// What went wrong, for people, if there is no `error`.
    _ => "message": Kind::TEXT;
} }
