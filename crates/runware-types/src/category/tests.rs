use super::ErrorCategory::{self, *};

/// Codes that nobody has listed, and what the rules make of them. Those that are listed are tested with the catalogue.
const UNLISTED: &[(ErrorCategory, &str)] = &[
    (Aborted, "aborted"),
    (Unknown, "abortedByUser"),
    (Connection, "disconnected"),
    (Unknown, "disconnect"),
    (Quota, "someCredits"),
    (Quota, "invalidBalance"),
    (Quota, "inferenceQuotaTimeout"),
    (RateLimit, "providerRateLimitTimeout"),
    (RateLimit, "invalidRateLimit"),
    (Unknown, "RateLimi"),
    (Unknown, "ratelimit"),
    (Safety, "invalidProviderContent"),
    (Validation, "invalidProviderContents"),
    (Auth, "duplicateApiKey"),
    (Auth, "providerApiKeyTimeout"),
    (Unknown, "apiKey"),
    (Timeout, "invalidTimeout"),
    (Timeout, "timeoutOfSomething"),
    (Timeout, "providerNotFoundTimeout"),
    (Unknown, "TIMEOUT"),
    (NotFound, "invalidThingNotFound"),
    (NotFound, "providerSessionExpired"),
    (Unknown, "notFound"),
    (Unknown, "NotFoundAnywhere"),
    (Provider, "providerConflict"),
    (Provider, "providerInvalid"),
    (Validation, "arrayOfThings"),
    (Validation, "conflictOfThings"),
    (Validation, "duplicateThing"),
    (Validation, "invalidThing"),
    (Validation, "maximum"),
    (Validation, "missingThing"),
    (Validation, "unsupportedThing"),
    (Validation, "valueOfThing"),
    (Validation, "taskConflictOfThings"),
    (Unknown, "Invalid"),
    (Unknown, "unknown"),
    (Unknown, "?"),
    (Unknown, ""),
];

#[test]
fn rules_sort_codes_that_nobody_has_listed() {
    for (category, code) in UNLISTED {
        assert_eq!(ErrorCategory::of_code(code), *category, "{code}");
    }
}

#[test]
fn only_failures_that_can_pass_are_retryable() {
    for category in ErrorCategory::KNOWN {
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
        (409, Unknown),
        (413, Unknown),
        (418, Unknown),
        (422, Unknown),
        (429, RateLimit),
        (500, ServerError),
        (502, ServerError),
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
fn every_category_has_a_name_that_can_be_read_again() {
    let names: Vec<_> = ErrorCategory::KNOWN.iter().map(|category| category.as_str()).collect();
    assert_eq!(
        names,
        [
            "validation",
            "auth",
            "quota",
            "rateLimit",
            "safety",
            "timeout",
            "notFound",
            "serverError",
            "provider",
            "connection",
            "aborted",
            "unknown"
        ]
    );
    for category in ErrorCategory::KNOWN {
        assert_eq!(ErrorCategory::from_name(category.as_str()), Some(*category));
        assert_eq!(category.to_string(), category.as_str());
    }
    assert_eq!((ErrorCategory::from_name("RateLimit"), ErrorCategory::from_name("")), (None, None));
}

#[test]
fn every_category_has_advice_and_a_page_that_is_known_to_exist() {
    let sources = include_str!("../../../../docs/wire.md");
    for category in ErrorCategory::KNOWN {
        let page = category.documentation().strip_prefix("https://runware.ai/docs/").unwrap();
        assert!(sources.contains(&format!("`{page}`")), "no source names {page}");
        assert!(category.advice().ends_with('.') && category.advice().len() < 120, "{category}");
    }
    assert_eq!(Auth.documentation(), "https://runware.ai/docs/platform/authentication");
}
