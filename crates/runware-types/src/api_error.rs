//! One failure, as the server reports it.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::envelope::{Elements, Fields, Source};
use crate::{ErrorCategory, RawJson, Status, TaskType, TaskUuid};

#[cfg(test)]
mod tests;

/// One failure, as the server reports it: an entry of a reply's `errors`, or one of the other shapes that replies use.
///
/// Every shape is accepted and nothing of it is lost: what has no accessor is in [`field`](Self::field), and
/// [`raw`](Self::raw) is the error as it was sent.
///
/// ```
/// use runware_types::{Envelope, ErrorCategory};
///
/// let reply = Envelope::decode(br#"{"data": [], "errors": [{
///     "code": "invalidWidth",
///     "message": "Invalid value for 'width' parameter.",
///     "parameter": "width",
///     "min": 256, "max": 16383,
///     "taskUUID": "a770f077-f413-47de-9dac-be0b26a35da6"
/// }]}"#.as_slice())?;
/// let error = &reply.errors[0];
/// assert_eq!(error.code(), "invalidWidth");
/// assert_eq!(error.parameters(), ["width"]);
/// assert_eq!(error.category(), ErrorCategory::Validation);
/// assert_eq!(error.field("max").unwrap().as_str(), "16383");
/// # Ok::<(), runware_types::DecodeError>(())
/// ```
///
/// Source: Task Polling and Task Details pages; `docs/wire.md`, "Errors".
#[derive(Clone, PartialEq)]
pub struct ApiError {
    raw: RawJson,
    code: String,
    message: String,
    parameters: Vec<String>,
    task_type: Option<TaskType>,
    task_uuid: Option<TaskUuid>,
    task_uuid_text: Option<Box<str>>,
    result_index: Option<u32>,
    status: Option<Status>,
    documentation: Option<Box<str>>,
}

impl ApiError {
    /// The keys that are looked up at once, and noted if they were written twice.
    pub(crate) const FIELDS: [&str; 11] = [
        "code",
        "message",
        "parameter",
        "taskType",
        "taskUUID",
        "resultIndex",
        "status",
        "documentation",
        "error",
        "errorId",
        "errorMessage",
    ];

    /// Reads an error that was kept as text, such as [`ApiError::raw`] of an earlier one.
    ///
    /// Never fails: of a value that is no object, the text is the message.
    pub fn from_raw(raw: RawJson) -> Self {
        let own = Fields::read(raw.as_str()).ok();
        let mut source = Source::new(raw.as_bytes());
        Self::read(raw.clone(), own.as_ref(), None, &mut source)
    }

    /// The server's code, in camelCase; `"unknown"` if it sent none.
    ///
    /// The old numeric id 19 ("Invalid api key") is given as `"invalidApiKey"`, other numbers as their digits.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The server's explanation, for people; empty if it sent none.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The parameters at fault, as paths such as `inputs.referenceImages`; several for rules that join them.
    pub fn parameters(&self) -> &[String] {
        &self.parameters
    }

    /// The `taskType` of the task that failed.
    pub fn task_type(&self) -> Option<&TaskType> {
        self.task_type.as_ref()
    }

    /// The `taskUUID` of the task that failed, if it is a UUID; errors about a whole request have none.
    pub fn task_uuid(&self) -> Option<TaskUuid> {
        self.task_uuid
    }

    /// The `taskUUID` as it was sent, UUID or not.
    pub fn task_uuid_text(&self) -> Option<&str> {
        self.task_uuid_text.as_deref()
    }

    /// The `resultIndex`: which of the task's results failed. No server is known to say.
    pub fn result_index(&self) -> Option<u32> {
        self.result_index
    }

    /// The `status`; `error` on the errors of a `getResponse` reply (Task Polling page).
    pub fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    /// The link to the documentation.
    pub fn documentation(&self) -> Option<&str> {
        self.documentation.as_deref()
    }

