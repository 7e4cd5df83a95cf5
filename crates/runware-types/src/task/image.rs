//! Images.

use serde::Serialize;

use super::common::Number;
use super::{OutputFormat, OutputType, RawTask};
use crate::TaskType;

generation_task! {
    /// A task that makes images.
    ///
    /// Has setters for the fields that most models know; [`param`](Self::param) sets any other.
    ///
    /// ```
    /// use runware_types::{ImageInference, OutputFormat, TaskUuid};
    ///
    /// let task = ImageInference::new("runware:101@1", "a red fox in the snow")
    ///     .width(1024)
    ///     .height(768)
    ///     .steps(28)
    ///     .output_format(OutputFormat::Png)
    ///     .param("acceleration", "high");
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "fox"))?;
    /// assert_eq!(prepared.model(), Some("runware:101@1"));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ImageInference
}

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

    /// Sets the media that the image starts from, such as `{"referenceImages": [..]}`; which there are depends on the model.
    #[must_use]
    pub fn inputs(self, inputs: impl Serialize) -> Self {
        Self(self.0.set("inputs", inputs))
    }

    /// The form in which the image is handed over.
    #[must_use]
    pub fn output_type(self, output_type: impl Into<OutputType>) -> Self {
        Self(self.0.set("outputType", output_type.into()))
    }

    /// The file format of the image.
    #[must_use]
    pub fn output_format(self, format: impl Into<OutputFormat>) -> Self {
        Self(self.0.set("outputFormat", format.into()))
    }
}

setters! { ImageInference {
    /// What the image must not show.
    negative_prompt: (text) => "negativePrompt";
    /// The width in pixels.
    width: (u32) => "width";
    /// The height in pixels.
    height: (u32) => "height";
    /// How many steps the model takes.
    steps: (u32) => "steps";
    /// How closely the model follows the prompt.
    cfg_scale: (number) => "CFGScale";
    /// The name of the scheduler.
    scheduler: (text) => "scheduler";
    /// The seed of the noise: the same task with the same seed makes the same image.
    seed: (u64) => "seed";
    /// How far the image may move away from the one it starts from, from 0 to 1.
    strength: (number) => "strength";
} }
