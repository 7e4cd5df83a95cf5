//! Which shapes there are for each task type.

use super::{Shape, envelope};
use crate::result::{
    AccountResult, AudioResult, AuthenticationResult, CaptionResult, FilesResult, GuideResult, ImageResult,
    ImageUploadResult, MaskResult, ModelSearchResult, ModelUploadResult, PingResult, PromptResult,
    StorageResult, TextResult, TrainingResult, VideoResult,
};
use crate::{TaskType, TypedTask};

/// What a task of this type looks like; `None` for a type that this crate does not know.
pub(crate) fn request_shape(task_type: &TaskType) -> Option<&'static Shape> {
    TypedTask::shape(task_type)
}

/// What a finished result of a task of this type looks like: one of these shapes; none for a type that this crate does
/// not know.
pub(crate) fn result_shapes(task_type: &TaskType) -> &'static [&'static Shape] {
    match task_type {
        TaskType::Authentication => &[&AuthenticationResult::SHAPE],
        TaskType::Ping => &[&PingResult::SHAPE],
        TaskType::ImageInference | TaskType::Vectorize => &[&ImageResult::SHAPE],
        TaskType::VideoInference => &[&VideoResult::SHAPE],
        // Earlier clients know of audio that comes as a video.
        TaskType::AudioInference => &[&AudioResult::SHAPE, &VideoResult::SHAPE],
        TaskType::TextInference => &[&TextResult::SHAPE],
        TaskType::ThreeDInference | TaskType::Tools => &[&FilesResult::SHAPE],
        TaskType::Caption => &[&CaptionResult::SHAPE],
        TaskType::Upscale | TaskType::RemoveBackground => &[&ImageResult::SHAPE, &VideoResult::SHAPE],
        TaskType::ImageMasking => &[&MaskResult::SHAPE],
        TaskType::ControlNetPreprocess => &[&GuideResult::SHAPE],
        TaskType::PromptEnhance => &[&PromptResult::SHAPE],
        TaskType::Training => &[&TrainingResult::SHAPE],
        TaskType::ModelSearch => &[&ModelSearchResult::SHAPE],
        TaskType::ModelUpload => &[&ModelUploadResult::SHAPE],
        TaskType::MediaStorage => &[&StorageResult::SHAPE],
        TaskType::ImageUpload => &[&ImageUploadResult::SHAPE],
        TaskType::AccountManagement => &[&AccountResult::SHAPE, &AccountResult::USAGE_SHAPE],
        TaskType::GetResponse => &[&envelope::STATE],
        TaskType::GetTaskDetails => &[&envelope::DETAILS],
        TaskType::Other(_) => &[],
    }
}
