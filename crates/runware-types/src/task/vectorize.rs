//! Vector graphics.

use super::RawTask;
use crate::spec::{Kind, Shape};
use crate::{MediaInput, OutputType, TaskType};

task! {
    /// A task that makes vector graphics, from an image or from a prompt.
    ///
    /// ```
    /// use runware_types::{MediaInput, TaskUuid, Vectorize};
    ///
    /// let task = Vectorize::image("recraft:1@1", MediaInput::url("https://example.com/fox.png"));
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "fox as lines"))?;
    /// assert!(prepared.bytes().ends_with(br#""inputs":{"image":"https://example.com/fox.png"}}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    Vectorize: "vectorize" [ID, MODEL, GENERATION, ROUTING, FILES, OWN]
}

generation! { Vectorize }
routing! { Vectorize }
model! { Vectorize }
media_files! { Vectorize, OutputType::WORDS, &["SVG"] }

impl Vectorize {
    /// Asks a model, named by its AIR id, to redraw an image.
    pub fn image(model: impl AsRef<str>, image: impl Into<MediaInput>) -> Self {
        Self(Self::of(model).0.set_inside("inputs", "image", image.into()))
    }

    /// Asks a model, named by its AIR id, to draw what the prompt says.
    pub fn prompt(model: impl AsRef<str>, positive_prompt: impl AsRef<str>) -> Self {
        Self(Self::of(model).0.set("positivePrompt", positive_prompt.as_ref()))
    }

    fn of(model: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::Vectorize).set("model", model.as_ref()))
    }
}

fields! { write Vectorize::OWN {
    /// The image to redraw.
    inputs(json) => "inputs": Kind::Object(&Shape::object("vectorizeInputs", &[VECTORIZE_INPUTS]));
    /// What to draw.
    _ => "positivePrompt": Kind::TEXT;
    /// The width in pixels.
    width(u32) => "width": Kind::COUNT;
    /// The height in pixels.
    height(u32) => "height": Kind::COUNT;
    /// Settings of the model, which are its own.
    settings(json) => "settings": Kind::OBJECT;
    /// Settings of the provider, in an object under the provider's name.
    provider_settings(json) => "providerSettings": Kind::OBJECT;
} }

fields! { table VECTORIZE_INPUTS {
    /// The image.
    _ => "image": Kind::Media;
} }
