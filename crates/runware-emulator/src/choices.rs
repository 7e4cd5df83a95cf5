//! What the emulator does where the documentation leaves a choice.

mod socket;
mod stream;

use std::time::Duration;

pub use self::socket::{
    EmptyChecks, IdleCounts, KeyError, ReplayOrder, ReplayScope, SecondSocket, SocketChoices, SyncFrames,
    UnknownSession,
};
pub use self::stream::{StreamFailure, StreamResults, StreamUsage};

/// What the emulator does where the documentation leaves a choice.
///
/// Each field is one question that the public pages do not answer; its default is what was seen of the service, or else
/// what is the most plausible (docs/wire.md, "Open questions"). A client is sound when it works under every setting.
///
/// ```
/// use runware_emulator::{FailureForm, Options, ResultIndex};
///
/// let options = Options::new().choose(|choices| {
///     choices.failure_form = FailureForm::Nested;
///     choices.result_index = ResultIndex::FromCheck(2);
/// });
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Choices {
    /// How long `getResponse` goes on answering after a task has ended; later it answers as for an unknown task.
    /// Default: one hour.
    pub retention: Duration,
    /// How long an accepted task stays invisible to `getResponse`. Default: not at all.
    pub registration_lag: Duration,
    /// How many checks of each task are answered with nothing, as though it were not known yet. Default: 0.
    pub blind_checks: u32,
    /// What `getResponse` says of a task it does not know. Default: nothing.
    pub unknown_task: UnknownTask,
    /// The HTTP status of a check that reports failed results. Default: 200.
    pub failure_status: u16,
    /// The HTTP status of a request of which some tasks were refused. Default: 200 when any was accepted.
    pub mixed_status: MixedStatus,
    /// The HTTP status of `getTaskDetails` for an unknown task. Default: 200.
    pub details_not_found_status: u16,
    /// How many `getResponse` tasks one request may hold; a request with more is refused with 400. Default: no limit.
    pub checks_per_request: Option<usize>,
    /// How many tasks one request may hold; a request with more is refused with 400. Default: no limit.
    pub tasks_per_request: Option<usize>,
    /// The order of the entries of one task in a reply. Default: the same in every reply.
    pub order: Order,
    /// Whether entries carry `resultIndex`. Default: never.
    pub result_index: ResultIndex,
    /// Whether failed results carry `resultIndex` too. Default: no; nothing says which result failed.
    pub index_on_failures: bool,
    /// Where a failed result stands in the reply to a check. Default: in `errors`.
    pub failure_form: FailureForm,
    /// Whether a failed result is reported by every check, or by the first alone. Default: by every one.
    pub repeat_failures: bool,
    /// What stands for the results that are not ready yet. Default: one entry for each.
    pub pending: Pending,
    /// The `status` of an entry that is not ready yet. Default: `processing`.
    pub running_status: String,
    /// Whether a finished entry says `"status":"success"`, or is known by its output alone. Default: it says so.
    pub success_status: bool,
    /// Whether entries that are not ready yet carry `progress`; those of training tasks always do. Default: no.
    pub progress: bool,
    /// Whether an asynchronous task is acknowledged with `data: []`, without an item. Default: no.
    pub empty_acknowledgement: bool,
    /// How long after a task has ended its id is refused for a new one. Default: for ever.
    pub conflict_window: Option<Duration>,
    /// Whether the id of a task that was refused as invalid may be used again. Default: yes.
    pub reuse_refused: bool,
    /// Whether `getTaskDetails` shows the refusal of a repeated submission in place of the task's result, as one
    /// observer reports. Default: no.
    pub conflict_hides_result: bool,
    /// What becomes of one id used twice in a request. Default: the second use is a conflict.
    pub duplicate: Duplicate,
    /// How long the reply to a synchronous task waits; then it is 504 and the task goes on. Default: 120 seconds.
    pub sync_window: Duration,
    /// Whether `getResponse` knows synchronous tasks and streamed ones. Default: yes.
    pub check_sync_tasks: bool,
    /// Whether the reply to a ping repeats the ping's `taskUUID`. Default: no.
    pub echo_ping_uuid: bool,
    /// Which key counts where the header and the body both have one. Default: the header's.
    pub key_from: KeyFrom,
    /// Whether `data` holds an item for the authentication task beside the results. Default: yes.
    pub authentication_item: bool,
    /// What `getTaskDetails` shows of the authentication task. Default: nothing.
    pub archived_key: ArchivedKey,
    /// Whether a body that is one bare task object is taken as a list of one. Default: no.
    pub bare_object: bool,
    /// Whether `taskUUID` has to be of version 4. Default: no; any UUID will do, with hyphens or without.
    pub strict_uuid: bool,
    /// Parameters that are refused with `unsupportedParameter`. Default: none; unknown ones are ignored.
    pub unsupported_parameters: Vec<String>,
    /// Whether all results of one text task have the same text. Default: no.
    pub equal_texts: bool,
    /// How many results a stream may bring, and how its events say which is which. Default: one.
    pub stream_results: StreamResults,
    /// Where `usage` and `cost` of a stream come. Default: in the event with `finishReason`.
    pub stream_usage: StreamUsage,
    /// How a stream reports that its task has failed. Default: in `errors`.
    pub stream_failure: StreamFailure,
    /// Whether `[DONE]` ends a stream whose task has failed, too. Default: yes.
    pub stream_failure_done: bool,
    /// Whether the events of a stream carry `taskType` and `taskUUID`, or the first alone does. Default: all do.
    pub stream_names_task: bool,
    /// What happens on WebSockets.
    pub socket: SocketChoices,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            retention: Duration::from_secs(3_600),
            registration_lag: Duration::ZERO,
            blind_checks: 0,
            unknown_task: UnknownTask::Silence,
            failure_status: 200,
            mixed_status: MixedStatus::AnyAccepted,
            details_not_found_status: 200,
            checks_per_request: None,
            tasks_per_request: None,
            order: Order::Stable,
            result_index: ResultIndex::Never,
            index_on_failures: false,
            failure_form: FailureForm::Error,
            repeat_failures: true,
            pending: Pending::Each,
            running_status: "processing".to_owned(),
            success_status: true,
            progress: false,
            empty_acknowledgement: false,
            conflict_window: None,
            reuse_refused: true,
            conflict_hides_result: false,
            duplicate: Duplicate::ConflictForSecond,
            sync_window: Duration::from_secs(120),
            check_sync_tasks: true,
            echo_ping_uuid: false,
            key_from: KeyFrom::Header,
            authentication_item: true,
            archived_key: ArchivedKey::Dropped,
            bare_object: false,
            strict_uuid: false,
            unsupported_parameters: Vec::new(),
            equal_texts: false,
            stream_results: StreamResults::One,
            stream_usage: StreamUsage::WithFinish,
            stream_failure: StreamFailure::Errors,
            stream_failure_done: true,
            stream_names_task: true,
            socket: SocketChoices::default(),
        }
    }
}

