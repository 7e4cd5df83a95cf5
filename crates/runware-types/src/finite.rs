//! Refuses numbers that JSON does not have.
//!
//! A JSON writer puts `null` where a value holds a NaN or an infinity, and the server would take that for "not given".

#[cfg(test)]
mod tests;
mod walk;

use alloc::format;
use alloc::string::String;
use core::fmt;

use serde::Serialize;

/// A value that cannot be written as JSON.
///
/// ```
/// use runware_types::RawJson;
///
/// let error = RawJson::from_value(&[1.0, f64::NAN]).unwrap_err();
/// assert_eq!(error.path(), "[1]");
/// assert_eq!(error.to_string(), "`[1]` is NaN; JSON has no such number");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    path: String,
    problem: String,
}

/// Looks for a NaN or an infinity anywhere in `value`.
pub(crate) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), InvalidValue> {
    value.serialize(walk::Walk(walk::Path::Root)).map_err(|refused| refused.0)
}

impl InvalidValue {
    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        Self { path: String::new(), problem: format!("cannot be written as JSON: {error}") }
    }

    /// Where in the value the problem is, such as `settings.temperature` or `lora[0].weight`; empty for the whole value.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong, as the rest of a sentence that begins with the path.
    pub(crate) fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "the value {}", self.problem),
            path => write!(f, "`{path}` {}", self.problem),
        }
    }
}

impl core::error::Error for InvalidValue {}
