//! The environment, read here and nowhere else.

use std::ffi::OsString;

use crate::stop::Stop;

/// A variable that has to be text.
///
/// # Errors
///
/// Wrong usage: it is not.
pub(super) fn text_variable(name: &str) -> Result<Option<String>, Stop> {
    variable(name)
        .map(|value| value.into_string().map_err(|_| Stop::usage(format!("{name} is not text"))))
        .transpose()
}

/// A variable of the environment; an empty one counts as not set.
#[expect(clippy::disallowed_methods, reason = "the one place where the command reads the environment")]
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
