//! Enlargement.

use super::RawTask;
use crate::spec::{Kind, Shape};
use crate::{MediaInput, OutputType, TaskType};

task! {
    /// A task that enlarges an image or a video.
    ///
    /// By how much is said by a factor, by a size, or by a number of megapixels, depending on the model.
    ///
    /// ```
    /// use runware_types::{MediaInput, TaskUuid, Upscale};
    ///
    /// let task = Upscale::image("runware:501@1", MediaInput::url("https://example.com/fox.png")).upscale_factor(2.0);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "large fox"))?;
    /// assert!(prepared.bytes().ends_with(br#""inputs":{"image":"https://example.com/fox.png"},"upscaleFactor":2}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    Upscale: "upscale" [ID, MODEL, GENERATION, ROUTING, FILES, QUALITY, OWN], needs ["inputs", "inputImage"]
}

generation! { Upscale }
routing! { Upscale }
model! { Upscale }
media_files! { Upscale, OutputType::WORDS, &["JPG", "PNG", "WEBP", "MP4", "WEBM", "MOV"] }
output_quality! { Upscale }

impl Upscale {
    /// Asks a model, named by its AIR id, to enlarge an image.
    pub fn image(model: impl AsRef<str>, image: impl Into<MediaInput>) -> Self {
        Self(Self::of(model).0.set_inside("inputs", "image", image.into()))
    }

    /// Asks a model, named by its AIR id, to enlarge a video.
    pub fn video(model: impl AsRef<str>, video: impl Into<MediaInput>) -> Self {
        Self(Self::of(model).0.set_inside("inputs", "video", video.into()))
    }

    fn of(model: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::Upscale).set("model", model.as_ref()))
    }
}

fields! { write Upscale::OWN {
    /// What is to be enlarged.
    inputs(json) => "inputs": Kind::Object(&Shape::object("upscaleInputs", &[UPSCALE_INPUTS]));
    /// How many times as wide and as high the result is.
    upscale_factor(number) => "upscaleFactor": Kind::NUMBER;
    /// How many megapixels the result has.
    target_megapixels(u32) => "targetMegapixels": Kind::COUNT;
    /// The width of the result in pixels.
    width(u32) => "width": Kind::COUNT;
    /// The height of the result in pixels.
    height(u32) => "height": Kind::COUNT;
    /// The size of the result by name, such as `1080p`.
    resolution(text) => "resolution": Kind::TEXT;
    /// The frames per second of the result.
    fps(number) => "fps": Kind::NUMBER;
    /// What the image shows, for models that paint details anew.
    positive_prompt(text) => "positivePrompt": Kind::TEXT;
    /// Settings of the model, which are its own.
    settings(json) => "settings": Kind::OBJECT;
    /// Settings of the provider, in an object under the provider's name.
    provider_settings(json) => "providerSettings": Kind::OBJECT;
    /// The image to enlarge: older; now a member of `inputs`.
    _ => "inputImage": Kind::Media;
} }

fields! { table UPSCALE_INPUTS {
    /// The image.
    _ => "image": Kind::Media;
    /// The video.
    _ => "video": Kind::Media;
} }
