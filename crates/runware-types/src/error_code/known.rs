//! The rows of the catalogue, sorted by code.

use super::ErrorCode;
use crate::ErrorCategory::{self, *};

// One row below the other, whatever their length: the table is read down its first column.
#[rustfmt::skip]
pub(super) const KNOWN: &[ErrorCode] = &[
    row("aborted", Aborted).made_by_clients(),
    row("accountDisabled", Auth)
        .advising("No key helps while the account is disabled: contact support."),
    row("accountSuspended", Auth)
        .advising("No key helps while the account is suspended: contact support."),
    row("arrayTooSmall", Validation),
    row("authFailed", Auth).made_by_clients(),
    row("authTimeout", Auth).made_by_clients()
        .advising("The authentication was not answered in time: check the connection before the key."),
    row("authenticationFailed", Auth),
    row("conflictTaskUUID", Validation).status(400)
        .advising("The task was accepted before: ask for its status instead of sending it again."),
    row("conflictTaskUUIDDuringRetries", Validation).made_by_clients()
        .advising("An earlier attempt was accepted: ask for the task's status instead of sending it again."),
    row("conflictingState", Validation).made_by_clients().status(409),
    row("connectionFailed", Connection).made_by_clients(),
    row("connectionLost", Connection).made_by_clients(),
    row("contentPolicyViolation", Safety),
    row("defaultError", ServerError),
    row("disconnected", Connection).made_by_clients(),
    row("downloadFailed", Provider)
        .advising("Check that every address among the inputs can be reached from outside, then submit a new task."),
    row("duplicatePreloadModelAIR", Validation),
    row("environmentPaused", Quota).made_by_clients().status(429)
        .advising("Resume the serverless environment, then send the request again."),
    row("errorRetrievingAccountManagement", ServerError),
    row("forbidden", Auth),
    row("httpError", Unknown).made_by_clients()
        .advising("Decide by the HTTP status: the body said nothing that could be read."),
    row("imageBlocked", Safety),
    row("incompatibleParameters", Validation)
        .advising("Leave out one of the parameters that the error names: they exclude each other."),
    row("inferenceError", Provider),
    row("inferenceRateLimitExceeded", RateLimit),
    row("inferenceRateLimitRequestTooLarge", RateLimit).final_for_this_request()
        .advising("The request exceeds the limit all by itself, so waiting does not help: make it smaller."),
    row("insufficientCredits", Quota).status(402),
    row("insufficientPermissions", Auth),
    row("internalServerError", ServerError),
    row("invalidApiKey", Auth).status(401),
    row("invalidAuthentication", Auth),
    row("invalidCredentials", Auth),
    row("invalidDuration", Validation),
    row("invalidFrameImageWidth", Validation).status(400),
    row("invalidModel", Validation),
    row("invalidPositivePrompt", Validation),
    row("invalidPositivePromptLength", Validation),
    row("invalidProviderContent", Safety),
    row("invalidReferenceImagesCount", Validation),
    row("invalidSteps", Validation),
    row("invalidWidth", Validation),
    row("kontextMissingDimensionsOrReferenceImage", Unknown)
        .advising("Give a width and a height, or a reference image."),
    row("maxLycorisModelsExceeded", Validation),
    row("maxRequestSize", Validation).made_by_clients()
        .advising("Send a smaller request, or fewer tasks in one."),
    row("mediaExpired", NotFound)
        .advising("Upload the media again and use its new id."),
    row("mediaNotFound", NotFound)
        .advising("Upload the media again and use its new id."),
    row("mediaStorageFileCouldNotBeMoved", Provider),
    row("mismatchProviderSettingsProvider", Validation),
    row("missingApiKey", Auth).made_by_clients()
        .advising("Give the client an API key."),
    row("missingAuthentication", Auth),
    row("missingParameter", Validation)
        .advising("Add the parameter that the error names."),
    row("missingPositivePrompt", Validation)
        .advising("Add a positive prompt."),
    row("modelAlreadyExists", Validation)
        .advising("The model is there already: use it, or choose another id."),
    row("modelDisabled", Provider)
        .advising("The model is switched off, perhaps for good: choose another one if that lasts."),
    row("modelNotFound", NotFound)
        .advising("Check the model's id, for example with a model search."),
    row("modelNotReady", Provider)
        .advising("The model is not ready yet: send the task again after a pause."),
    row("modelOwnershipValidationError", Validation),
    row("modelUnavailable", Provider)
        .advising("Send the task again after a pause, or choose another model."),
    row("moderationFailed", Safety),
    row("noAvailableServer", Provider).status(503)
        .advising("There is no capacity at the moment: send the same task again after a pause."),
    row("noFetchImpl", Unknown).made_by_clients()
        .advising("Run the client where it can send HTTP requests."),
    row("noWebSocketImpl", Unknown).made_by_clients()
        .advising("Run the client where it can open WebSockets, or let it use HTTP."),
    row("notConnected", Connection).made_by_clients(),
    row("notOpen", Connection).made_by_clients(),
    row("nsfwContentDetected", Safety),
    row("organizationDisabled", Auth)
        .advising("No key helps while the organisation is disabled: contact support."),
    row("organizationSuspended", Auth)
        .advising("No key helps while the organisation is suspended: contact support."),
    row("parseError", Unknown).made_by_clients()
        .advising("The reply could not be read: ask for the task's status before sending anything again."),
    row("paymentRequired", Quota),
    row("permissionDenied", Auth),
    row("processingFailed", Provider),
    row("promptBlocked", Safety),
    row("providerAuthenticationFailed", Provider)
        .advising("The service could not identify itself to the provider: choose another model if that lasts."),
    row("providerBadGateway", Provider),
    row("providerContentPolicyViolation", Safety),
    row("providerError", Provider),
    row("providerGatewayTimeout", Timeout)
        .advising("The provider did not answer in time: submit a new task after a pause, or choose another model."),
    row("providerInsufficientCredits", Quota)
        .advising("The credit may be the service's own there: check your balance, then choose another model."),
    row("providerInternalError", Provider),
    row("providerNotFound", NotFound),
    row("providerRateLimitExceeded", RateLimit),
    row("providerTimeout", Timeout)
        .advising("The provider did not answer in time: submit a new task after a pause, or choose another model."),
    row("providerUnavailable", Provider),
    row("providerUnknownError", Provider),
    row("quotaExceeded", Quota),
    row("rateLimit", RateLimit).status(429)
        .advising("Ask less often, and about several tasks in one request."),
    row("rateLimitExceeded", RateLimit),
    row("reconnectionFailed", Connection).made_by_clients(),
    row("requestTimeout", Timeout),
    row("resourceNotFound", NotFound).made_by_clients().status(404),
    row("safety", Unknown),
    row("sendFailed", Unknown).made_by_clients()
        .advising("The connection broke while sending: send the same request again under the same taskUUID."),
    row("sensitiveContentDetected", Safety),
    row("serverError", ServerError),
    row("serverUnavailable", ServerError),
    row("serviceUnavailable", ServerError),
    row("standardError", ServerError),
    row("streamUnsupported", Unknown).made_by_clients()
        .advising("Use a client that can stream, or another delivery method."),
    row("taskCancelled", NotFound)
        .advising("The task was cancelled: submit a new one if its results are still wanted."),
    row("taskExpired", NotFound)
        .advising("The results are no longer kept: submit a new task if they are still wanted."),
    row("taskFailed", Provider),
    row("taskFailedOrNotFound", NotFound)
        .advising("Read the task's details, which tell a failed task from an unknown one."),
    row("taskNotFound", NotFound)
        .advising("Check the task's id, and that the key belongs to the organisation that submitted it."),
    row("textInferenceVideoInputInsufficientCredits", Quota),
    row("thirdPartyInsufficientCredits", Quota)
        .advising("The credit may be the service's own there: check your balance, then choose another model."),
    row("timeout", Timeout).made_by_clients(),
    row("timeoutProvider", Timeout)
        .advising("The provider did not answer in time: submit a new task after a pause, or choose another model."),
    row("tokenExpired", Auth),
    row("tokenInvalid", Auth),
    row("tokenMissing", Auth),
    row("tokenRevoked", Auth),
    row("transparentModelMismatch", Validation),
    row("unauthorized", Auth),
    row("undefinedError", ServerError),
    row("unknownError", ServerError),
    row("unknownModel", NotFound).made_by_clients()
        .advising("Check the model's id, for example with a model search."),
    row("unknownParameter", Validation)
        .advising("Leave out the parameter that the error names, or correct its name."),
    row("unknownProviderSettingsProvider", Validation),
    row("unrecognizedResponse", ServerError),
    row("unsafeContentDetected", Safety),
    row("unsupportedDuration", Validation).status(400),
    row("unsupportedParameter", Validation)
        .advising("Leave out the parameter that the error names: the model does not take it."),
    row("unsupportedTaskType", Validation)
        .advising("Correct the task type, or use the one that the model is made for."),
    row("uploadFailed", Provider)
        .advising("Check the upload endpoint if the task names one, then submit a new task."),
    row("validationFailed", Validation).made_by_clients(),
    row("valueTooLarge", Validation),
    row("webhookTimeout", Timeout)
        .advising("The webhook did not answer in time: ask for the task's status instead."),
    row("workspaceDisabled", Auth)
        .advising("No key helps while the workspace is disabled: contact support."),
    row("workspaceSuspended", Auth)
        .advising("No key helps while the workspace is suspended: contact support."),
];

const fn row(code: &'static str, category: ErrorCategory) -> ErrorCode {
    ErrorCode::new(code, category)
}
