//! Text.

use serde::Serialize;

use super::RawTask;
use super::parts::MEDIA_LIST;
use crate::spec::{Kind, Shape};
use crate::{OutputFormat, TaskType};

task! {
    /// A task that writes text with a language model.
    ///
    /// Has setters for the fields that are documented for some models; [`param`](Self::param) sets any other.
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
    TextInference: "textInference" [ID, MODEL, GENERATION, ROUTING, COUNT, OWN, OLDER]
}

generation! { TextInference }
routing! { TextInference }
model! { TextInference }
number_results! { TextInference }

impl TextInference {
    /// Starts a conversation with a model, named by its AIR id; add what is said with [`message`](Self::message).
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
}

fields! { write TextInference::OWN {
    /// The conversation so far.
    _ => "messages": Kind::list(&Kind::Object(&Shape::object("message", &[MESSAGE]))), required;
    /// Whether the model writes plain text or JSON.
    output_format(into OutputFormat) => "outputFormat": Kind::Word(&["TEXT", "JSON"]);
    /// What JSON the model is to write: a JSON Schema.
    json_schema(json) => "jsonSchema": Kind::OneOf(&[Kind::OBJECT, Kind::TEXT]);
    /// Whether the answer comes with the number of tokens used.
    include_usage(bool) => "includeUsage": Kind::Bool;
    /// The seed of the choices.
    seed(u64) => "seed": Kind::INTEGER;
    /// Adds a tool that the model may call: `{"name": .., "description": .., "schema": ..}`.
    tool(push json) => "tools": Kind::list(&Kind::OBJECT);
    /// Whether and which tools the model is to call, such as `{"type": .., "name": ..}`; its form is not documented.
    tool_choice(json) => "toolChoice": Kind::Any;
    /// How the model writes, all of it at once.
    settings(json) => "settings": Kind::Object(&Shape::object("textSettings", &[TextInference::SETTINGS]));
    /// Settings of the provider, in an object under the provider's name.
    provider_settings(json) => "providerSettings": Kind::OBJECT;
    /// The media that the messages speak of, all of it at once.
    inputs(json) => "inputs": Kind::Object(&Shape::object("textInputs", &[TextInference::INPUTS]));
} }

fields! { write TextInference::SETTINGS in "settings" {
    /// What the model is told before the conversation.
    system_prompt(text) => "systemPrompt": Kind::TEXT;
    /// How many tokens the answer may have.
    max_tokens(u32) => "maxTokens": Kind::COUNT;
    /// How freely the model picks its words.
    temperature(number) => "temperature": Kind::NUMBER;
    /// Picks words from the likeliest that together have this probability.
    top_p(number) => "topP": Kind::NUMBER;
    /// Picks words from this many of the likeliest.
    top_k(u32) => "topK": Kind::INTEGER;
    /// Leaves out words that are less likely than this share of the likeliest.
    min_p(number) => "minP": Kind::NUMBER;
    /// Texts at which the model stops writing.
    stop_sequences(texts) => "stopSequences": Kind::list(&Kind::TEXT);
    /// How much words that were used often are avoided.
    frequency_penalty(number) => "frequencyPenalty": Kind::NUMBER;
    /// How much words that were used at all are avoided.
    presence_penalty(number) => "presencePenalty": Kind::NUMBER;
    /// How much repetition is avoided.
    repetition_penalty(number) => "repetitionPenalty": Kind::NUMBER;
    /// Whether, or how, the model thinks before it writes.
    _ => "thinking": Kind::Any;
    /// How much the model thinks before it writes, in the model's own words.
    thinking_level(text) => "thinkingLevel": Kind::TEXT;
    /// What the provider keeps of the prompt for the next task: `{"scope": .., "ttl": ..}`.
    _ => "cache": Kind::OBJECT;
} }

fields! { write TextInference::INPUTS in "inputs" {
    /// Adds an image.
    image(push media) => "images": MEDIA_LIST;
    /// Adds a video.
    video(push media) => "videos": MEDIA_LIST;
    /// Adds a document.
    document(push media) => "documents": MEDIA_LIST;
} }

fields! { write TextInference::OLDER {
    /// What the model is told before the conversation: older; now a member of `settings`.
    _ => "systemPrompt": Kind::TEXT;
    /// How many tokens the answer may have: older; now a member of `settings`.
    _ => "maxTokens": Kind::COUNT;
    /// How freely the model picks its words: older; now a member of `settings`.
    _ => "temperature": Kind::NUMBER;
    /// Picks words from the likeliest that together have this probability: older; now a member of `settings`.
    _ => "topP": Kind::NUMBER;
    /// Picks words from this many of the likeliest: older; now a member of `settings`.
    _ => "topK": Kind::INTEGER;
    /// Texts at which the model stops writing: older; now a member of `settings`.
    _ => "stopSequences": Kind::list(&Kind::TEXT);
} }

fields! { table MESSAGE {
    /// Who says it.
    _ => "role": Kind::TEXT, required;
    /// What is said: a text, or a list of parts.
    _ => "content": Kind::OneOf(&[Kind::TEXT, Kind::list(&Kind::Any)]);
    /// The tool call that this answers.
    _ => "id": Kind::TEXT;
    /// The tools that the model called.
    _ => "tools": Kind::list(&Kind::OBJECT);
} }
