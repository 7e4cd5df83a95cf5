//! What replies are made of, besides results.

use super::{Kind, Shape};
use crate::{DeliveryMethod, TaskType};

/// A reply.
pub(crate) const ENVELOPE: Shape = Shape::object("envelope", &[ENVELOPE_FIELDS]);

/// The acknowledgement of a submit: an item that says only which task it is about.
pub(crate) const ACK: Shape = Shape::object("acknowledgement", &[TASK_FIELDS]);

/// A result that is still being made.
pub(crate) const RUNNING: Shape = Shape::object("runningItem", &[TASK_FIELDS, RUNNING_FIELDS]);

/// A failure that stands among the results.
pub(crate) const FAILED_ITEM: Shape = Shape::object("failedItem", &[TASK_FIELDS, FAILED_FIELDS]);

/// An item of the type `getResponse`. Items are documented to carry the type of the task that was asked about, and in a
/// table of the Task Polling page to carry this one.
pub(crate) const STATE: Shape = Shape::object("taskState", &[STATE_FIELDS]);

/// The answer to `getTaskDetails`.
pub(crate) const DETAILS: Shape =
    Shape::object("taskDetails", &[DETAILS_FIELDS]).with_any_of(&["request", "response"]);

/// A failure.
pub(crate) const ERROR: Shape = Shape::object("error", &[ERROR_FIELDS]);

fields! { table ENVELOPE_FIELDS {
    /// Results, finished or not: each of a shape that belongs to its task type, or of one of the shapes here.
    _ => "data": Kind::list(&Kind::OBJECT);
    /// Failures.
    _ => "errors": Kind::list(&Kind::Object(&ERROR));
} }

fields! { table TASK_FIELDS {
    /// The type of the task that the item is about.
    _ => "taskType": Kind::Word(TaskType::WORDS), required;
    /// The id of the task that the item is about.
    _ => "taskUUID": Kind::Uuid, required;
} }

fields! { table RUNNING_FIELDS {
    /// The state of the result: anything that tells neither of success nor of failure.
    _ => "status": Kind::Word(&["processing", "pending", "queued", "scheduled", "waiting"]), required;
    /// How far the result has come, in percent.
    _ => "progress": Kind::number(0.0, 100.0);
    /// Which of the task's results this is.
    _ => "resultIndex": INDEX;
} }

fields! { table FAILED_FIELDS {
    /// The state of the result.
    _ => "status": Kind::Word(&["error", "failed", "cancelled", "canceled", "expired"]), required;
    /// What went wrong.
    _ => "error": Kind::Object(&ERROR);
    /// What went wrong, as one word, where it is not in `error`.
    _ => "code": Kind::TEXT;
    /// What went wrong, for people, where it is not in `error`.
    _ => "message": Kind::TEXT;
    /// Which of the task's results this is.
    _ => "resultIndex": INDEX;
} }

fields! { table STATE_FIELDS {
    /// The type of the task that asked.
    _ => "taskType": Kind::Const("getResponse"), required;
    /// The id of the task that was asked about.
    _ => "taskUUID": Kind::Uuid, required;
    /// The state of the result.
    _ => "status": Kind::Word(crate::Status::WORDS), required;
    /// How far the result has come, in percent.
    _ => "progress": Kind::number(0.0, 100.0);
    /// What went wrong.
    _ => "error": Kind::Object(&ERROR);
} }

fields! { table DETAILS_FIELDS {
    /// The type of the task that asked.
    _ => "taskType": Kind::Const("getTaskDetails"), required;
    /// The id of the task that was asked about.
    _ => "taskUUID": Kind::Uuid, required;
    /// The original request, as it was sent.
    _ => "request": Kind::list(&Kind::OBJECT);
    /// The original reply, as it was sent.
    _ => "response": Kind::Object(&ENVELOPE);
} }

fields! { table ERROR_FIELDS {
    /// What went wrong, as one word in camelCase. The vocabulary still changes.
    _ => "code": Kind::TEXT, required;
    /// What went wrong, for people.
    _ => "message": Kind::TEXT, required;
    /// The field at fault, as a path; several for rules across fields.
    _ => "parameter": Kind::OneOf(&[Kind::TEXT, Kind::list(&Kind::TEXT)]);
    /// The type that was expected, such as `integer` or `string[]`.
    _ => "type": Kind::TEXT;
    /// The type of the task that failed; absent on errors about the whole request.
    _ => "taskType": Kind::Word(TaskType::WORDS);
    /// The id of the task that failed; absent on errors about the whole request.
    _ => "taskUUID": Kind::Uuid;
    /// Where the failure is documented.
    _ => "documentation": Kind::Url;
    /// The state of the result, on errors in the answer to `getResponse`.
    _ => "status": Kind::Const("error");
    /// The least that is allowed.
    _ => "min": Kind::NUMBER;
    /// The most that is allowed.
    _ => "max": Kind::NUMBER;
    /// What the value must be a multiple of.
    _ => "multiplier": Kind::NUMBER;
    /// What is used if the field is not set.
    _ => "default": Kind::Any;
    /// What is allowed; an object maps, for example, an aspect ratio to a size.
    _ => "allowedValues": Kind::OneOf(&[Kind::list(&Kind::Any), Kind::OBJECT]);
    /// What a provider behind the service said.
    _ => "responseContent": CONTENT;
    /// More about the failure.
    _ => "additionalDetails": Kind::OneOf(&[
        Kind::Object(&Shape::object("additionalDetails", &[ADDITIONAL_FIELDS])),
        Kind::TEXT,
    ]);
    /// Which task failed, and how its results were to be delivered.
    _ => "context": Kind::Object(&Shape::object("errorContext", &[CONTEXT_FIELDS]));
    /// Which of the task's results failed; no server is known to say.
    _ => "resultIndex": INDEX;
} }

fields! { table ADDITIONAL_FIELDS {
    /// What a provider behind the service said.
    _ => "responseContent": CONTENT;
} }

fields! { table CONTEXT_FIELDS {
    /// The type of the task that failed.
    _ => "taskType": Kind::Word(TaskType::WORDS);
    /// The id of the task that failed.
    _ => "taskUUID": Kind::Uuid;
    /// How its results were to be delivered.
    _ => "deliveryMethod": Kind::Word(DeliveryMethod::WORDS);
} }

const CONTENT: Kind = Kind::OneOf(&[Kind::TEXT, Kind::OBJECT]);
const INDEX: Kind = Kind::integer(0, u32::MAX as i128);
