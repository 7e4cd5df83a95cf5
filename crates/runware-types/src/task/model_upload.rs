//! Models of one's own.

use super::RawTask;
use crate::spec::Kind;
use crate::{MediaInput, ModelCategory, ModelType, TaskType};

task! {
    /// A task that adds a model to the account.
    ///
    /// ```
    /// use runware_types::{ModelCategory, ModelUpload, NewModel, TaskUuid};
    ///
    /// let task = ModelUpload::new(NewModel {
    ///     category: ModelCategory::Lora,
    ///     architecture: "flux1d",
    ///     name: "Red foxes",
    ///     version: "1.0",
    ///     download_url: "https://example.com/foxes.safetensors",
    /// });
    /// let prepared = task.private(true).tags(["fox", "snow"]).prepare(TaskUuid::from_key("docs", "foxes"))?;
    /// assert!(prepared.bytes().ends_with(br#""private":true,"tags":["fox","snow"]}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ModelUpload: "modelUpload" [ID, OWN]
}

tracked! { ModelUpload }

/// What must be said of a model to upload it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewModel<'a> {
    /// What it is.
    pub category: ModelCategory,
    /// Its architecture, such as `flux1d`.
    pub architecture: &'a str,
    /// Its name for people.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The `http` or `https` address of its file.
    pub download_url: &'a str,
}

impl ModelUpload {
    /// Uploads a file in the format `safetensors`.
    pub fn new(model: NewModel<'_>) -> Self {
        let task = RawTask::new(TaskType::ModelUpload)
            .set("category", model.category)
            .set("architecture", model.architecture)
            .set("format", "safetensors")
            .set("name", model.name)
            .set("version", model.version);
        Self(task.set("downloadURL", MediaInput::url(model.download_url)))
    }
}

fields! { write ModelUpload::OWN {
    /// What the model is.
    _ => "category": Kind::Word(ModelCategory::WORDS), required;
    /// The architecture, such as `flux1d`.
    _ => "architecture": Kind::TEXT, required;
    /// The format of the file.
    _ => "format": Kind::Word(&["safetensors"]), required;
    /// The name for people.
    _ => "name": Kind::TEXT, required;
    /// The version.
    _ => "version": Kind::TEXT, required;
    /// The address of the file.
    _ => "downloadURL": Kind::Url, required;
    /// What a model of its category is for.
    model_type(into ModelType) => "type": Kind::Word(ModelType::WORDS);
    /// The AIR id that the model is to have.
    air(text) => "air": Kind::TEXT;
    /// An id of the caller's own.
    unique_identifier(text) => "uniqueIdentifier": Kind::TEXT;
    /// The scheduler for tasks that name none.
    default_scheduler(text) => "defaultScheduler": Kind::TEXT;
    /// The number of steps for tasks that name none.
    default_steps(u32) => "defaultSteps": Kind::COUNT;
    /// How closely to follow prompts in tasks that do not say.
    default_cfg(number) => "defaultCFG": Kind::NUMBER;
    /// The strength for tasks that name none.
    default_strength(number) => "defaultStrength": Kind::NUMBER;
    /// The weight for tasks that name none.
    default_weight(number) => "defaultWeight": Kind::NUMBER;
    /// Whether only the organization may use the model.
    private(bool) => "private": Kind::Bool;
    /// The address of a picture that stands for the model.
    hero_image_url(text) => "heroImageURL": Kind::Url;
    /// Words to find the model by.
    tags(texts) => "tags": Kind::list(&Kind::TEXT);
    /// Words that call up what the model learned.
    positive_trigger_words(text) => "positiveTriggerWords": Kind::TEXT;
    /// Words that call up what the model learned to avoid.
    negative_trigger_words(text) => "negativeTriggerWords": Kind::TEXT;
    /// A description in a sentence.
    short_description(text) => "shortDescription": Kind::TEXT;
    /// A remark.
    comment(text) => "comment": Kind::TEXT;
} }
