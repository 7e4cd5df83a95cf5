//! What kind of failure an error code stands for.

use core::fmt;

#[cfg(test)]
mod tests;

/// The kind of failure an error code stands for.
///
/// The server's codes are many and still change; callers decide by these twelve categories.
///
/// ```
/// use runware_types::ErrorCategory;
///
/// let category = ErrorCategory::of_code("timeoutProvider");
/// assert_eq!(category, ErrorCategory::Timeout);
/// assert!(category.is_retryable());
///
/// // A code nobody has heard of: the HTTP status is the next best witness.
/// assert_eq!(ErrorCategory::of_code("somethingNew"), ErrorCategory::Unknown);
/// assert_eq!(ErrorCategory::of_http_status(503), ErrorCategory::ServerError);
/// ```
///
/// Source: `docs/wire.md`, "Error codes".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCategory {
    /// The request is wrong: a missing, unknown or unusable parameter.
    Validation,
    /// The API key is missing, wrong, revoked, or not allowed to do this.
    Auth,
    /// The account has no credits or quota left.
    Quota,
    /// Too many requests at the moment.
    RateLimit,
    /// Content was refused by a safety filter.
    Safety,
    /// Something did not answer in time.
    Timeout,
    /// The model, task or media does not exist, or no longer does.
    NotFound,
    /// The API itself failed.
    ServerError,
    /// The machine or provider that runs the model failed.
    Provider,
    /// The connection failed before an answer arrived.
    Connection,
    /// The caller gave up.
    Aborted,
    /// None of the above: the code is not known.
    Unknown,
}

impl ErrorCategory {
    /// The category of an error code, as sent by the server.
    ///
    /// Codes are case-sensitive. A code that no rule knows is [`Unknown`](Self::Unknown).
    pub fn of_code(code: &str) -> Self {
        RULES
            .iter()
            .find(|rule| rule.words.iter().any(|word| rule.test.holds(code, word)))
            .map_or(Self::Unknown, |rule| rule.category)
    }

    /// The category of an HTTP status, for answers whose code says nothing.
    ///
    /// Statuses below 400, and those the API does not document, are [`Unknown`](Self::Unknown).
    pub fn of_http_status(status: u16) -> Self {
        match status {
            400 => Self::Validation,
            401 | 403 => Self::Auth,
            402 => Self::Quota,
            404 => Self::NotFound,
            408 | 504 => Self::Timeout,
            429 => Self::RateLimit,
            500..=599 => Self::ServerError,
            _ => Self::Unknown,
        }
    }

    /// The category's stable name, in camelCase.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::Auth => "auth",
            Self::Quota => "quota",
            Self::RateLimit => "rateLimit",
            Self::Safety => "safety",
            Self::Timeout => "timeout",
            Self::NotFound => "notFound",
            Self::ServerError => "serverError",
            Self::Provider => "provider",
            Self::Connection => "connection",
            Self::Aborted => "aborted",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the same request may succeed later.
    ///
    /// This is about the failure only. Whether a request may be *sent* again also depends on what the failed
    /// attempt may have started.
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimit | Self::Timeout | Self::ServerError | Self::Provider | Self::Connection
        )
    }
}

impl fmt::Display for ErrorCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One line of the table: a code belongs to `category` when `test` holds for one of `words`.
struct Rule {
    category: ErrorCategory,
    test: Test,
    words: &'static [&'static str],
}

enum Test {
    Is,
    StartsWith,
    EndsWith,
    Contains,
}

impl Test {
    fn holds(&self, code: &str, word: &str) -> bool {
        match self {
            Self::Is => code == word,
            Self::StartsWith => code.starts_with(word),
            Self::EndsWith => code.ends_with(word),
            Self::Contains => code.contains(word),
        }
    }
}

/// The rules, tried from the top; the first that holds decides.
///
/// The order carries meaning: `providerRateLimitExceeded` is about a rate limit, not about a provider, and
/// `tokenExpired` about a key, not about something that is gone.
#[rustfmt::skip]
const RULES: &[Rule] = {
    use ErrorCategory::*;
    use Test::*;
    &[
        Rule { category: Aborted, test: Is, words: &["aborted"] },
        Rule { category: Connection, test: Is, words: &[
            "connectionFailed", "connectionLost", "disconnected", "notConnected", "notOpen", "reconnectionFailed",
        ] },
        Rule { category: Quota, test: Contains, words: &["Credits", "Quota", "Balance"] },
        Rule { category: Quota, test: Is, words: &["quotaExceeded", "paymentRequired", "environmentPaused"] },
        Rule { category: RateLimit, test: Contains, words: &["RateLimit"] },
        Rule { category: RateLimit, test: Is, words: &["rateLimit", "rateLimitExceeded"] },
        Rule { category: Safety, test: Is, words: &[
            "contentPolicyViolation", "imageBlocked", "invalidProviderContent", "moderationFailed",
            "nsfwContentDetected", "promptBlocked", "providerContentPolicyViolation", "sensitiveContentDetected",
            "unsafeContentDetected",
        ] },
        Rule { category: Auth, test: Contains, words: &["ApiKey"] },
        Rule { category: Auth, test: Is, words: &[
            "accountDisabled", "accountSuspended", "authFailed", "authTimeout", "authenticationFailed", "forbidden",
            "insufficientPermissions", "invalidAuthentication", "invalidCredentials", "missingAuthentication",
            "organizationDisabled", "organizationSuspended", "permissionDenied", "tokenExpired", "tokenInvalid",
            "tokenMissing", "tokenRevoked", "unauthorized", "workspaceDisabled", "workspaceSuspended",
        ] },
        Rule { category: Timeout, test: Contains, words: &["Timeout"] },
        Rule { category: Timeout, test: StartsWith, words: &["timeout"] },
        Rule { category: NotFound, test: Is, words: &["taskCancelled", "taskFailedOrNotFound", "unknownModel"] },
        Rule { category: NotFound, test: EndsWith, words: &["NotFound", "Expired"] },
        Rule { category: ServerError, test: Is, words: &[
            "defaultError", "errorRetrievingAccountManagement", "internalServerError", "serverError",
            "serverUnavailable", "serviceUnavailable", "standardError", "undefinedError", "unknownError",
            "unrecognizedResponse",
        ] },
        Rule { category: Provider, test: Is, words: &[
            "downloadFailed", "inferenceError", "mediaStorageFileCouldNotBeMoved", "modelDisabled", "modelNotReady",
            "modelUnavailable", "noAvailableServer", "processingFailed", "taskFailed", "uploadFailed",
        ] },
        Rule { category: Provider, test: StartsWith, words: &["provider"] },
        Rule { category: Validation, test: StartsWith, words: &[
            "array", "conflict", "duplicate", "invalid", "max", "missing", "unsupported", "value",
        ] },
        Rule { category: Validation, test: Contains, words: &["Conflict"] },
        Rule { category: Validation, test: Is, words: &[
            "incompatibleParameters", "mismatchProviderSettingsProvider", "modelAlreadyExists",
            "modelOwnershipValidationError", "transparentModelMismatch", "unknownParameter",
            "unknownProviderSettingsProvider", "validationFailed",
        ] },
    ]
};
