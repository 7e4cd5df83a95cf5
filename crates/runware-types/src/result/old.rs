//! Finished results as plain structs, for [`Item::decode`](crate::Item::decode).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::{Media, Money};

/// Defines a result that is one media file. The wire names its keys after the kind of media.
macro_rules! media_result {
    ($(#[$meta:meta])* pub struct $name:ident { $uuid:literal, $url:literal, $base64:literal, $data_uri:literal }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            #[doc = concat!("The result's own id: `", $uuid, "`.")]
            #[serde(rename = $uuid)]
            pub uuid: Option<String>,
            #[doc = concat!("`", $url, "`.")]
            #[serde(rename = $url)]
            pub url: Option<String>,
            #[doc = concat!("`", $base64, "`.")]
            #[serde(rename = $base64)]
            pub base64_data: Option<String>,
            #[doc = concat!("`", $data_uri, "`.")]
            #[serde(rename = $data_uri)]
            pub data_uri: Option<String>,
            /// The `seed` that makes the same result again.
            #[serde(default, deserialize_with = "if_usable")]
            pub seed: Option<u64>,
            /// `NSFWContent`: whether a safety check, if one was asked for, found adult content.
            #[serde(rename = "NSFWContent", default, deserialize_with = "if_usable")]
            pub nsfw_content: Option<bool>,
            /// The `cost` of this result, if the task asked for it.
            #[serde(default, deserialize_with = "if_usable")]
            pub cost: Option<Money>,
        }

        impl $name {
            /// The media file, in the form it was delivered in.
            pub fn media(&self) -> Option<Media<'_>> {
                let url = self.url.as_deref().map(|url| Media::Url(url.into()));
                let base64 = self.base64_data.as_deref().map(|data| Media::Base64(data.into()));
                let data_uri = self.data_uri.as_deref().map(|uri| Media::DataUri(uri.into()));
                url.or(base64).or(data_uri)
            }
        }
    };
}

media_result! {
    /// A video; .
    pub struct VideoResult { "videoUUID", "videoURL", "videoBase64Data", "videoDataURI" }
}

media_result! {
    /// A piece of audio; .
    pub struct AudioResult { "audioUUID", "audioURL", "audioBase64Data", "audioDataURI" }
}

/// The answer of a language model, or the text of a caption or an enhanced prompt.
///
/// ```
/// use runware_types::{FinishReason, TextResult};
///
/// let answer: TextResult = serde_json::from_str(
///     r#"{"text": "Four.", "finishReason": "stop", "usage": {"promptTokens": 9, "completionTokens": 2}}"#,
/// )?;
/// assert_eq!(answer.text, "Four.");
/// assert_eq!(answer.finish_reason, Some(FinishReason::Stop));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Keys this struct does not know are ignored; [`Item::raw`](crate::Item::raw) has them. All but the text counts as
/// absent where it has an unexpected type. Source: `docs/wire.md`, "Task types".
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TextResult {
    /// The `text`.
    pub text: String,
    /// The `finishReason`: why the model stopped.
    #[serde(default, deserialize_with = "if_usable")]
    pub finish_reason: Option<FinishReason>,
    /// The `usage`, if the task asked for it.
    #[serde(default, deserialize_with = "if_usable")]
    pub usage: Option<Usage>,
    /// The `reasoningContent`: what the model thought before it answered.
    #[serde(default, deserialize_with = "if_usable")]
    pub reasoning_content: Option<String>,
    /// The `thoughtSignature`, which some models want back with the next message.
    #[serde(default, deserialize_with = "if_usable")]
    pub thought_signature: Option<String>,
    /// The `cost` of this result, if the task asked for it.
    #[serde(default, deserialize_with = "if_usable")]
    pub cost: Option<Money>,
}

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

/// How many tokens a language model read and wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "UsageKeys")]
#[non_exhaustive]
pub struct Usage {
    /// `promptTokens`, elsewhere called `inputTokens`.
    pub prompt_tokens: Option<u64>,
    /// `completionTokens`, elsewhere called `outputTokens`.
    pub completion_tokens: Option<u64>,
    /// `totalTokens`.
    pub total_tokens: Option<u64>,
}

/// Both sets of names, which may come together.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UsageKeys {
    prompt_tokens: Option<u64>,
    input_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    output_tokens: Option<u64>,
    total_tokens: Option<u64>,
}

impl From<UsageKeys> for Usage {
    fn from(keys: UsageKeys) -> Self {
        Self {
            prompt_tokens: keys.prompt_tokens.or(keys.input_tokens),
            completion_tokens: keys.completion_tokens.or(keys.output_tokens),
            total_tokens: keys.total_tokens,
        }
    }
}

/// A result that is a set of files, as three-dimensional models are.
///
/// Keys this struct does not know are ignored; [`Item::raw`](crate::Item::raw) has them. A `seed` or `cost` of an
/// unexpected type counts as absent. Source: `docs/wire.md`, "Task types".
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FilesResult {
    /// The `outputs`.
    pub outputs: Outputs,
    /// The `seed` that makes the same result again.
    #[serde(default, deserialize_with = "if_usable")]
    pub seed: Option<u64>,
    /// The `cost` of this result, if the task asked for it.
    #[serde(default, deserialize_with = "if_usable")]
    pub cost: Option<Money>,
}

/// The `outputs` of a [`FilesResult`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Outputs {
    /// The `files`.
    #[serde(default)]
    pub files: Vec<OutputFile>,
}

/// One file of [`Outputs`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct OutputFile {
    /// The `url` to download from.
    pub url: String,
}

/// Reads a field that is not worth losing the rest for.
fn if_usable<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(value.get()).ok())
}
