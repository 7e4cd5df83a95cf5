//! Images.

use serde::Serialize;

use super::{Number, RawTask};
use crate::TaskType;
use crate::spec::{Kind, Shape};

task! {
    /// A task that makes images.
    ///
    /// Has setters for the fields that are documented for some models; [`param`](Self::param) sets any other.
    ///
    /// ```
    /// use runware_types::{ImageInference, MediaInput, OutputFormat, TaskUuid};
    ///
    /// let task = ImageInference::new("runware:101@1", "a red fox in the snow")
    ///     .width(1024)
    ///     .height(768)
    ///     .steps(28)
    ///     .reference_image(MediaInput::url("https://example.com/fox.png"))
    ///     .output_format(OutputFormat::Png)
    ///     .param("acceleration", "high");
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "fox"))?;
    /// assert_eq!(prepared.model(), Some("runware:101@1"));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ImageInference: "imageInference" [ID, REQUIRED, GENERATION, COUNT, FILES, OWN]
}

generation! { ImageInference }
number_results! { ImageInference }
media_files! { ImageInference }

impl ImageInference {
    /// Asks a model, named by its AIR id, for an image of what the prompt says.
    pub fn new(model: impl AsRef<str>, positive_prompt: impl AsRef<str>) -> Self {
        let task = RawTask::new(TaskType::ImageInference);
        Self(task.set("model", model.as_ref()).set("positivePrompt", positive_prompt.as_ref()))
    }

    /// Adds a LoRA model with its weight.
    #[must_use]
    pub fn lora(self, model: impl AsRef<str>, weight: f64) -> Self {
        #[derive(Serialize)]
        struct Lora<'a> {
            model: &'a str,
            weight: Number,
        }
        Self(self.0.append("lora", Lora { model: model.as_ref(), weight: Number(weight) }))
    }
}

fields! { write ImageInference::REQUIRED {
    /// The model, named by its AIR id.
    _ => "model": Kind::TEXT, required;
} }

fields! { write ImageInference::OWN {
    /// What the image is to show; `__BLANK__` where a model wants a prompt and there is none to give.
    _ => "positivePrompt": Kind::Text { min: 2, max: 3000 };
    /// What the image must not show.
    negative_prompt(text) => "negativePrompt": Kind::TEXT;
    /// The width in pixels.
    width(u32) => "width": Kind::COUNT;
    /// The height in pixels.
    height(u32) => "height": Kind::COUNT;
    /// How many steps the model takes.
    steps(u32) => "steps": Kind::COUNT;
    /// How closely the model follows the prompt.
    cfg_scale(number) => "CFGScale": Kind::NUMBER;
    /// The name of the scheduler.
    scheduler(text) => "scheduler": Kind::TEXT;
    /// The seed of the noise: the same task with the same seed makes the same image.
    seed(u64) => "seed": Kind::INTEGER;
    /// How far the image may move away from the one it starts from, from 0 to 1.
    strength(number) => "strength": Kind::number(0.0, 1.0);
    /// LoRA models with their weights.
    _ => "lora": Kind::list(&LORA);
    /// The media that the image starts from.
    inputs(json) => "inputs": Kind::Object(&Shape::object("imageInputs", &[ImageInference::INPUTS]));
} }

fields! { write ImageInference::INPUTS in "inputs" {
    /// The image to start from.
    seed_image(media) => "seedImage": Kind::Media;
    /// Adds an image for the model to look at.
    reference_image(push media) => "referenceImages": Kind::list(&Kind::Media);
} }

pub(super) const LORA: Kind = Kind::Object(&Shape::object("lora", &[LORA_FIELDS]));

fields! { table LORA_FIELDS {
    /// The model, named by its AIR id.
    _ => "model": Kind::TEXT, required;
    /// How strongly the model counts.
    _ => "weight": Kind::NUMBER;
} }
