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
    /// The body; empty where it comes piece by piece.
    pub body: Bytes,
    /// The body of an event stream, each piece with the time it is to be sent at.
    pub pieces: Option<Vec<Piece>>,
    /// When it is to be sent: later than the request where a synchronous task or a delay keeps it back.
    pub ready_at: Duration,
    /// What is to become of it.
    pub fate: Fate,
}

/// A part of an event stream, in most cases one event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Piece {
    /// When it is to be sent, never before the piece ahead of it.
    pub at: Duration,
    /// What is sent.
    pub bytes: Bytes,
}

/// What becomes of a response.
///
/// Of a response that comes piece by piece, the pieces that are to be sent are all there, and `Truncate` and `Stall` say
/// what becomes of the connection after the last one.
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

    /// An event stream that begins at `now`.
    pub(super) fn stream(now: Duration, pieces: Vec<Piece>, fate: Fate) -> Self {
        let mut response = Self::new(now, 200, Some("text/event-stream"), Bytes::new());
        response.headers.push(("cache-control", "no-cache".to_owned()));
        Self { pieces: Some(pieces), fate, ..response }
    }

    /// When the last of it is to be sent.
    pub(super) fn ends_at(&self) -> Duration {
        self.pieces.as_deref().and_then(<[Piece]>::last).map_or(self.ready_at, |last| last.at)
    }

    fn new(ready_at: Duration, status: u16, content_type: Option<&str>, body: Bytes) -> Self {
        let mut headers = vec![("x-emulator", "1".to_owned())];
        headers.extend(content_type.map(|value| ("content-type", value.to_owned())));
        Self { status, headers, body, pieces: None, ready_at, fate: Fate::Deliver }
    }
}
