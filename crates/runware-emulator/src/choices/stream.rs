//! What is open about event streams.

/// How many results a stream may bring, and how its events say which is which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamResults {
    /// One; a task that asks for more is refused with `invalidNumberResults`.
    One,
    /// As many as asked for, their events mixed, without saying which is which.
    Unmarked,
    /// As many as asked for, their events mixed, with `resultIndex` on each.
    Marked,
}

/// Where `usage` and `cost` of a stream come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamUsage {
    /// In the event with `finishReason`.
    WithFinish,
    /// In an event before that.
    BeforeFinish,
    /// In an event after that.
    AfterFinish,
}

/// How a stream reports that its task has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamFailure {
    /// `{"errors":[{…}]}`
    Errors,
    /// `{"error":{…},"taskType":…,"taskUUID":…}`
    Error,
}
