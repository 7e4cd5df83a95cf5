//! Trained models.

use crate::spec::Kind;

result! {
    /// A model that was trained.
    ///
    /// ```
    /// use runware_types::{Item, RawJson, TrainingResult};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "training",
    ///     "taskUUID": "708192a3-b4c5-4d6e-8f70-8192a3b4c5d6",
    ///     "air": "acme:fox@1",
    ///     "outputs": {"files": [{"url": "https://im.runware.ai/fox.safetensors"}]}
    /// }"#)?)?;
    /// let training = TrainingResult::from_item(&item)?;
    /// assert_eq!(training.air().as_deref(), Some("acme:fox@1"));
    /// assert_eq!(training.files().len(), 1);
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    TrainingResult: "trainingResult" [HEAD, OUTPUTS, OWN] has ["air"]
}

generated! { TrainingResult }
with_outputs! { TrainingResult }
with_media! { TrainingResult }

fields! { read TrainingResult::OWN {
    /// The AIR id of the new model, which other tasks name as their `model`.
    air(text) => "air": Kind::TEXT, required;
} }
