//! Videos.

use serde::Serialize;

use super::{OutputFormat, RawTask};
use crate::TaskType;

generation_task! {
    /// A task that makes videos.
    ///
    /// Has setters for the fields that most models know; [`param`](Self::param) sets any other. Videos take minutes:
    /// have them delivered with [`DeliveryMethod::Async`](crate::DeliveryMethod::Async).
    ///
    /// ```
    /// use runware_types::{DeliveryMethod, TaskUuid, VideoInference};
    ///
    /// let task = VideoInference::new("klingai:5@3", "a red fox runs through the snow")
    ///     .duration(5.0)
    ///     .delivery_method(DeliveryMethod::Async);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "running fox"))?;
    /// assert!(prepared.bytes().ends_with(br#""duration":5,"deliveryMethod":"async"}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    VideoInference
}

impl VideoInference {
    /// Asks a model, named by its AIR id, for a video of what the prompt says.
    pub fn new(model: impl AsRef<str>, positive_prompt: impl AsRef<str>) -> Self {
        let task = RawTask::new(TaskType::VideoInference);
        Self(task.set("model", model.as_ref()).set("positivePrompt", positive_prompt.as_ref()))
    }

    /// Sets the media that the video starts from, such as `{"frameImages": [..]}`; which there are depends on the model.
    #[must_use]
    pub fn inputs(self, inputs: impl Serialize) -> Self {
        Self(self.0.set("inputs", inputs))
    }

    /// The file format of the video.
    #[must_use]
    pub fn output_format(self, format: impl Into<OutputFormat>) -> Self {
        Self(self.0.set("outputFormat", format.into()))
    }
}

setters! { VideoInference {
    /// What the video must not show.
    negative_prompt: (text) => "negativePrompt";
    /// The length in seconds.
    duration: (number) => "duration";
    /// The width in pixels.
    width: (u32) => "width";
    /// The height in pixels.
    height: (u32) => "height";
    /// The size by name, such as `1080p`, for models that take no width and height.
    resolution: (text) => "resolution";
    /// Frames per second.
    fps: (u32) => "fps";
    /// How many steps the model takes.
    steps: (u32) => "steps";
    /// How closely the model follows the prompt.
    cfg_scale: (number) => "CFGScale";
    /// The seed of the noise: the same task with the same seed makes the same video.
    seed: (u64) => "seed";
} }
