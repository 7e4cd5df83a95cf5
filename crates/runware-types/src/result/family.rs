//! Which type of result an item is.

use super::{
    AccountResult, AudioResult, AuthenticationResult, CaptionResult, FilesResult, GuideResult, ImageResult,
    ImageUploadResult, MaskResult, ModelSearchResult, ModelUploadResult, PingResult, PromptResult,
    StorageResult, TextResult, TrainingResult, TypedResult, UploadStatus, VideoResult,
};
use crate::{Item, Phase, TaskDetails, TaskType};

/// A type of result.
pub(super) struct Family {
    fits: fn(&Item) -> bool,
    name: fn(Item) -> TypedResult,
}

impl Family {
    /// Names an item that fits.
    pub(super) fn name(&self, item: Item) -> TypedResult {
        (self.name)(item)
    }
}

/// The type of result that the item is, in the order that [`Item::result`] documents.
pub(super) fn of(item: &Item) -> Option<&'static Family> {
    match item.phase() {
        Phase::Failed => None,
        Phase::Running if item.status().is_some() || !answers_at_once(item.task_type()) => None,
        Phase::Running => first_that_fits(by_task_type(item.task_type()?), item),
        Phase::Succeeded => {
            let known = item.task_type().and_then(|task_type| first_that_fits(by_task_type(task_type), item));
            known.or_else(|| by_keys(item))
        }
    }
}

/// Whether tasks of this type are answered when they are done, so that their items need no state.
fn answers_at_once(task_type: Option<&TaskType>) -> bool {
    matches!(
        task_type,
        Some(
            TaskType::Authentication
                | TaskType::Ping
                | TaskType::ModelSearch
                | TaskType::MediaStorage
                | TaskType::ImageUpload
                | TaskType::AccountManagement
                | TaskType::GetTaskDetails
        )
    )
}

/// What tasks of this type give.
fn by_task_type(task_type: &TaskType) -> &'static [Family] {
    match task_type {
        TaskType::ImageInference | TaskType::Vectorize => &[IMAGE],
        TaskType::Upscale | TaskType::RemoveBackground => &[IMAGE, VIDEO],
        TaskType::VideoInference => &[VIDEO],
        TaskType::AudioInference => &[AUDIO],
        TaskType::TextInference => &[TEXT],
        TaskType::ThreeDInference | TaskType::Tools => &[FILES],
        TaskType::Caption => &[CAPTION],
        TaskType::ImageMasking => &[MASK],
        TaskType::ControlNetPreprocess => &[GUIDE],
        TaskType::PromptEnhance => &[PROMPT],
        TaskType::Training => &[TRAINING],
        TaskType::ModelSearch => &[MODEL_SEARCH],
        TaskType::ModelUpload => &[MODEL_UPLOAD],
        TaskType::MediaStorage => &[STORAGE],
        TaskType::ImageUpload => &[IMAGE_UPLOAD],
        TaskType::AccountManagement => &[ACCOUNT],
        TaskType::Authentication => &[AUTHENTICATION],
        TaskType::Ping => &[PING],
        TaskType::GetTaskDetails => &[DETAILS],
        TaskType::GetResponse | TaskType::Other(_) => &[],
    }
}

/// What an item is of which the task type says nothing.
fn by_keys(item: &Item) -> Option<&'static Family> {
    const KINDS: &[Family] = &[MASK, GUIDE, IMAGE, VIDEO, AUDIO, TRAINING, FILES, DATA, TEXT, STORAGE];
    let upload_status = item.status().map(|status| UploadStatus::from(status.as_str()));
    if item.task_type().is_none() && upload_status.is_some_and(|status| UploadStatus::KNOWN.contains(&status))
    {
        return Some(&MODEL_UPLOAD);
    }
    first_that_fits(KINDS, item)
}

fn first_that_fits(families: &'static [Family], item: &Item) -> Option<&'static Family> {
    families.iter().find(|family| (family.fits)(item))
}

macro_rules! families {
    ($($name:ident: $variant:ident($type:ident);)+) => {
        $(const $name: Family =
            Family { fits: $type::fits, name: |item| TypedResult::$variant($type::of(item)) };)+
    };
}

families! {
    IMAGE: Image(ImageResult);
    VIDEO: Video(VideoResult);
    AUDIO: Audio(AudioResult);
    TEXT: Text(TextResult);
    FILES: Files(FilesResult);
    CAPTION: Caption(CaptionResult);
    MASK: Mask(MaskResult);
    GUIDE: Guide(GuideResult);
    PROMPT: Prompt(PromptResult);
    TRAINING: Training(TrainingResult);
    MODEL_SEARCH: ModelSearch(ModelSearchResult);
    MODEL_UPLOAD: ModelUpload(ModelUploadResult);
    STORAGE: Storage(StorageResult);
    IMAGE_UPLOAD: ImageUpload(ImageUploadResult);
    ACCOUNT: Account(AccountResult);
    AUTHENTICATION: Authentication(AuthenticationResult);
    PING: Ping(PingResult);
}

/// A caption of which nothing but the data tells that it is one.
const DATA: Family = Family { fits: |item| item.value("structuredData").is_some(), name: CAPTION.name };

const DETAILS: Family = Family {
    fits: |item| TaskDetails::from_item(item).is_ok(),
    name: |item| match TaskDetails::from_item(&item) {
        Ok(details) => TypedResult::Details(details),
        Err(_) => TypedResult::Other(item),
    },
};
