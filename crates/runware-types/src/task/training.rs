//! Training.

use serde::Serialize;

use super::RawTask;
use crate::spec::{Kind, Shape};
use crate::{MediaInput, TaskType};

task! {
    /// A task that trains a model.
    ///
    /// Training takes hours: have it delivered with [`DeliveryMethod::Async`](crate::DeliveryMethod::Async).
    ///
    /// ```
    /// use runware_types::{MediaInput, TaskUuid, Training};
    ///
    /// let dataset = MediaInput::url("https://example.com/foxes.zip");
    /// let import = serde_json::json!({"name": "Foxes", "version": "1.0", "private": true});
    /// let task = Training::new("runware:qwen-image@style-lora-training", dataset, import).trigger_word("redfox");
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "foxes"))?;
    /// assert!(prepared.bytes().ends_with(br#""triggerWord":"redfox"}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    Training: "training" [ID, MODEL, GENERATION, OWN]
}

generation! { Training }
model! { Training }

impl Training {
    /// Trains with a model, named by its AIR id, on a data set, and keeps what comes of it as the model that
    /// `import_model` describes: an object with `name`, `version`, `air` and the like.
    pub fn new(model: impl AsRef<str>, dataset: impl Into<MediaInput>, import_model: impl Serialize) -> Self {
        let task = RawTask::new(TaskType::Training).set("model", model.as_ref());
        Self(task.set_inside("inputs", "dataset", dataset.into()).set("importModel", import_model))
    }
}

fields! { write Training::OWN {
    /// What to learn from.
    inputs(json) => "inputs": Kind::Object(&Shape::object("trainingInputs", &[TRAINING_INPUTS])), required;
    /// The model that comes of it.
    _ => "importModel": Kind::Object(&Shape::object("importModel", &[IMPORT_MODEL])), required;
    /// How far each step goes.
    learning_rate(number) => "learningRate": Kind::NUMBER;
    /// How many steps to take.
    training_steps(u32) => "trainingSteps": Kind::COUNT;
    /// The word that calls up what was learned.
    trigger_word(text) => "triggerWord": Kind::TEXT;
} }

fields! { table TRAINING_INPUTS {
    /// The data set: an archive of examples.
    _ => "dataset": Kind::Media;
} }

fields! { table IMPORT_MODEL {
    /// The AIR id.
    _ => "air": Kind::TEXT;
    /// The name for people.
    _ => "name": Kind::TEXT;
    /// The version.
    _ => "version": Kind::TEXT;
    /// An id of the caller's own.
    _ => "uniqueIdentifier": Kind::TEXT;
    /// Whether only the organization may use it.
    _ => "private": Kind::Bool;
    /// The address of a picture that stands for it.
    _ => "heroImageURL": Kind::Url;
    /// A description in a sentence.
    _ => "shortDescription": Kind::TEXT;
    /// The architecture, such as `flux1d`.
    _ => "architecture": Kind::TEXT;
    /// What it is.
    _ => "category": Kind::Word(crate::ModelCategory::WORDS);
} }
