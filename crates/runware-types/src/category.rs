//! What kind of failure an error code stands for.

use core::fmt;

#[cfg(test)]
mod tests;

/// The kind of failure an error code stands for.
///
/// The server's codes are many and still change; callers decide by these twelve categories. What is known of a single
/// code is in its [`ErrorCode`](crate::ErrorCode).
///
/// ```
/// use runware_types::ErrorCategory;
///
/// let category = ErrorCategory::of_code("timeoutProvider");
/// assert_eq!(category, ErrorCategory::Timeout);
/// assert!(category.is_retryable());
/// assert_eq!(category.documentation(), "https://runware.ai/docs/platform/task-polling");
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
    ///
    /// Correct it; nothing was bought. Only `conflictTaskUUID` means the contrary: the task was accepted before.
    Validation,
    /// The API key is missing, wrong, revoked, or not allowed to do this.
    ///
    /// Mend the key, or what it may do; nothing was bought.
    Auth,
    /// The account has no credits or quota left.
    ///
    /// Add some, then send the request again.
    Quota,
    /// Too many requests at the moment.
    ///
    /// Send the request again later: after the `Retry-After` of the answer if it has one, else after growing pauses.
    RateLimit,
    /// Content was refused by a safety filter.
    ///
    /// Change the prompt or the inputs; what was refused once is refused again.
    Safety,
    /// Something did not answer in time.
    ///
    /// Ask for the task's status: it may still be running. Submit a new task only when that says that it failed.
    Timeout,
    /// The model, task or media does not exist, or no longer does.
    ///
    /// Check the id and the key that asks.
    NotFound,
    /// The API itself failed.
    ///
    /// Send the request again later, under the same `taskUUID`: the task may have been accepted.
    ServerError,
    /// The machine or provider that runs the model failed.
    ///
    /// The task is over; a new one may succeed later, or with another model.
    Provider,
    /// The connection failed before an answer arrived.
    ///
    /// Send the request again under the same `taskUUID`: if it had arrived, the answer says so and charges nothing.
    Connection,
    /// The caller gave up.
    ///
    /// The task goes on; ask for its status if the result is still wanted.
    Aborted,
    /// None of the above: the code is not known.
    ///
    /// Let the HTTP status decide ([`of_http_status`](ErrorCategory::of_http_status)), and a person read the message.
    Unknown,
}

impl ErrorCategory {
    /// Every category, in the order of the declaration.
    pub const KNOWN: &'static [Self] = &[
        Self::Validation,
        Self::Auth,
        Self::Quota,
        Self::RateLimit,
        Self::Safety,
        Self::Timeout,
        Self::NotFound,
        Self::ServerError,
        Self::Provider,
        Self::Connection,
        Self::Aborted,
        Self::Unknown,
    ];

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
    /// Statuses below 400, and those the API does not document, are [`Unknown`](Self::Unknown); so are 409 and 413,
    /// which say too little about what happened to a task.
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

    /// The category with this [name](Self::as_str), as a log or a configuration holds it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::KNOWN.iter().copied().find(|category| category.as_str() == name)
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

    /// What to do next, in a sentence.
    ///
    /// An [`ErrorCode`](crate::ErrorCode) may have better advice.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Validation => {
                "Correct the parameters that the error names, where it also says what is allowed."
            }
            Self::Auth => "Use an API key that is valid and may do this.",
            Self::Quota => "Add credits or quota to the account, then send the request again.",
            Self::RateLimit => "Send the request again later, with pauses that grow.",
            Self::Safety => "Change the prompt or the inputs: the same content is refused again.",
            Self::Timeout => {
                "Ask for the task's status, because it may still be running: submit a new one only if it failed."
            }
            Self::NotFound => "Check the id, and that the key belongs to the organisation that owns it.",
            Self::ServerError => "Send the same request again later, under the same taskUUID.",
            Self::Provider => "Submit a new task later, or choose another model.",
            Self::Connection => {
                "Send the same request again under the same taskUUID: if it had arrived, nothing more is charged."
            }
            Self::Aborted => "Ask for the task's status if its result is still wanted: the task goes on.",
            Self::Unknown => "Read the message, and let the HTTP status decide whether to try again.",
        }
    }

    /// The page of the public documentation to read on.
    pub const fn documentation(self) -> &'static str {
        match self {
            Self::Auth => "https://runware.ai/docs/platform/authentication",
            Self::Quota => "https://runware.ai/docs/utilities/account-management",
            Self::RateLimit => "https://runware.ai/docs/platform/rate-limits",
            Self::Timeout | Self::Connection | Self::Aborted => {
                "https://runware.ai/docs/platform/task-polling"
            }
            Self::Validation
            | Self::Safety
            | Self::NotFound
            | Self::ServerError
            | Self::Provider
            | Self::Unknown => "https://runware.ai/docs/platform/errors",
        }
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
