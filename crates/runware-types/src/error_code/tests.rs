use super::ErrorCode;
use crate::ErrorCategory::{self, *};

/// The catalogue once more, written from its sources: the category, whether the same request may succeed later, and the
/// codes. A star marks a code that only client software makes.
const CATALOGUE: &[(ErrorCategory, bool, &str)] = &[
    (Aborted, false, "aborted*"),
    (
        Connection,
        true,
        "connectionFailed* notConnected* notOpen* reconnectionFailed* connectionLost* disconnected*",
    ),
    (Quota, false, "insufficientCredits providerInsufficientCredits thirdPartyInsufficientCredits"),
    (Quota, false, "textInferenceVideoInputInsufficientCredits"),
    (Quota, false, "quotaExceeded paymentRequired environmentPaused*"),
    (RateLimit, true, "rateLimitExceeded inferenceRateLimitExceeded providerRateLimitExceeded rateLimit"),
    (RateLimit, false, "inferenceRateLimitRequestTooLarge"),
    (Safety, false, "contentPolicyViolation providerContentPolicyViolation"),
    (Safety, false, "sensitiveContentDetected unsafeContentDetected nsfwContentDetected"),
    (Safety, false, "promptBlocked imageBlocked moderationFailed invalidProviderContent"),
    (Auth, false, "invalidApiKey missingApiKey*"),
    (Auth, false, "unauthorized forbidden permissionDenied insufficientPermissions"),
    (Auth, false, "authenticationFailed authFailed* authTimeout*"),
    (Auth, false, "invalidAuthentication invalidCredentials missingAuthentication"),
    (Auth, false, "tokenExpired tokenInvalid tokenMissing tokenRevoked"),
    (Auth, false, "accountSuspended accountDisabled organizationSuspended organizationDisabled"),
    (Auth, false, "workspaceSuspended workspaceDisabled"),
    (Timeout, true, "timeout* requestTimeout providerTimeout providerGatewayTimeout webhookTimeout"),
    (Timeout, true, "timeoutProvider"),
    (NotFound, false, "modelNotFound taskNotFound mediaNotFound providerNotFound"),
    (NotFound, false, "taskExpired mediaExpired taskCancelled taskFailedOrNotFound"),
    (NotFound, false, "unknownModel* resourceNotFound*"),
    (ServerError, true, "internalServerError serviceUnavailable serverUnavailable serverError"),
    (ServerError, true, "standardError unknownError undefinedError defaultError unrecognizedResponse"),
    (ServerError, true, "errorRetrievingAccountManagement"),
    (Provider, true, "inferenceError processingFailed taskFailed downloadFailed uploadFailed"),
    (Provider, true, "noAvailableServer modelUnavailable modelDisabled modelNotReady"),
    (Provider, true, "mediaStorageFileCouldNotBeMoved"),
    (Provider, true, "providerError providerUnavailable providerBadGateway providerInternalError"),
    (Provider, true, "providerUnknownError providerAuthenticationFailed"),
    (Validation, false, "conflictTaskUUID conflictTaskUUIDDuringRetries* conflictingState*"),
    (Validation, false, "duplicatePreloadModelAIR"),
    (Validation, false, "invalidPositivePrompt invalidPositivePromptLength missingPositivePrompt"),
    (Validation, false, "invalidWidth invalidSteps invalidModel invalidDuration invalidFrameImageWidth"),
    (Validation, false, "invalidReferenceImagesCount missingParameter"),
    (Validation, false, "unsupportedParameter unsupportedTaskType unsupportedDuration"),
    (Validation, false, "unknownParameter incompatibleParameters"),
    (Validation, false, "mismatchProviderSettingsProvider unknownProviderSettingsProvider"),
    (Validation, false, "transparentModelMismatch modelOwnershipValidationError modelAlreadyExists"),
    (Validation, false, "valueTooLarge arrayTooSmall maxLycorisModelsExceeded maxRequestSize*"),
    (Validation, false, "validationFailed*"),
    (Unknown, false, "kontextMissingDimensionsOrReferenceImage safety"),
    (Unknown, false, "httpError* parseError* sendFailed* noFetchImpl* noWebSocketImpl* streamUnsupported*"),
];

