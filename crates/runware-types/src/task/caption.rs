//! Descriptions.

use super::RawTask;
use super::parts::MEDIA_LIST;
use crate::spec::{Kind, Shape};
use crate::{MediaInput, TaskType};

task! {
    /// A task that describes an image or a video in words, or classifies it.
    ///
    /// ```
    /// use runware_types::{Caption, MediaInput, TaskUuid};
    ///
    /// let task = Caption::image("runware:150@2", MediaInput::url("https://example.com/fox.png"))
    ///     .prompt("What colour is the fox?");
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "colour"))?;
    /// assert!(prepared.bytes().ends_with(br#""prompt":"What colour is the fox?"}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    Caption: "caption" [ID, MODEL, GENERATION, ROUTING, OWN], needs ["inputs", "inputImage"]
}

generation! { Caption }
routing! { Caption }
model! { Caption }

impl Caption {
    /// Asks a model, named by its AIR id, to describe an image.
    pub fn image(model: impl AsRef<str>, image: impl Into<MediaInput>) -> Self {
        Self(Self::of(model).0.set_inside("inputs", "image", image.into()))
    }

    /// Asks a model, named by its AIR id, to describe a video.
    pub fn video(model: impl AsRef<str>, video: impl Into<MediaInput>) -> Self {
        Self(Self::of(model).0.set_inside("inputs", "video", video.into()))
    }

    fn of(model: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::Caption).set("model", model.as_ref()))
    }
}

fields! { write Caption::OWN {
    /// What is to be described.
    inputs(json) => "inputs": Kind::Object(&Shape::object("captionInputs", &[CAPTION_INPUTS]));
    /// What to say about it: a question, or a task in words.
    prompt(text) => "prompt": Kind::TEXT;
    /// The image to describe: older; now a member of `inputs`.
    _ => "inputImage": Kind::Media;
} }

fields! { table CAPTION_INPUTS {
    /// The image.
    _ => "image": Kind::Media;
    /// The images, for models that take several.
    _ => "images": MEDIA_LIST;
    /// The video.
    _ => "video": Kind::Media;
} }
