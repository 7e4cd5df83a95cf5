//! Masks.

use super::RawTask;
use crate::spec::{Kind, Shape};
use crate::{MediaInput, OutputType, TaskType};

task! {
    /// A task that finds things in an image and makes a mask for them.
    ///
    /// ```
    /// use runware_types::{ImageMasking, MediaInput, TaskUuid};
    ///
    /// let task = ImageMasking::new("runware:35@1", MediaInput::url("https://example.com/people.png"))
    ///     .settings(serde_json::json!({"confidence": 0.4}));
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "faces"))?;
    /// assert!(prepared.bytes().ends_with(br#""settings":{"confidence":0.4}}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ImageMasking: "imageMasking" [ID, MODEL, GENERATION, ROUTING, FILES, OWN], needs ["inputs", "inputImage"]
}

generation! { ImageMasking }
routing! { ImageMasking }
model! { ImageMasking }
media_files! { ImageMasking, OutputType::WORDS, &["JPG", "PNG", "WEBP"] }

impl ImageMasking {
    /// Asks a model, named by its AIR id, for a mask of what it finds in an image.
    pub fn new(model: impl AsRef<str>, image: impl Into<MediaInput>) -> Self {
        let task = RawTask::new(TaskType::ImageMasking).set("model", model.as_ref());
        Self(task.set_inside("inputs", "image", image.into()))
    }
}

fields! { write ImageMasking::OWN {
    /// The image to search.
    inputs(json) => "inputs": Kind::Object(&Shape::object("imageMaskingInputs", &[MASKING_INPUTS]));
    /// Settings of the model, which are its own.
    settings(json) => "settings": Kind::OBJECT;
    /// The image to search: older; now a member of `inputs`.
    _ => "inputImage": Kind::Media;
} }

fields! { table MASKING_INPUTS {
    /// The image.
    _ => "image": Kind::Media;
} }
