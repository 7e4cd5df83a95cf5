//! Captions.

use crate::RawJson;
use crate::spec::Kind;

result! {
    /// What a model saw in an image or a video: a text, or data where the model sorts things into classes.
    ///
    /// ```
    /// use runware_types::{CaptionResult, Item, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "caption",
    ///     "taskUUID": "5e6f7a8b-9c0d-4e1f-a2b3-c4d5e6f7a8b9",
    ///     "structuredData": {"age": "20-29"}
    /// }"#)?)?;
    /// let caption = CaptionResult::from_item(&item)?;
    /// assert_eq!(caption.text(), None);
    /// assert_eq!(caption.structured_data().unwrap().field("age").unwrap().as_str(), r#""20-29""#);
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    CaptionResult: "captionResult" [HEAD, OWN] has ["text", "structuredData"]
}

generated! { CaptionResult }

fields! { read CaptionResult::OWN {
    /// What the model saw, in words.
    text(text) => "text": Kind::TEXT;
    /// What the model saw, as data; its form depends on the model.
    structured_data(part RawJson) => "structuredData": Kind::Any;
} }
