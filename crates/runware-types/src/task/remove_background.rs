//! Cutting out.

use super::RawTask;
use crate::spec::{Kind, Shape};
use crate::{MediaInput, OutputType, TaskType};

task! {
    /// A task that removes the background of an image or a video.
    ///
    /// ```
    /// use runware_types::{MediaInput, OutputFormat, RemoveBackground, TaskUuid};
    ///
    /// let task = RemoveBackground::image("runware:110@1", MediaInput::url("https://example.com/fox.jpg"))
    ///     .output_format(OutputFormat::Png);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "fox alone"))?;
    /// assert!(prepared.bytes().ends_with(br#""outputFormat":"PNG"}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    RemoveBackground: "removeBackground" [ID, MODEL, GENERATION, ROUTING, FILES, QUALITY, OWN], needs ["inputs", "inputImage"]
}

generation! { RemoveBackground }
routing! { RemoveBackground }
model! { RemoveBackground }
media_files! { RemoveBackground, OutputType::WORDS, &["JPG", "PNG", "WEBP", "WEBM", "MOV"] }
output_quality! { RemoveBackground }

impl RemoveBackground {
    /// Asks a model, named by its AIR id, to remove the background of an image.
    pub fn image(model: impl AsRef<str>, image: impl Into<MediaInput>) -> Self {
        Self(Self::of(model).0.set_inside("inputs", "image", image.into()))
    }

    /// Asks a model, named by its AIR id, to remove the background of a video.
    pub fn video(model: impl AsRef<str>, video: impl Into<MediaInput>) -> Self {
        Self(Self::of(model).0.set_inside("inputs", "video", video.into()))
    }

    fn of(model: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::RemoveBackground).set("model", model.as_ref()))
    }
}

fields! { write RemoveBackground::OWN {
    /// What is to be cut out.
    inputs(json) => "inputs": Kind::Object(&Shape::object("removeBackgroundInputs", &[BACKGROUND_INPUTS]));
    /// Settings of the model, which are its own.
    settings(json) => "settings": Kind::OBJECT;
    /// Settings of the provider, in an object under the provider's name.
    provider_settings(json) => "providerSettings": Kind::OBJECT;
    /// The image to cut out: older; now a member of `inputs`.
    _ => "inputImage": Kind::Media;
} }

fields! { table BACKGROUND_INPUTS {
    /// The image.
    _ => "image": Kind::Media;
    /// The video.
    _ => "video": Kind::Media;
} }
