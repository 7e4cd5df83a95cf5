//! What is sent at once: an attempt and the calls in it.

#[cfg(any(feature = "http", feature = "websocket"))]
mod traced;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use runware_types::{TaskUuid, encode_request};

#[cfg(any(feature = "http", feature = "websocket"))]
pub(crate) use self::traced::{Facts, traced};

/// One attempt: a batch of calls that travel together, and the time they may take.
///
/// An attempt has no number and no history. Whoever makes attempts counts them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The calls, sent as they are and in this order. There must be at least one.
    pub calls: Vec<Call>,
    /// The longest the attempt may take, from [`send`](crate::Transport::send) to the end of its last reply.
    pub timeout: Duration,
}

impl Attempt {
    /// An attempt to send `calls` within `timeout`.
    pub fn new(calls: impl IntoIterator<Item = Call>, timeout: Duration) -> Self {
        Self { calls: calls.into_iter().collect(), timeout }
    }

    /// The body of the request that carries the calls: one JSON array, each call's bytes as they are.
    pub fn body(&self) -> Bytes {
        encode_request(&self.calls)
    }
}

/// One task object on its way to the server.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// The id the server will answer with, if the call has one: an authentication task has none.
    pub task_uuid: Option<TaskUuid>,
    /// The task as JSON, byte for byte as it is to be sent.
    pub bytes: Bytes,
}

impl Call {
    /// A call that sends `bytes`, which hold the task with this id.
    pub fn new(task_uuid: Option<TaskUuid>, bytes: impl Into<Bytes>) -> Self {
        Self { task_uuid, bytes: bytes.into() }
    }
}

impl AsRef<[u8]> for Call {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Shows how large the task is and not what is in it: prompts and credentials stay out of logs.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("task_uuid", &self.task_uuid).field("bytes", &self.bytes.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_the_calls_byte_for_byte() {
        let calls = [r#"{"a": 1.0}"#, r#"{ "b":2}"#].map(|text| Call::new(None, text));
        let attempt = Attempt::new(calls, Duration::from_secs(1));
        assert_eq!(attempt.body(), r#"[{"a": 1.0},{ "b":2}]"#);
    }

    #[test]
    fn debug_shows_sizes_and_no_payload() {
        let attempt = Attempt::new([Call::new(None, r#"{"prompt":"sekret"}"#)], Duration::from_secs(1));
        assert_eq!(
            format!("{attempt:?}"),
            "Attempt { calls: [Call { task_uuid: None, bytes: 19 }], timeout: 1s }"
        );
    }
}
