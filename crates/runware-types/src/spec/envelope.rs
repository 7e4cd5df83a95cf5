//! Replies, errors, and the entries of `data` that are no finished result.

use super::{Kind, Shape};
use crate::{Status, TaskType};

/// A whole reply.
///
/// Source: `docs/wire.md`, "The envelope".
pub(crate) const ENVELOPE: Shape = Shape::object("envelope", &[ENVELOPE_FIELDS]);

/// An entry of `errors`.
///
/// Source: `docs/wire.md`, "Errors".
pub(crate) const ERROR: Shape = Shape::object("error", &[ERROR_FIELDS]);

/// An entry of `data` that says that a task was accepted.
///
/// Source: `docs/wire.md`, "Acknowledgement".
pub(crate) const ACK: Shape = Shape::object("acknowledgement", &[HEAD_FIELDS]);

/// An entry of `data` for a result in the making.
///
/// Source: `docs/wire.md`, "Status checks".
pub(crate) const RUNNING: Shape = Shape::object("running", &[HEAD_FIELDS, RUNNING_FIELDS]);

/// An entry of `data` that tells of a failure: with an `error`, or with a `code` of its own.
///
/// Source: `docs/wire.md`, "Shapes that are accepted".
pub(crate) const FAILED_ITEM: Shape =
    Shape::object("failedItem", &[FAILED_FIELDS]).with_any_of(&["error", "code"]);

fields! { table ENVELOPE_FIELDS {
    /// What was made, is being made, or was accepted: a result, or one of the other objects of this file.
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
    /// The id of the task that failed; absent where it is the whole request that failed.
    _ => "taskUUID": Kind::TEXT;
    /// The page to read.
    _ => "documentation": Kind::Url;
    /// The state of the result.
    _ => "status": Kind::Word(Status::WORDS);
    /// The least that is allowed.
    _ => "min": Kind::NUMBER;
    /// The most that is allowed.
    _ => "max": Kind::NUMBER;
    /// What the value must be a multiple of.
    _ => "multiplier": Kind::NUMBER;
    /// The value that counts if none is given.
    _ => "default": Kind::Any;
    /// The values that are allowed, as a list or by name.
    _ => "allowedValues": Kind::OneOf(&[Kind::list(&Kind::Any), Kind::Object(&Shape::object("namedValues", &[]))]);
    /// What a provider behind the service said.
    _ => "responseContent": Kind::Any;
    /// What else there is to say.
    _ => "additionalDetails": Kind::Any;
    /// Which of the task's results failed.
    _ => "resultIndex": Kind::integer(0, u32::MAX as i128);
} }

fields! { table HEAD_FIELDS {
    /// The type of the task.
    _ => "taskType": Kind::Word(TaskType::WORDS), required;
    /// The id of the task.
    _ => "taskUUID": Kind::Uuid, required;
} }

fields! { table RUNNING_FIELDS {
    /// The state of the result.
    _ => "status": Kind::Word(Status::WORDS), required;
    /// How far the result has come, in percent.
    _ => "progress": Kind::integer(0, 100);
    /// Which of the task's results this is.
    _ => "resultIndex": Kind::integer(0, u32::MAX as i128);
} }

fields! { table FAILED_FIELDS {
    /// The type of the task.
    _ => "taskType": Kind::Word(TaskType::WORDS);
    /// The id of the task.
    _ => "taskUUID": Kind::Uuid, required;
    /// The state of the result.
    _ => "status": Kind::Word(Status::WORDS);
    /// Which of the task's results this is.
    _ => "resultIndex": Kind::integer(0, u32::MAX as i128);
    /// What went wrong.
    _ => "error": Kind::Object(&ERROR);
    /// What went wrong, if there is no `error`.
    _ => "code": Kind::TEXT;
    /// What went wrong, for people, if there is no `error`.
    _ => "message": Kind::TEXT;
} }
