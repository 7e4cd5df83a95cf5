use super::ErrorCategory::{self, *};

/// Every code of `docs/wire.md`, "Error codes", with its category.
const CATALOGUE: &[(ErrorCategory, &[&str])] = &[
    (Aborted, &["aborted"]),
    (
        Connection,
        &[
            "connectionFailed",
            "notConnected",
            "notOpen",
            "reconnectionFailed",
            "connectionLost",
            "disconnected",
        ],
    ),
    (
        Quota,
        &[
            "insufficientCredits",
            "providerInsufficientCredits",
            "thirdPartyInsufficientCredits",
            "textInferenceVideoInputInsufficientCredits",
            "quotaExceeded",
            "paymentRequired",
            "environmentPaused",
        ],
    ),
    (
        RateLimit,
        &[
            "rateLimitExceeded",
            "inferenceRateLimitExceeded",
            "providerRateLimitExceeded",
            "inferenceRateLimitRequestTooLarge",
            "rateLimit",
        ],
    ),
    (
        Safety,
        &[
            "contentPolicyViolation",
            "providerContentPolicyViolation",
            "sensitiveContentDetected",
            "unsafeContentDetected",
            "nsfwContentDetected",
            "promptBlocked",
            "imageBlocked",
            "moderationFailed",
            "invalidProviderContent",
        ],
    ),
    (
        Auth,
        &[
            "invalidApiKey",
            "missingApiKey",
            "unauthorized",
            "forbidden",
            "permissionDenied",
            "insufficientPermissions",
            "authenticationFailed",
            "authFailed",
            "authTimeout",
            "invalidAuthentication",
            "invalidCredentials",
            "missingAuthentication",
            "tokenExpired",
            "tokenInvalid",
            "tokenMissing",
            "tokenRevoked",
            "accountSuspended",
            "accountDisabled",
            "organizationSuspended",
            "organizationDisabled",
            "workspaceSuspended",
            "workspaceDisabled",
        ],
    ),
    (
        Timeout,
        &[
            "timeout",
            "requestTimeout",
            "providerTimeout",
            "providerGatewayTimeout",
            "webhookTimeout",
            "timeoutProvider",
        ],
    ),
    (
        NotFound,
        &[
            "modelNotFound",
            "taskNotFound",
            "mediaNotFound",
            "providerNotFound",
            "taskExpired",
            "mediaExpired",
            "taskCancelled",
            "taskFailedOrNotFound",
            "unknownModel",
            "resourceNotFound",
        ],
    ),
    (
        ServerError,
        &[
            "internalServerError",
            "serviceUnavailable",
            "serverUnavailable",
            "standardError",
            "unknownError",
            "undefinedError",
            "defaultError",
            "unrecognizedResponse",
            "errorRetrievingAccountManagement",
            "serverError",
        ],
    ),
    (
        Provider,
        &[
            "inferenceError",
            "processingFailed",
            "taskFailed",
            "downloadFailed",
            "uploadFailed",
            "noAvailableServer",
            "modelUnavailable",
            "modelDisabled",
            "modelNotReady",
            "mediaStorageFileCouldNotBeMoved",
            "providerError",
            "providerUnavailable",
            "providerBadGateway",
            "providerInternalError",
            "providerUnknownError",
            "providerAuthenticationFailed",
        ],
    ),
    (
        Validation,
        &[
            "conflictTaskUUID",
            "conflictTaskUUIDDuringRetries",
            "conflictingState",
            "duplicatePreloadModelAIR",
            "invalidPositivePrompt",
            "invalidPositivePromptLength",
            "missingPositivePrompt",
            "invalidWidth",
            "invalidSteps",
            "invalidModel",
            "invalidDuration",
            "invalidFrameImageWidth",
            "invalidReferenceImagesCount",
            "missingParameter",
            "unsupportedParameter",
            "unsupportedTaskType",
            "unsupportedDuration",
            "unknownParameter",
            "incompatibleParameters",
            "mismatchProviderSettingsProvider",
            "unknownProviderSettingsProvider",
            "transparentModelMismatch",
            "modelOwnershipValidationError",
            "modelAlreadyExists",
            "valueTooLarge",
            "arrayTooSmall",
            "maxLycorisModelsExceeded",
            "maxRequestSize",
            "validationFailed",
        ],
    ),
    (
        Unknown,
        &[
            "kontextMissingDimensionsOrReferenceImage",
            "httpError",
            "parseError",
            "sendFailed",
            "noFetchImpl",
            "noWebSocketImpl",
            "streamUnsupported",
            "safety",
            "",
            "unknown",
            "TIMEOUT",
            "RateLimi",
        ],
    ),
];

#[test]
fn every_code_of_the_catalogue_has_its_category() {
    for (category, codes) in CATALOGUE {
        for code in *codes {
            assert_eq!(ErrorCategory::of_code(code), *category, "{code}");
        }
    }
}

#[test]
fn only_failures_that_can_pass_are_retryable() {
    for (category, _) in CATALOGUE {
        let expected = matches!(category, Connection | RateLimit | Timeout | ServerError | Provider);
        assert_eq!(category.is_retryable(), expected, "{category}");
    }
}

#[test]
fn every_documented_status_has_its_category() {
    let table = [
        (200, Unknown),
        (399, Unknown),
        (400, Validation),
        (401, Auth),
        (402, Quota),
        (403, Auth),
        (404, NotFound),
        (408, Timeout),
        (418, Unknown),
        (429, RateLimit),
        (500, ServerError),
        (503, ServerError),
        (504, Timeout),
        (599, ServerError),
        (600, Unknown),
        (0, Unknown),
    ];
    for (status, category) in table {
        assert_eq!(ErrorCategory::of_http_status(status), category, "{status}");
    }
}

#[test]
fn names_are_camel_case_and_distinct() {
    let mut names: Vec<_> = CATALOGUE.iter().map(|(category, _)| category.as_str()).collect();
    assert_eq!(
        names,
        [
            "aborted",
            "connection",
            "quota",
            "rateLimit",
            "safety",
            "auth",
            "timeout",
            "notFound",
            "serverError",
            "provider",
            "validation",
            "unknown"
        ]
    );
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 12);
    assert_eq!(RateLimit.to_string(), "rateLimit");
}
