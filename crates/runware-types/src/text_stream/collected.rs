//! The text so far.

use alloc::string::String;

use super::TextDelta;
use crate::{FinishReason, Money, Usage};

/// What the pieces of one streamed answer amount to: the text so far, or all of it.
///
/// ```
/// use runware_types::{CollectedText, TextEvent, TextStreamDecoder};
///
/// let mut decoder = TextStreamDecoder::new();
/// decoder.push(b"data: {\"delta\":{\"text\":\"Fo\"}}\ndata: {\"delta\":{\"text\":\"ur.\"},\"finishReason\":\"stop\"}\n");
/// decoder.push(b"data: {\"cost\":0.00001}\n");
///
/// let mut collected = CollectedText::default();
/// while let Some(TextEvent::Delta(delta)) = decoder.next_event()? {
///     collected.add(&delta);
/// }
/// assert_eq!(collected.text, "Four.");
/// assert_eq!(collected.cost, Some("0.00001".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It is for one result: pieces of several results of a task have to be sorted by their
/// [`result_index`](TextDelta::result_index) first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CollectedText {
    /// The text of all pieces.
    pub text: String,
    /// The thoughts of all pieces.
    pub reasoning_content: String,
    /// The last `finishReason`; `None` while the model has not stopped.
    pub finish_reason: Option<FinishReason>,
    /// The last `usage`.
    pub usage: Option<Usage>,
    /// The last `cost`, in US dollars.
    pub cost: Option<Money>,
}

impl CollectedText {
    /// Adds the next piece. A [whole](TextDelta::is_whole) result takes the place of the text so far.
    pub fn add(&mut self, delta: &TextDelta) {
        if delta.is_whole {
            self.text.clear();
            self.reasoning_content.clear();
        }
        self.text.push_str(&delta.text);
        self.reasoning_content.push_str(&delta.reasoning_content);
        if let Some(reason) = &delta.finish_reason {
            self.finish_reason = Some(reason.clone());
        }
        if let Some(usage) = &delta.usage {
            self.usage = Some(usage.clone());
        }
        self.cost = delta.cost.or(self.cost);
    }
}
