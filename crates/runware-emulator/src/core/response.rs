//! A response, and what is to become of it.

use std::time::Duration;

use bytes::Bytes;

use super::error::ErrorBody;
use crate::fault::Answer;

/// A response, and when and how it is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers, with names in lower case; `x-emulator: 1` is always among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
    /// When it is to be sent: later than the request where a synchronous task or a delay keeps it back.
    pub ready_at: Duration,
    /// What is to become of it.
    pub fate: Fate,
}

/// What becomes of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It is sent.
    Deliver,
    /// It is not sent; the connection is closed.
    Cut,
    /// It is not sent; the connection is reset.
    Reset,
    /// It is not sent; the connection stays open.
    Hang,
    /// Its head and this many bytes of its body are sent; the connection is closed.
    Truncate(usize),
    /// Its head and this many bytes of its body are sent; the connection stays open.
    Stall(usize),
}

impl Response {
    pub(super) fn json(ready_at: Duration, status: u16, body: String) -> Self {
        Self::new(ready_at, status, Some("application/json"), body.into())
    }

    /// A refusal of the whole request.
    pub(super) fn error(now: Duration, error: &ErrorBody) -> Self {
        Self::json(now, error.status(), format!("{{\"errors\":[{}]}}", error.render(None)))
    }

    pub(super) fn answer(ready_at: Duration, answer: &Answer) -> Self {
        let mut response =
            Self::new(ready_at, answer.status, answer.content_type.as_deref(), answer.body.clone());
        response.headers.extend(answer.retry_after.clone().map(|value| ("retry-after", value)));
        response
    }

    /// The consent to a WebSocket.
    pub(super) fn switching(ready_at: Duration) -> Self {
        Self::new(ready_at, 101, None, Bytes::new())
    }

    /// A response that is never sent.
    pub(super) fn none(ready_at: Duration, fate: Fate) -> Self {
        Self { fate, ..Self::new(ready_at, 200, None, Bytes::new()) }
    }

    fn new(ready_at: Duration, status: u16, content_type: Option<&str>, body: Bytes) -> Self {
        let mut headers = vec![("x-emulator", "1".to_owned())];
        headers.extend(content_type.map(|value| ("content-type", value.to_owned())));
        Self { status, headers, body, ready_at, fate: Fate::Deliver }
    }
}