/// What `getResponse` says of a task it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownTask {
    /// Nothing: `data: []`.
    Silence,
    /// The error `taskFailedOrNotFound`.
    Error,
}

/// The HTTP status of a request of which some tasks were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MixedStatus {
    /// 200 when any task was accepted, else the status of the first error.
    AnyAccepted,
    /// The status of the first error.
    FirstError,
}

/// The order of the entries of one task in a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// By index.
    Stable,
    /// Another one in every reply, drawn from the seed.
    Shuffled,
}

/// Whether entries carry `resultIndex`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResultIndex {
    /// Never.
    Never,
    /// Always.
    Always,
    /// From this check of the task on, counted from 1.
    FromCheck(u64),
}

/// Where a failed result stands in the reply to a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureForm {
    /// In `errors`, with `"status":"error"`, as the sample of the Task Polling page has it.
    Error,
    /// In `data`, with the error as a member object, as the field table of the Task Polling page has it.
    Nested,
    /// In `data`, with the error's members beside `status`.
    Flat,
}

/// What stands for the results that are not ready yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pending {
    /// One entry for each result.
    Each,
    /// One entry for the task.
    One,
    /// Nothing, once a result has ended; one entry before that.
    Hidden,
}

/// What becomes of one id used twice in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Duplicate {
    /// The first is accepted, the second is a conflict.
    ConflictForSecond,
    /// The whole request is refused with 400 and nothing is accepted.
    RefuseRequest,
}

/// Which key counts where the header and the body both have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFrom {
    /// The one of the `Authorization` header.
    Header,
    /// The one of the authentication task.
    Body,
}

/// What `getTaskDetails` shows of the authentication task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArchivedKey {
    /// Nothing: the object is dropped from the request.
    Dropped,
    /// The object with its key, as it was sent.
    Kept,
}
