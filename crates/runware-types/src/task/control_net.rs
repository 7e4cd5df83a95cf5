//! Guide images.

use super::RawTask;
use crate::spec::{Kind, Shape};
use crate::{MediaInput, OutputType, Preprocessor, TaskType};

task! {
    /// A task that makes a guide image for ControlNet.
    ///
    /// What is drawn is said by the model, or, in the older form, by a [`Preprocessor`].
    ///
    /// ```
    /// use runware_types::{ControlNetPreprocess, MediaInput, TaskUuid};
    ///
    /// let image = MediaInput::url("https://example.com/fox.png");
    /// let task = ControlNetPreprocess::new("runware:controlnet-preprocess@canny", image);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "edges"))?;
    /// assert!(prepared.bytes().ends_with(br#""inputs":{"image":"https://example.com/fox.png"}}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ControlNetPreprocess: "controlNetPreprocess" [ID, GENERATION, ROUTING, FILES, OWN, OLDER]
}

generation! { ControlNetPreprocess }
routing! { ControlNetPreprocess }
media_files! { ControlNetPreprocess, OutputType::WORDS, &["JPG", "PNG", "WEBP"] }

impl ControlNetPreprocess {
    /// Asks a model, named by its AIR id, for a guide image made from this one.
    pub fn new(model: impl AsRef<str>, image: impl Into<MediaInput>) -> Self {
        let task = RawTask::new(TaskType::ControlNetPreprocess).set("model", model.as_ref());
        Self(task.set_inside("inputs", "image", image.into()))
    }

    /// Asks for a guide image in the older form, which names no model.
    pub fn with_preprocessor(preprocessor: impl Into<Preprocessor>, image: impl Into<MediaInput>) -> Self {
        let task = RawTask::new(TaskType::ControlNetPreprocess).set("inputImage", image.into());
        Self(task.set("preProcessorType", preprocessor.into()))
    }
}

fields! { write ControlNetPreprocess::OWN {
    /// The model, named by its AIR id; the older form has none.
    _ => "model": Kind::TEXT;
    /// The image to draw from.
    inputs(json) => "inputs": Kind::Object(&Shape::object("controlNetInputs", &[CONTROL_NET_INPUTS]));
    /// Settings of the model, which are its own.
    settings(json) => "settings": Kind::OBJECT;
} }

fields! { write ControlNetPreprocess::OLDER {
    /// The image to draw from: older; now a member of `inputs`.
    _ => "inputImage": Kind::Media;
    /// What to draw: older; now said by the model.
    _ => "preProcessorType": Kind::Word(Preprocessor::WORDS);
    /// The width of the guide image in pixels, in the older form.
    width(u32) => "width": Kind::COUNT;
    /// The height of the guide image in pixels, in the older form.
    height(u32) => "height": Kind::COUNT;
    /// How faint an edge may be that continues another, from 0 to 255, in the older form; 100 if not set.
    low_threshold_canny(u32) => "lowThresholdCanny": Kind::integer(0, 255);
    /// How strong an edge must be to start one, from 0 to 255, in the older form; 200 if not set.
    high_threshold_canny(u32) => "highThresholdCanny": Kind::integer(0, 255);
    /// Whether poses show hands and faces, in the older form.
    include_hands_and_face(bool) => "includeHandsAndFaceOpenPose": Kind::Bool;
} }

fields! { table CONTROL_NET_INPUTS {
    /// The image.
    _ => "image": Kind::Media;
} }
