//! Texts of language models.

use crate::spec::Kind;

result! {
    /// The answer of a language model.
    ///
    /// ```
    /// use runware_types::{FinishReason, Item, RawJson, TextResult};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "textInference",
    ///     "taskUUID": "8b5f6c1e-2d34-4f7a-9c80-1e2f3a4b5c6d",
    ///     "text": "Four.",
    ///     "finishReason": "stop",
    ///     "usage": {"promptTokens": 9, "completionTokens": 2, "totalTokens": 11}
    /// }"#)?)?;
    /// let answer = TextResult::from_item(&item)?;
    /// assert_eq!(answer.text().as_deref(), Some("Four."));
    /// assert_eq!(answer.finish_reason(), Some(FinishReason::Stop));
    /// assert_eq!(answer.usage().unwrap().completion_tokens(), Some(2));
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    TextResult: "textResult" [HEAD, OWN] has ["text"]
}

generated! { TextResult }

fields! { read TextResult::OWN {
    /// What the model wrote; an empty text can be all it had to say.
    text(text) => "text": Kind::TEXT, required;
    /// Why the model stopped.
    finish_reason(FinishReason) => "finishReason": Kind::Word(FinishReason::WORDS), required;
    /// How many tokens were read and written, if the task asked for it.
    usage(part Usage) => "usage": Kind::Object(&Usage::SHAPE);
    /// What the model thought before it answered.
    reasoning_content(text) => "reasoningContent": Kind::TEXT;
    /// What some models want back with the next message.
    thought_signature(text) => "thoughtSignature": Kind::TEXT;
} }

wire_enum! {
    /// Why a language model stopped: the `finishReason` of the wire.
    pub enum FinishReason {
        /// It had finished.
        Stop = "stop",
        /// It reached the limit of tokens.
        Length = "length",
        /// A filter stopped it.
        ContentFilter = "content_filter",
        /// It asks for a tool to be called.
        ToolCalls = "tool_calls",
        /// It asks for a tool to be used.
        ToolUse = "tool_use",
        /// The service does not know.
        Unknown = "unknown",
    }
}

part! {
    /// How many tokens a language model read and wrote. Each count has two names on the wire, and either is read.
    Usage: "usage" [OWN]
}

fields! { read Usage::OWN {
    /// How many tokens the model read.
    _ => "promptTokens": Kind::integer(0, u64::MAX as i128);
    /// How many tokens the model wrote.
    _ => "completionTokens": Kind::integer(0, u64::MAX as i128);
    /// Both together.
    total_tokens(u64) => "totalTokens": Kind::integer(0, u64::MAX as i128);
    /// How many tokens the model read: another name of `promptTokens`.
    _ => "inputTokens": Kind::integer(0, u64::MAX as i128);
    /// How many tokens the model wrote: another name of `completionTokens`.
    _ => "outputTokens": Kind::integer(0, u64::MAX as i128);
} }

impl Usage {
    /// How many tokens the model read: `promptTokens`, else `inputTokens`.
    pub fn prompt_tokens(&self) -> Option<u64> {
        self.count("promptTokens").or(self.count("inputTokens"))
    }

    /// How many tokens the model wrote: `completionTokens`, else `outputTokens`.
    pub fn completion_tokens(&self) -> Option<u64> {
        self.count("completionTokens").or(self.count("outputTokens"))
    }

    fn count(&self, name: &str) -> Option<u64> {
        serde_json::from_str(self.0.value(name)?).ok()
    }
}
