//! Stored media.

use super::RawTask;
use crate::spec::Kind;
use crate::{MediaInput, MediaOperation, TaskType};

task! {
    /// A task that stores or deletes a media file: an image, a video, audio or a three-dimensional model.
    ///
    /// ```
    /// use runware_types::{MediaInput, MediaStorage, TaskUuid};
    ///
    /// let fox = MediaInput::from_bytes("image/png", b"\x89PNG\r\n\x1a\n");
    /// let prepared = MediaStorage::upload(fox).prepare(TaskUuid::from_key("docs", "upload"))?;
    /// assert!(prepared.bytes().ends_with(br#""operation":"upload","media":"data:image/png;base64,iVBORw0KGgo="}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    MediaStorage: "mediaStorage" [ID, OWN]
}

tracked! { MediaStorage }

impl MediaStorage {
    /// Stores a file, given by its address, as a `data:` address, or in base64.
    pub fn upload(media: impl Into<MediaInput>) -> Self {
        Self::of(MediaOperation::Upload, media.into())
    }

    /// Deletes a file, given by its id.
    pub fn delete(uuid: impl AsRef<str>) -> Self {
        Self::of(MediaOperation::Delete, MediaInput::uuid(uuid.as_ref()))
    }

    fn of(operation: MediaOperation, media: MediaInput) -> Self {
        Self(RawTask::new(TaskType::MediaStorage).set("operation", operation).set("media", media))
    }
}

fields! { write MediaStorage::OWN {
    /// What to do.
    _ => "operation": Kind::Word(MediaOperation::WORDS), required;
    /// The file: what to store, or the id of what to delete.
    _ => "media": Kind::Media, required;
} }

task! {
    /// A task that stores an image. [`MediaStorage`] supersedes it.
    ///
    /// Source: `docs/wire.md`, "Task types".
    ImageUpload: "imageUpload" [ID, OWN]
}

tracked! { ImageUpload }

impl ImageUpload {
    /// Stores an image, given by its address, as a `data:` address, or in base64.
    pub fn new(image: impl Into<MediaInput>) -> Self {
        Self(RawTask::new(TaskType::ImageUpload).set("image", image.into()))
    }
}

fields! { write ImageUpload::OWN {
    /// The image.
    _ => "image": Kind::Media, required;
} }
