//! What comes out of a text stream.

use alloc::string::String;
use core::fmt;

use super::TextDelta;
use crate::{ApiError, RawJson, json};

/// What a [`TextStreamDecoder`](super::TextStreamDecoder) finds in a stream.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum TextEvent {
    /// A piece of the answer.
    Delta(TextDelta),
    /// A failure, in whatever shape the server reported it.
    Error(ApiError),
    /// Something that is neither: no JSON, JSON of an unknown shape, or a line that is no part of an event stream.
    ///
    /// It hides nothing of what comes before and after it.
    Other(String),
    /// How the stream ended. Nothing comes after it.
    End(TextStreamEnd),
}

/// How a text stream ended.
///
/// Of a reported failure and what completes the text, which is a `finishReason` or a whole result, the later one counts,
/// and within one event the failure. A failure after the `finishReason` therefore is [`Failed`](Self::Failed), although
/// the text may be complete: what the failure is about, nothing says.
///
/// Source: `docs/wire.md`, "Streaming".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextStreamEnd {
    /// With the mark of its end, `[DONE]`, and not with a failure.
    Finished,
    /// Without the mark, but the model had said why it stopped, or had sent a whole result. The text is complete; usage
    /// and cost may be missing.
    Ended,
    /// After the server reported a failure that nothing made good, with the mark or without it.
    Failed,
    /// In the middle: the text so far is not all of it, and may be nothing.
    Cut,
}

impl TextStreamEnd {
    /// Whether all of the text has arrived.
    pub fn is_complete(self) -> bool {
        matches!(self, Self::Finished | Self::Ended)
    }
}

impl fmt::Debug for TextEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delta(delta) => f.debug_tuple("Delta").field(delta).finish(),
            Self::Error(error) => f.debug_tuple("Error").field(error).finish(),
            // JSON of an unknown shape may hold a key, which `RawJson` hides.
            Self::Other(text) => match RawJson::parse(text.clone()) {
                Ok(json) => f.debug_tuple("Other").field(&json).finish(),
                Err(_) => f.debug_tuple("Other").field(&json::shortened(text, 200)).finish(),
            },
            Self::End(end) => f.debug_tuple("End").field(end).finish(),
        }
    }
}
