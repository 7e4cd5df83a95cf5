//! One piece of streamed text.

use alloc::string::String;
use core::fmt;

use serde::Deserializer;
use serde::de::Visitor;

use crate::envelope::Fields;
use crate::result::Part as _;
use crate::{FinishReason, Item, Money, RawJson, TaskType, TaskUuid, Usage};

/// A piece of a streamed answer, and what comes with it.
///
/// All of it is optional: the last pieces often have no text, but say why the model stopped and what it cost. A key with
/// an unusable value counts as absent; [`raw`](Self::raw) still has it, and all unknown keys.
///
/// Source: Streaming page; `docs/wire.md`, "Streaming".
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextDelta {
    /// The `taskUUID`, if it is a UUID.
    pub task_uuid: Option<TaskUuid>,
    /// The `taskType`.
    pub task_type: Option<TaskType>,
    /// `delta.text`: what follows the text so far; empty if nothing does.
    pub text: String,
    /// `delta.reasoningContent`: what follows the thoughts so far; empty if nothing does.
    pub reasoning_content: String,
    /// The `finishReason`: why the model stopped. Pieces after this one may still bring `usage` and `cost`.
    pub finish_reason: Option<FinishReason>,
    /// The `usage`, if the task asked for it.
    pub usage: Option<Usage>,
    /// The `cost` in US dollars, if the task asked for it.
    pub cost: Option<Money>,
    /// The `resultIndex`: which of the task's results this belongs to. No server is known to say.
    pub result_index: Option<u32>,
    /// Whether this is no piece but a whole result, with `text` in place of `delta`: the answer of a server that does
    /// not stream.
    pub is_whole: bool,
    /// The piece exactly as it was sent.
    pub raw: RawJson,
}

impl TextDelta {
    /// Whether an object speaks of streamed text, even if it does not say of which task.
    pub(super) fn is_in(object: &RawJson) -> bool {
        const KEYS: [&str; 6] = ["delta", "text", "reasoningContent", "finishReason", "usage", "cost"];
        Fields::read(object.as_str()).is_ok_and(|fields| KEYS.iter().any(|key| fields.get(key).is_some()))
    }

    pub(super) fn read(item: &Item) -> Self {
        let raw = item.raw();
        let delta = raw.field("delta").filter(|delta| delta.as_str() != "null");
        let speaker = delta.as_ref().unwrap_or(raw);
        let text = speaker.field("text").and_then(text_of);
        Self {
            task_uuid: item.task_uuid(),
            task_type: item.task_type().cloned(),
            is_whole: delta.is_none() && text.is_some(),
            text: text.unwrap_or_default(),
            reasoning_content: speaker.field("reasoningContent").and_then(text_of).unwrap_or_default(),
            finish_reason: raw
                .field("finishReason")
                .and_then(|reason| reason.decode().ok())
                .filter(says_something),
            usage: raw.field("usage").and_then(Usage::of),
            cost: item.cost(),
            result_index: item.result_index(),
            raw: raw.clone(),
        }
    }
}

/// An empty reason is none: it must not make a cut stream look whole.
fn says_something(reason: &FinishReason) -> bool {
    !reason.as_str().is_empty()
}

/// The content of a string; `None` if the value is none.
///
/// Half of a surrogate pair, which a server that splits text between the two would send, is replaced like invalid UTF-8:
/// the text around it must not be lost.
fn text_of(value: RawJson) -> Option<String> {
    serde_json::Deserializer::from_str(value.as_str()).deserialize_bytes(Lossy).ok()
}

struct Lossy;

impl Visitor<'_> for Lossy {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, text: &[u8]) -> Result<String, E> {
        Ok(String::from_utf8_lossy(text).into_owned())
    }
}
