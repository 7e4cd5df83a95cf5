//! Text.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

use super::{OutputFormat, RawTask};
use crate::TaskType;

generation_task! {
    /// A task that writes text with a language model.
    ///
    /// Has setters for the fields that most models know; [`param`](Self::param) sets any other.
    ///
    /// ```
    /// use runware_types::{TaskUuid, TextInference};
    ///
    /// let task = TextInference::new("google:gemini@3.1-pro")
    ///     .system_prompt("Answer in one word.")
    ///     .message("user", "What is red and runs through the snow?")
    ///     .max_tokens(20);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "riddle"))?;
    /// assert!(prepared.bytes().ends_with(
    ///     br#""messages":[{"role":"user","content":"What is red and runs through the snow?"}]}"#
    /// ));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    TextInference
}

impl TextInference {
    /// Starts a conversation with a model, named by its AIR id.
    pub fn new(model: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::TextInference).set("model", model.as_ref()))
    }

    /// Asks a model one thing: [`new`](Self::new) and a message of the role `user`.
    pub fn prompt(model: impl AsRef<str>, text: impl AsRef<str>) -> Self {
        Self::new(model).message("user", text.as_ref())
    }

    /// Adds a message: its role (`user` or `assistant`), and its content, a text or a list of parts.
    #[must_use]
    pub fn message(self, role: impl AsRef<str>, content: impl Serialize) -> Self {
        #[derive(Serialize)]
        struct Message<'a, T> {
            role: &'a str,
            content: T,
        }
        Self(self.0.append("messages", Message { role: role.as_ref(), content }))
    }

    /// Texts at which the model stops writing.
    #[must_use]
    pub fn stop_sequences(self, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let texts: Vec<String> = texts.into_iter().map(|text| text.as_ref().to_owned()).collect();
        Self(self.0.set_inside("settings", "stopSequences", texts))
    }

    /// Whether the model writes plain text or JSON.
    #[must_use]
    pub fn output_format(self, format: impl Into<OutputFormat>) -> Self {
        Self(self.0.set("outputFormat", format.into()))
    }
}

setters! { TextInference {
    /// What the model is told before the conversation.
    system_prompt: (text) => "settings"."systemPrompt";
    /// How many tokens the answer may have.
    max_tokens: (u32) => "settings"."maxTokens";
    /// How freely the model picks its words.
    temperature: (number) => "settings"."temperature";
    /// Picks words from the likeliest that together have this probability.
    top_p: (number) => "settings"."topP";
    /// Picks words from this many of the likeliest.
    top_k: (u32) => "settings"."topK";
    /// The seed of the choices.
    seed: (u64) => "seed";
    /// Whether the answer comes with the number of tokens used.
    include_usage: (bool) => "includeUsage";
} }
