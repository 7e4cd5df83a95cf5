//! Why a task cannot be sent.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::InvalidValue;

/// A task that cannot be sent.
///
/// ```
/// use runware_types::{RawTask, TaskType, TaskUuid};
///
/// let task = RawTask::new(TaskType::ImageInference).set("numberResults", "4");
/// let error = task.prepare(TaskUuid::from_key("docs", "invalid")).unwrap_err();
/// assert_eq!(error.field(), "numberResults");
/// assert_eq!(error.to_string(), "`numberResults` is \"4\" (a string); it must be a whole number of at least 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTask {
    field: String,
    problem: String,
}

impl InvalidTask {
    /// A problem of one field, as the rest of a sentence that begins with the field's name.
    pub(crate) fn new(field: &str, problem: impl Into<String>) -> Self {
        Self { field: field.to_owned(), problem: problem.into() }
    }

    /// A problem of the task as a whole.
    pub(crate) fn whole(problem: impl Into<String>) -> Self {
        Self::new("", problem)
    }

    /// A value that was to be set at `field` and cannot be written.
    pub(crate) fn in_value(field: &str, error: &InvalidValue) -> Self {
        Self::new(error.path(), error.problem()).inside(field)
    }

    /// The same problem, seen from outside of `field`.
    pub(crate) fn inside(self, field: &str) -> Self {
        let dot = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        Self { field: format!("{field}{dot}{}", self.field), ..self }
    }

    /// The field at fault, as a path such as `settings.temperature` or `lora[0].weight`; empty for the whole task.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong, as the rest of a sentence that begins with the field.
    pub(crate) fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for InvalidTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "the task {}", self.problem),
            field => write!(f, "`{field}` {}", self.problem),
        }
    }
}

impl core::error::Error for InvalidTask {}
