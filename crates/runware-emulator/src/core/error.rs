//! Error objects in the documented shapes.

use crate::json::{Object, array};

const DOCUMENTATION: &str = "https://runware.ai/docs";
pub(super) const ERRORS_PAGE: &str = "https://runware.ai/docs/platform/errors";

/// An error about a request or a task in it, with the HTTP status it asks for.
#[derive(Clone, Debug)]
pub(super) struct ErrorBody(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    http_status: u16,
    code: String,
    message: String,
    parameter: Option<String>,
    /// The type the parameter should have.
    value_type: Option<&'static str>,
    range: Option<(u64, u64)>,
    /// The values that would do, as JSON.
    allowed: Option<Vec<String>>,
    task_type: Option<&'static str>,
}

impl ErrorBody {
    /// An error with the HTTP status 400.
    pub(super) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            http_status: 400,
            code: code.into(),
            message: message.into(),
            parameter: None,
            value_type: None,
            range: None,
            allowed: None,
            task_type: None,
        }))
    }

    pub(super) fn http_status(mut self, status: u16) -> Self {
        self.0.http_status = status;
        self
    }

    /// Names the offending parameter.
    pub(super) fn about(mut self, parameter: impl Into<String>) -> Self {
        self.0.parameter = Some(parameter.into());
        self
    }

    /// Names the offending parameter and the type it should have.
    pub(super) fn parameter(mut self, name: impl Into<String>, value_type: &'static str) -> Self {
        self.0.value_type = Some(value_type);
        self.about(name)
    }

    pub(super) fn range(mut self, min: u64, max: u64) -> Self {
        self.0.range = Some((min, max));
        self
    }

    /// Names the values that would do, as JSON.
    pub(super) fn allowed(mut self, values: impl IntoIterator<Item = String>) -> Self {
        self.0.allowed = Some(values.into_iter().collect());
        self
    }

    pub(super) fn task_type(mut self, name: &'static str) -> Self {
        self.0.task_type = Some(name);
        self
    }

    pub(super) fn status(&self) -> u16 {
        self.0.http_status
    }

    /// The object, naming the task it is about where there is one.
    ///
    /// Only errors about a value link to the documentation, as in the samples.
    pub(super) fn render(&self, task: Option<&str>) -> String {
        let error = &self.0;
        Object::new()
            .text("code", &error.code)
            .text("message", &error.message)
            .with(error.parameter.as_deref(), |object, name| object.text("parameter", name))
            .with(error.value_type, |object, name| object.text("type", name))
            .with(error.range, |object, (min, max)| {
                object.number("min", min).number("max", max).number("multiplier", 1)
            })
            .with(error.allowed.as_deref(), |object, values| object.raw("allowedValues", &array(values)))
            .with(error.value_type, |object, _| object.text("documentation", DOCUMENTATION))
            .with(error.task_type, |object, name| object.text("taskType", name))
            .with(task, |object, task| object.text("taskUUID", task))
            .end()
    }
}