const STATUSES: &[(&str, u16)] = &[
    ("conflictTaskUUID", 400),
    ("conflictingState", 409),
    ("environmentPaused", 429),
    ("insufficientCredits", 402),
    ("invalidApiKey", 401),
    ("invalidFrameImageWidth", 400),
    ("noAvailableServer", 503),
    ("rateLimit", 429),
    ("resourceNotFound", 404),
    ("unsupportedDuration", 400),
];

/// The codes that the sources name, with what the rest of their line says.
fn catalogued() -> impl Iterator<Item = (&'static str, ErrorCategory, bool, bool)> {
    CATALOGUE.iter().flat_map(|(category, retryable, codes)| {
        codes.split(' ').map(|word| {
            let code = word.trim_end_matches('*');
            (code, *category, *retryable, word != code)
        })
    })
}

#[test]
fn every_code_of_the_sources_has_its_row() {
    for (code, category, retryable, client_made) in catalogued() {
        let row = ErrorCode::find(code).unwrap_or_else(|| panic!("no row for {code}"));
        assert_eq!(row.code(), code);
        assert_eq!(row.category(), category, "{code}");
        assert_eq!(row.is_retryable(), retryable, "{code}");
        assert_eq!(row.is_client_made(), client_made, "{code}");
        assert_eq!(ErrorCategory::of_code(code), category, "by the rules, {code}");
    }
    assert_eq!(catalogued().count(), ErrorCode::KNOWN.len(), "a row without a source");
}

#[test]
fn rows_are_sorted_and_no_code_has_two() {
    assert!(ErrorCode::KNOWN.is_sorted_by(|one, next| one.code() < next.code()));
}

#[test]
fn a_status_is_told_where_one_is_documented_or_seen() {
    let told: Vec<_> =
        ErrorCode::KNOWN.iter().filter_map(|row| Some((row.code(), row.http_status()?))).collect();
    assert_eq!(told, STATUSES);
}

#[test]
fn every_row_advises_in_one_sentence() {
    for row in ErrorCode::KNOWN {
        let advice = row.advice();
        assert!(advice.starts_with(char::is_uppercase) && advice.ends_with('.'), "{advice}");
        assert!(!advice.contains(". ") && advice.len() < 120, "{advice}");
    }
    assert_eq!(ErrorCode::find("invalidWidth").unwrap().advice(), Validation.advice());
    assert_ne!(ErrorCode::find("conflictTaskUUID").unwrap().advice(), Validation.advice());
}

#[test]
fn what_has_no_row_is_not_found() {
    for code in ["", "a", "Aborted", "conflicttaskuuid", "invalid", "zzz", "webhookTimeouts"] {
        assert_eq!(ErrorCode::find(code), None, "{code}");
    }
}

#[test]
fn the_documents_list_the_same_codes() {
    let (_, page) = include_str!("../../../../docs/wire.md").split_once("### 8.2 Known codes").unwrap();
    let mut listed: Vec<(&str, &str, bool)> = Vec::new();
    for line in page.lines().take_while(|line| !line.starts_with("One code")) {
        let columns: Vec<&str> = line.split(" | ").collect();
        let [category, codes, _] = columns[..] else { continue };
        for word in codes.split(", ").filter(|word| word.starts_with('`')) {
            let code = word.trim_end_matches("\\*");
            listed.push((code.trim_matches('`'), category.trim_matches(['|', ' ', '`']), word != code));
        }
    }
    listed.sort_unstable();
    let known: Vec<_> = ErrorCode::KNOWN
        .iter()
        .map(|row| (row.code(), row.category().as_str(), row.is_client_made()))
        .collect();
    assert_eq!(listed, known);
}
