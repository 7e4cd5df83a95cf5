//! Guide images.

use crate::spec::Kind;

result! {
    /// A guide image for ControlNet.
    ///
    /// ```
    /// use runware_types::{GuideResult, Item, MediaInput, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "controlNetPreprocess",
    ///     "taskUUID": "4d5e6f70-8192-4a3b-9c4d-5e6f708192a3",
    ///     "inputImageUUID": "1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9",
    ///     "guideImageUUID": "5e6f7081-92a3-4b4c-8d5e-6f708192a3b4",
    ///     "guideImageURL": "https://im.runware.ai/guide.png"
    /// }"#)?)?;
    /// let guide = GuideResult::from_item(&item)?;
    /// // A result can be the input of the next task.
    /// assert_eq!(MediaInput::from(guide.media().unwrap()), MediaInput::url("https://im.runware.ai/guide.png"));
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    GuideResult: "guideResult" [HEAD, OWN] has ["guideImageURL", "guideImageBase64Data", "guideImageDataURI"]
}

generated! { GuideResult }
with_media! { GuideResult }

fields! { read GuideResult::OWN {
    /// The guide image's own id.
    uuid(text) => "guideImageUUID": Kind::Uuid, required;
    /// The address of the guide image.
    _ => "guideImageURL": Kind::Url;
    /// The guide image in base64.
    _ => "guideImageBase64Data": Kind::TEXT;
    /// The guide image in a `data:` address.
    _ => "guideImageDataURI": Kind::TEXT;
    /// The id of the image that the guide image was made from.
    input_image_uuid(text) => "inputImageUUID": Kind::Uuid, required;
} }
