//! Images.

use crate::spec::Kind;
use crate::{Outputs, RawJson};

result! {
    /// An image.
    ///
    /// ```
    /// use runware_types::{ImageResult, Item, Media, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "imageInference",
    ///     "taskUUID": "a770f077-f413-47de-9dac-be0b26a35da6",
    ///     "imageUUID": "77da2d99-a6d3-44d9-b8c0-ae9fb06b6200",
    ///     "imageURL": "https://im.runware.ai/image/ws/0.5/ii/77da2d99-a6d3-44d9-b8c0-ae9fb06b6200.jpg",
    ///     "seed": 42
    /// }"#)?)?;
    /// let image = ImageResult::from_item(&item)?;
    /// assert!(matches!(image.media(), Some(Media::Url(url)) if url.ends_with(".jpg")));
    /// assert_eq!(image.seed(), Some(42));
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ImageResult: "imageResult" [HEAD, OWN] has ["imageURL", "imageBase64Data", "imageDataURI"]
}

generated! { ImageResult }
with_media! { ImageResult }

fields! { read ImageResult::OWN {
    /// The image's own id.
    uuid(text) => "imageUUID": Kind::Uuid, required;
    /// The address of the image.
    _ => "imageURL": Kind::Url;
    /// The image in base64.
    _ => "imageBase64Data": Kind::TEXT;
    /// The image in a `data:` address.
    _ => "imageDataURI": Kind::TEXT;
    /// The seed that makes the same image again.
    seed(u64) => "seed": Kind::INTEGER;
    /// Whether a safety check, if one was asked for, found adult content.
    nsfw_content(bool) => "NSFWContent": Kind::Bool;
    /// The prompt as the model has structured it; few models say.
    structured_prompt(part RawJson) => "structuredPrompt": Kind::Any;
    /// What else was made; few models give anything.
    outputs(part Outputs) => "outputs": Kind::Object(&Outputs::SHAPE);
} }
