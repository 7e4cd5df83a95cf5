//! Three-dimensional models.

use super::RawTask;
use super::parts::MEDIA_LIST;
use crate::TaskType;
use crate::spec::{Kind, Shape};

task! {
    /// A task that makes three-dimensional models.
    ///
    /// Which inputs there are depends on the model: one image as [`image`](Self::image), several with
    /// [`add_image`](Self::add_image), or a prompt. The wrong one is refused.
    ///
    /// ```
    /// use runware_types::{MediaInput, TaskUuid, ThreeDInference};
    ///
    /// let task = ThreeDInference::new("tripo:1@3").image(MediaInput::url("https://example.com/fox.png"));
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "fox"))?;
    /// assert!(prepared.bytes().ends_with(br#""inputs":{"image":"https://example.com/fox.png"}}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ThreeDInference: "3dInference" [ID, MODEL, GENERATION, ROUTING, COUNT, FILES, OWN]
}

generation! { ThreeDInference }
routing! { ThreeDInference }
model! { ThreeDInference }
number_results! { ThreeDInference }
media_files! { ThreeDInference, &["URL"], &["GLB", "FBX"] }

impl ThreeDInference {
    /// Asks a model, named by its AIR id, for a three-dimensional model.
    pub fn new(model: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::ThreeDInference).set("model", model.as_ref()))
    }
}

fields! { write ThreeDInference::OWN {
    /// What to make.
    positive_prompt(text) => "positivePrompt": Kind::TEXT;
    /// What not to make.
    negative_prompt(text) => "negativePrompt": Kind::TEXT;
    /// The seed of the noise: the same task with the same seed makes the same thing.
    seed(u64) => "seed": Kind::INTEGER;
    /// Settings of the model, which are its own.
    settings(json) => "settings": Kind::OBJECT;
    /// The media that the thing is made from, all of it at once.
    inputs(json) => "inputs": Kind::Object(&Shape::object("threeDInputs", &[ThreeDInference::INPUTS]));
} }

fields! { write ThreeDInference::INPUTS in "inputs" {
    /// The image of what to make.
    image(media) => "image": Kind::Media;
    /// Adds an image of what to make, for models that take several.
    add_image(push media) => "images": MEDIA_LIST;
    /// Adds an image for the model to look at.
    reference_image(push media) => "referenceImages": MEDIA_LIST;
    /// The part of the image to make.
    mask(media) => "mask": Kind::Media;
    /// A three-dimensional model to work on.
    mesh_file(media) => "meshFile": Kind::Media;
} }
