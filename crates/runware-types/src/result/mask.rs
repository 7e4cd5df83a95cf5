//! Masks.

use crate::RawJson;
use crate::spec::Kind;

result! {
    /// A mask for an image, and what was found in the image to make it.
    ///
    /// ```
    /// use runware_types::{Item, MaskResult, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "imageMasking",
    ///     "taskUUID": "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d",
    ///     "inputImageUUID": "1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9",
    ///     "maskImageUUID": "2c3d4e5f-6071-4829-93a4-b5c6d7e8f90a",
    ///     "maskImageURL": "https://im.runware.ai/mask.png",
    ///     "detections": [{"x_min": 12, "y_min": 8, "x_max": 96, "y_max": 120}]
    /// }"#)?)?;
    /// let mask = MaskResult::from_item(&item)?;
    /// assert_eq!(mask.detections().len(), 1);
    /// assert!(mask.media().is_some());
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    MaskResult: "maskResult" [HEAD, OWN] has ["maskImageURL", "maskImageBase64Data", "maskImageDataURI"]
}

generated! { MaskResult }
with_media! { MaskResult }

fields! { read MaskResult::OWN {
    /// The mask's own id.
    uuid(text) => "maskImageUUID": Kind::Uuid, required;
    /// The address of the mask.
    _ => "maskImageURL": Kind::Url;
    /// The mask in base64.
    _ => "maskImageBase64Data": Kind::TEXT;
    /// The mask in a `data:` address.
    _ => "maskImageDataURI": Kind::TEXT;
    /// What was found in the image; the form depends on the model.
    detections(parts RawJson) => "detections": Kind::list(&Kind::OBJECT), required;
    /// The id of the image that the mask is for.
    input_image_uuid(text) => "inputImageUUID": Kind::Uuid, required;
} }
