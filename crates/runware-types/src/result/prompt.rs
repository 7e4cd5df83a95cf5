//! Enhanced prompts.

use crate::spec::Kind;

result! {
    /// A prompt, rewritten with more detail. A task that asks for several gets one result for each.
    ///
    /// ```
    /// use runware_types::{Item, PromptResult, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "promptEnhance",
    ///     "taskUUID": "6f708192-a3b4-4c5d-9e6f-708192a3b4c5",
    ///     "text": "a red fox in deep snow, low winter sun"
    /// }"#)?)?;
    /// assert!(PromptResult::from_item(&item)?.text().unwrap().starts_with("a red fox"));
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    PromptResult: "promptResult" [HEAD, OWN] has ["text"]
}

generated! { PromptResult }

fields! { read PromptResult::OWN {
    /// The rewritten prompt.
    text(text) => "text": Kind::TEXT, required;
} }
