//! Stored media.

use crate::spec::Kind;

result! {
    /// A media file that was stored or deleted.
    ///
    /// ```
    /// use runware_types::{Item, RawJson, StorageResult};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "mediaStorage",
    ///     "taskUUID": "50836053-a0ee-4cf5-b9d6-ae7c5d140ada",
    ///     "operation": "upload",
    ///     "mediaUUID": "4e7a91c3-28d5-4f6b-a0e2-7c3d8f1b5a94",
    ///     "mediaURL": "https://mm.runware.ai/media-storage/ws/2/id/4e7a91c3-28d5-4f6b-a0e2-7c3d8f1b5a94.png"
    /// }"#)?)?;
    /// let stored = StorageResult::from_item(&item)?;
    /// assert_eq!(stored.uuid().as_deref(), Some("4e7a91c3-28d5-4f6b-a0e2-7c3d8f1b5a94"));
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    StorageResult: "storageResult" [HEAD, OWN] has ["mediaUUID", "mediaURL"]
}

answered! { StorageResult: "mediaStorage" }
with_media! { StorageResult }

fields! { read StorageResult::OWN {
    /// What was done: `upload` or `delete`.
    operation(text) => "operation": Kind::Word(&["upload", "delete"]);
    /// The id of the file, which tasks take as a media input until the file is deleted.
    uuid(text) => "mediaUUID": Kind::Uuid, required;
    /// The address of the file; not after `delete`.
    _ => "mediaURL": Kind::Url;
} }

result! {
    /// An image that was stored by the older task `imageUpload`.
    ///
    /// ```
    /// use runware_types::{ImageUploadResult, Item, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "imageUpload",
    ///     "taskUUID": "50836053-a0ee-4cf5-b9d6-ae7c5d140ada",
    ///     "imageUUID": "4e7a91c3-28d5-4f6b-a0e2-7c3d8f1b5a94"
    /// }"#)?)?;
    /// let stored = ImageUploadResult::from_item(&item)?;
    /// assert_eq!(stored.uuid().as_deref(), Some("4e7a91c3-28d5-4f6b-a0e2-7c3d8f1b5a94"));
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ImageUploadResult: "imageUploadResult" [HEAD, OWN] has ["imageUUID", "imageURL"]
}

answered! { ImageUploadResult: "imageUpload" }
with_media! { ImageUploadResult }

fields! { read ImageUploadResult::OWN {
    /// The id of the image, which tasks take as a media input.
    uuid(text) => "imageUUID": Kind::Uuid, required;
    /// The address of the image.
    _ => "imageURL": Kind::Url;
} }