    /// The error exactly as it was sent: the entry of `errors`, the item that failed, or the whole reply if the reply
    /// is the error.
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }

    /// The value of any other key, such as `allowedValues`, `min`, `max` or `responseContent`.
    pub fn field(&self, name: &str) -> Option<RawJson> {
        let nested = || self.raw.field("error").and_then(|error| error.field(name));
        nested().or_else(|| self.raw.field(name))
    }

    /// The category of the [`code`](Self::code).
    pub fn category(&self) -> ErrorCategory {
        ErrorCategory::of_code(&self.code)
    }

    /// The category of the [`code`](Self::code), or of the HTTP status if the code is not known.
    pub fn category_with_status(&self, http_status: u16) -> ErrorCategory {
        match self.category() {
            ErrorCategory::Unknown => ErrorCategory::of_http_status(http_status),
            known => known,
        }
    }

    /// Whether the same request may succeed later; see [`ErrorCategory::is_retryable`].
    pub fn is_retryable(&self) -> bool {
        self.category().is_retryable()
    }

    /// Whether the server refused a task because it already has one with this `taskUUID`.
    ///
    /// For a task of our own that means *accepted*: an earlier attempt has arrived, and nothing new was charged.
    pub fn is_conflict(&self) -> bool {
        self.code == "conflictTaskUUID"
    }

    /// Makes an error of `raw`.
    ///
    /// `own` are the fields of `raw` if it is an object, `around` those of an object around it that says which task it
    /// is about. What is nested in `raw` comes first, then what is in it, then what is around it.
    pub(crate) fn read(
        raw: RawJson,
        own: Option<&Fields<'_>>,
        around: Option<&Fields<'_>>,
        source: &mut Source<'_>,
    ) -> Self {
        let nested_error = own.and_then(|fields| fields.get_telling("error"));
        let nested = nested_error.and_then(|error| Fields::read(error).ok());
        let layers: Vec<&Fields<'_>> = [nested.as_ref(), own, around].into_iter().flatten().collect();
        for fields in nested.iter().chain(own) {
            fields.note_repeated(&Self::FIELDS, source);
        }
        let find = |name| layers.iter().find_map(|fields| fields.get_telling(name));

        let code = match find("code") {
            Some(code) => text_of(code),
            None => find("errorId").map_or("unknown".to_owned(), legacy_code),
        };
        let message = match own {
            Some(_) => find("message")
                .or(find("errorMessage"))
                .or(nested_error.and_then(bare_text))
                .map(text_of)
                .unwrap_or_default(),
            None => text_of(raw.as_str()),
        };

        let layer_with = |name| layers.iter().find(|fields| fields.get(name).is_some());
        let task_uuid_text: Option<Box<str>> =
            layer_with("taskUUID").and_then(|f| f.decode("taskUUID", source));
        Self {
            code,
            message,
            parameters: find("parameter").map(texts_of).unwrap_or_default(),
            task_type: layer_with("taskType").and_then(|f| f.decode("taskType", source)),
            task_uuid: task_uuid_text.as_deref().and_then(TaskUuid::parse_echo),
            task_uuid_text,
            result_index: layer_with("resultIndex").and_then(|f| f.decode("resultIndex", source)),
            status: layer_with("status").and_then(|f| f.decode("status", source)),
            documentation: layer_with("documentation").and_then(|f| f.decode("documentation", source)),
            raw,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        if self.message.is_empty() { Ok(()) } else { write!(f, ": {}", self.message) }
    }
}

impl core::error::Error for ApiError {}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ApiError").field(&self.raw).finish()
    }
}

/// More parameters than any rule joins.
const MAX_PARAMETERS: usize = 64;

/// The content of a string; the JSON text of anything else, so that nothing a server says is dropped.
fn text_of(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())
}

fn texts_of(value: &str) -> Vec<String> {
    match Elements::read(value, MAX_PARAMETERS) {
        Ok(list) => list.values.iter().map(|element| text_of(element.get())).collect(),
        Err(_) => vec![text_of(value)],
    }
}

/// The text of an `error` that is itself the message; an object speaks through its fields, `true` says nothing.
fn bare_text(error: &str) -> Option<&str> {
    Some(error).filter(|text| !text.starts_with(['{', 't']))
}

/// Today's code for a numeric id of the old WebSocket interface.
fn legacy_code(error_id: &str) -> String {
    match error_id {
        "19" => "invalidApiKey".to_owned(),
        other => text_of(other),
    }
}
