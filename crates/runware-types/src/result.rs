//! Finished results, typed.
//!
//! A typed result is an [`Item`] with names for the fields it knows. It holds nothing else: unknown fields, the order and
//! the text of every field stay as they came, and written again it is the same bytes.

#[macro_use]
mod declare;
#[macro_use]
mod part;
mod account;
mod audio;
mod caption;
mod family;
mod files;
mod guide;
mod image;
mod mask;
mod model_search;
mod model_upload;
mod prompt;
mod session;
mod storage;
#[cfg(test)]
mod tests;
mod text;
mod training;
mod video;

use crate::{Item, TaskDetails};

pub use account::{AccountKey, AccountResult, AccountUsage, Balance, TeamMember, UsagePeriod};
pub use audio::AudioResult;
pub use caption::CaptionResult;
pub use files::{FilesResult, OutputFile, Outputs};
pub use guide::GuideResult;
pub use image::ImageResult;
pub use mask::MaskResult;
pub use model_search::{FoundModel, ModelSearchResult};
pub use model_upload::{ModelUploadResult, UploadStatus};
pub(crate) use part::{Part, part, parts, texts};
pub use prompt::PromptResult;
pub use session::{AuthenticationResult, PingResult};
pub use storage::{ImageUploadResult, StorageResult};
pub use text::{FinishReason, TextResult, Usage};
pub use training::TrainingResult;
pub use video::VideoResult;

/// A finished result of any type; see [`Item::result`].
///
/// ```
/// use runware_types::{Item, RawJson, TypedResult};
///
/// let item = Item::from_raw(RawJson::parse(r#"{"taskType":"imageInference","imageURL":"https://h/i.png","seed":42}"#)?)?;
/// let TypedResult::Image(image) = item.result() else { panic!("no image") };
/// assert_eq!(image.seed(), Some(42));
/// # Ok::<(), runware_types::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TypedResult {
    /// An image.
    Image(ImageResult),
    /// A video.
    Video(VideoResult),
    /// A piece of audio.
    Audio(AudioResult),
    /// The answer of a language model.
    Text(TextResult),
    /// A set of files: a three-dimensional model, or what a media tool made.
    Files(FilesResult),
    /// What a model saw in an image or a video.
    Caption(CaptionResult),
    /// A mask for an image.
    Mask(MaskResult),
    /// A guide image for ControlNet.
    Guide(GuideResult),
    /// An enhanced prompt.
    Prompt(PromptResult),
    /// A trained model.
    Training(TrainingResult),
    /// Models that a search found.
    ModelSearch(ModelSearchResult),
    /// A model that was uploaded.
    ModelUpload(ModelUploadResult),
    /// A media file that was stored or deleted.
    Storage(StorageResult),
    /// An image that was stored by the older task.
    ImageUpload(ImageUploadResult),
    /// An organization's account.
    Account(AccountResult),
    /// The API key was accepted.
    Authentication(AuthenticationResult),
    /// A sign of life.
    Ping(PingResult),
    /// The stored request and response of an earlier task.
    Details(TaskDetails),
    /// What this crate has no type for: a new kind of result, one that is not finished, or a failure.
    Other(Item),
}

impl Item {
    /// The result, as the type that fits it. The first of these decides:
    ///
    /// 1. An item that has failed or is still running, by its [`phase`](Self::phase), is [`TypedResult::Other`]. The
    ///    answers to tasks that generate nothing count as finished if they have no `status`; only uploads of models run.
    /// 2. The task type, where the item has a key that results of its tasks have. `upscale` and `removeBackground` give
    ///    images or videos.
    /// 3. The keys that the item has, for instance `videoURL`, where the task type is unknown or absent or does not fit.
    ///    Of several, a mask comes first, then a guide image, an image, a video, audio, a trained model, files, data, a
    ///    text and stored media. An item without a task type whose `status` is one of an [`UploadStatus`] is of an upload.
    /// 4. Else it is [`TypedResult::Other`], as what the operations of `accountManagement` that begin with `getUsage`
    ///    answer is.
    ///
    /// ```
    /// use runware_types::{Item, RawJson, TypedResult};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{"taskType":"upscale","videoURL":"https://h/v.mp4"}"#)?)?;
    /// assert!(matches!(item.result(), TypedResult::Video(_)));
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub fn result(&self) -> TypedResult {
        self.clone().into_result()
    }

    /// The same as [`result`](Self::result), without a copy of the item.
    pub fn into_result(self) -> TypedResult {
        match family::of(&self) {
            Some(family) => family.name(self),
            None => TypedResult::Other(self),
        }
    }
}
