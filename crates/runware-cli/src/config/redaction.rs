//! Whether requests are kept as their hashes only.

use super::environment::text_variable;
use crate::args::GlobalArgs;
use crate::stop::Stop;

/// The flag, and the variable of the environment with the same meaning.
pub(crate) const FLAG: &str = "--journal-redact";
const VARIABLE: &str = "RUNWARE_JOURNAL_REDACT";

/// What asks for prompts to be kept out of the journal; `None` if nothing does.
///
/// # Errors
///
/// Wrong usage: the variable says neither yes nor no.
pub(crate) fn redaction(global: &GlobalArgs) -> Result<Option<&'static str>, Stop> {
    if global.journal_redact {
        return Ok(Some(FLAG));
    }
    match text_variable(VARIABLE)?.as_deref() {
        Some("1" | "true") => Ok(Some(VARIABLE)),
        None | Some("0" | "false") => Ok(None),
        Some(other) => Err(Stop::usage(format!("{VARIABLE} is {other:?}; it must be 1 or 0, true or false"))),
    }
}
