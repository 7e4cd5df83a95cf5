//! The error codes that are known, one row each.

mod known;
#[cfg(test)]
mod tests;

use crate::ErrorCategory;

/// One row of the catalogue of error codes: what is known of a code beyond its category.
///
/// The server's codes are no contract, and the catalogue is never complete: a code without a row is sorted by the rules
/// of [`ErrorCategory::of_code`] all the same. Those rules give every row's category, too.
///
/// ```
/// use runware_types::{ErrorCategory, ErrorCode};
///
/// let code = ErrorCode::find("conflictTaskUUID").unwrap();
/// assert_eq!(code.category(), ErrorCategory::Validation);
/// assert_eq!(code.http_status(), Some(400));
/// assert!(code.advice().starts_with("The task was accepted before"));
///
/// // A limit that waiting does not lift: the row knows better than the category.
/// let too_large = ErrorCode::find("inferenceRateLimitRequestTooLarge").unwrap();
/// assert!(too_large.category().is_retryable() && !too_large.is_retryable());
///
/// assert_eq!(ErrorCode::find("somethingNew"), None);
/// ```
///
/// Source: `docs/wire.md`, "Known codes".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErrorCode {
    code: &'static str,
    category: ErrorCategory,
    is_client_made: bool,
    is_retryable: bool,
    http_status: Option<u16>,
    advice: &'static str,
}

impl ErrorCode {
    /// Every row, sorted by code.
    pub const KNOWN: &'static [Self] = known::KNOWN;

    /// The row of a code, as [`ApiError::code`](crate::ApiError::code) gives it. Codes are case-sensitive.
    pub fn find(code: &str) -> Option<&'static Self> {
        let at = Self::KNOWN.binary_search_by(|row| row.code.cmp(code)).ok()?;
        Self::KNOWN.get(at)
    }

    /// The code, in camelCase.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The category: what [`ErrorCategory::of_code`] says of the code.
    pub const fn category(&self) -> ErrorCategory {
        self.category
    }

    /// Whether the code is made by client software and never sent by the server.
    ///
    /// Such codes are found in logs and in the errors of other clients.
    pub const fn is_client_made(&self) -> bool {
        self.is_client_made
    }

    /// Whether the same request may succeed later: as for the category, except where the code itself rules it out.
    pub const fn is_retryable(&self) -> bool {
        self.is_retryable
    }

    /// The HTTP status that the code is known to come with, or, if it is [made by clients](Self::is_client_made), to
    /// stand for.
    ///
    /// Most rows have none: it is not documented, and an error in the answer to a status check comes with 200.
    pub const fn http_status(&self) -> Option<u16> {
        self.http_status
    }

    /// What to do next, in a sentence: the code's own advice, else [its category's](ErrorCategory::advice).
    pub const fn advice(&self) -> &'static str {
        self.advice
    }

    const fn new(code: &'static str, category: ErrorCategory) -> Self {
        Self {
            code,
            category,
            is_client_made: false,
            is_retryable: category.is_retryable(),
            http_status: None,
            advice: category.advice(),
        }
    }

    const fn made_by_clients(self) -> Self {
        Self { is_client_made: true, ..self }
    }

    const fn final_for_this_request(self) -> Self {
        Self { is_retryable: false, ..self }
    }

    const fn status(self, http_status: u16) -> Self {
        Self { http_status: Some(http_status), ..self }
    }

    const fn advising(self, advice: &'static str) -> Self {
        Self { advice, ..self }
    }
}
