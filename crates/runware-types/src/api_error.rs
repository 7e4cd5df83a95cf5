//! One failure, as the server reports it.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::envelope::{Elements, Fields, Source};
use crate::{ErrorCategory, ErrorCode, RawJson, Status, TaskType, TaskUuid};

mod allowed;
#[cfg(test)]
mod tests;

pub use allowed::{AllowedRange, AllowedValue};

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
/// assert_eq!(error.range().unwrap().max.unwrap().as_str(), "16383");
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

    /// The `documentation`: the link that the server sent, which is sometimes only the front page.
    pub fn documentation(&self) -> Option<&str> {
        self.documentation.as_deref()
    }

    /// Where to read on: the server's link, or the page of the [`category`](Self::category) if the server sent no link
    /// or only that to the front page.
    pub fn help_link(&self) -> &str {
        self.documentation().filter(|link| leads_on(link)).unwrap_or(self.category().documentation())
    }

    /// The `type`: the JSON type that the parameter must be of, such as `integer` or `string[]`.
    pub fn expected_type(&self) -> Option<String> {
        self.field("type")?.decode().ok()
    }

    /// The `min`, `max`, `multiplier` and `default` of the parameter; `None` if none of them is a number.
    pub fn range(&self) -> Option<AllowedRange> {
        AllowedRange::read(|name| self.field(name))
    }

    /// The `allowedValues` of the parameter, in order: a list, or an object that gives each a name.
    ///
    /// Empty if the server did not say. At most 1,000 are read.
    ///
    /// ```
    /// use runware_types::{ApiError, RawJson};
    ///
    /// let raw = RawJson::parse(r#"{"allowedValues": {"1:1": "1024x1024", "3:2": "1248x832"}}"#)?;
    /// let error = ApiError::from_raw(raw);
    /// let sizes = error.allowed_values();
    /// assert_eq!(sizes[1].name.as_deref(), Some("3:2"));
    /// assert_eq!(sizes[1].value.as_str(), r#""1248x832""#);
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    pub fn allowed_values(&self) -> Vec<AllowedValue> {
        match self.told("allowedValues") {
            Some(values) => AllowedValue::read_all(&values, MAX_ALLOWED_VALUES),
            None => Vec::new(),
        }
    }

    /// The `responseContent`, also inside `additionalDetails`: what a provider behind the service said, as a string or
    /// as an object, which may have a `message`.
    pub fn provider_response(&self) -> Option<RawJson> {
        let inside = || self.told("additionalDetails")?.field("responseContent").filter(is_told);
        self.told("responseContent").or_else(inside)
    }

    /// The error exactly as it was sent: the entry of `errors`, the item that failed, or the whole reply if the reply
    /// is the error.
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }

    /// The value of any other key.
    pub fn field(&self, name: &str) -> Option<RawJson> {
        let nested = || self.raw.field("error").and_then(|error| error.field(name));
        nested().or_else(|| self.raw.field(name))
    }

    fn told(&self, name: &str) -> Option<RawJson> {
        self.field(name).filter(is_told)
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

    /// What is known of the [`code`](Self::code), if it is in the catalogue.
    pub fn known_code(&self) -> Option<&'static ErrorCode> {
        ErrorCode::find(&self.code)
    }

    /// Whether the same request may succeed later; see [`ErrorCode::is_retryable`] and, for a code without a row,
    /// [`ErrorCategory::is_retryable`].
    pub fn is_retryable(&self) -> bool {
        match self.known_code() {
            Some(code) => code.is_retryable(),
            None => self.category().is_retryable(),
        }
    }

    /// What to do next, in a sentence; see [`ErrorCode::advice`] and, for a code without a row,
    /// [`ErrorCategory::advice`].
    pub fn advice(&self) -> &'static str {
        match self.known_code() {
            Some(code) => code.advice(),
            None => self.category().advice(),
        }
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
        let layers = [(nested.as_ref(), usize::MAX), (own, usize::MAX), (around, MAX_SHARED)];
        let layers = layers.map(|(fields, most)| fields.map(|fields| (fields, most)));
        for fields in nested.iter().chain(own) {
            fields.note_repeated(&Self::FIELDS, source);
        }
        let find = |name| {
            let mut values = layers.iter().flatten().map(|(fields, most)| (fields.get_telling(name), *most));
            values.find_map(|(value, most)| value.filter(|value| value.len() <= most))
        };

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

        let layer_with = |name| {
            let has = |(fields, most): &&(&Fields<'_>, usize)| {
                fields.get(name).is_some_and(|value| value.len() <= *most)
            };
            layers.iter().flatten().find(has).map(|(fields, _)| *fields)
        };
        // What is around several errors is no list of the parameters of each.
        let parameters = [nested.as_ref(), own].into_iter().flatten();
        let mut parameters = parameters.filter_map(|fields| fields.get_telling("parameter"));
        let task_uuid_text: Option<Box<str>> =
            layer_with("taskUUID").and_then(|f| f.decode("taskUUID", source));
        Self {
            code,
            message,
            parameters: parameters.next().map(texts_of).unwrap_or_default(),
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

/// The most bytes that each of several errors takes over from the value of a key around them, longer than any code or id:
/// a hostile text must not be copied for every error.
const MAX_SHARED: usize = 256;

/// More parameters than any rule joins.
const MAX_PARAMETERS: usize = 64;

/// More values than any message could list.
const MAX_ALLOWED_VALUES: usize = 1_000;

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

/// A `null` says as much as no key.
fn is_told(value: &RawJson) -> bool {
    value.as_str() != "null"
}

/// The service sends its front page where it has no better link.
fn leads_on(link: &str) -> bool {
    let is_link = link.starts_with("https://") || link.starts_with("http://");
    is_link && link.trim_end_matches('/') != "https://runware.ai/docs"
}

/// Today's code for a numeric id of the old WebSocket interface.
fn legacy_code(error_id: &str) -> String {
    match error_id {
        "19" => "invalidApiKey".to_owned(),
        other => text_of(other),
    }
}
