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
mod files;
mod guide;
mod image;
mod mask;
mod model_search;
mod model_upload;
mod prompt;
mod session;
mod storage;
mod text;
mod training;
mod video;

use crate::Item;

pub use account::{AccountKey, AccountResult, AccountUsage, Balance, TeamMember, UsagePeriod};
pub use audio::AudioResult;
pub use caption::CaptionResult;
pub use files::{FilesResult, OutputFile, Outputs};
pub use guide::GuideResult;
pub use image::ImageResult;
pub use mask::MaskResult;
pub use model_search::{FoundModel, ModelSearchResult};
pub use model_upload::{ModelUploadResult, UploadStatus};
pub(crate) use part::{part, parts, texts};
pub use prompt::PromptResult;
pub use session::{AuthenticationResult, PingResult};
pub use storage::{ImageUploadResult, StorageResult};
pub use text::{FinishReason, TextResult, Usage};
pub use training::TrainingResult;
pub use video::VideoResult;

/// A finished result of any type.
///
/// ```
/// use runware_types::{Item, RawJson, TaskResult};
///
/// let item = Item::from_raw(RawJson::parse(r#"{"taskType":"imageInference","imageURL":"https://h/i.png","seed":42}"#)?)?;
/// let TaskResult::Image(image) = item.result() else { panic!("no image") };
/// assert_eq!(image.seed(), Some(42));
/// # Ok::<(), runware_types::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TaskResult {
    /// An image.
    Image(ImageResult),
    /// What this crate has no type for: a new kind of result, one that is not finished, or a failure.
    Other(Item),
}

impl Item {
    /// The result as the type that fits its keys and its task type; [`TaskResult::Other`] if none does.
    pub fn result(&self) -> TaskResult {
        ImageResult::from_item(self).map_or_else(|_| TaskResult::Other(self.clone()), TaskResult::Image)
    }
}
