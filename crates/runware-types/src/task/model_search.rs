//! The model catalogue.

use super::RawTask;
use crate::spec::Kind;
use crate::{ModelCategory, ModelSort, ModelSource, ModelType, ModelVisibility, TaskType};

task! {
    /// A task that searches the model catalogue.
    ///
    /// Every field narrows the search or turns its pages; without any, everything is found.
    ///
    /// ```
    /// use runware_types::{ModelCategory, ModelSearch, ModelSort, TaskUuid};
    ///
    /// let task = ModelSearch::new()
    ///     .search("watercolour")
    ///     .category(ModelCategory::Lora)
    ///     .sort(ModelSort::PopularityDescending)
    ///     .limit(50);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "watercolour"))?;
    /// assert!(prepared.bytes().ends_with(br#""category":"lora","sort":"-popularity","limit":50}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ModelSearch: "modelSearch" [ID, OWN, OLDER]
}

tracked! { ModelSearch }

impl ModelSearch {
    /// Searches for everything.
    pub fn new() -> Self {
        Self(RawTask::new(TaskType::ModelSearch))
    }
}

impl Default for ModelSearch {
    fn default() -> Self {
        Self::new()
    }
}

fields! { write ModelSearch::OWN {
    /// Words to search for.
    search(text) => "search": Kind::TEXT;
    /// Where the models come from.
    source(into ModelSource) => "source": Kind::Word(ModelSource::WORDS);
    /// What the models are.
    category(into ModelCategory) => "category": Kind::Word(ModelCategory::WORDS);
    /// The architecture of the models, such as `flux1d`.
    architecture(text) => "architecture": Kind::TEXT;
    /// What the models can do.
    capabilities(texts) => "capabilities": Kind::list(&Kind::TEXT);
    /// Whose models to search.
    visibility(into ModelVisibility) => "visibility": Kind::Word(ModelVisibility::WORDS);
    /// How many models a reply holds, from 1 to 100; 20 if not set.
    limit(u32) => "limit": Kind::integer(1, 100);
    /// How many models to skip.
    offset(u32) => "offset": Kind::integer(0, u32::MAX as i128);
    /// The order of the models.
    sort(into ModelSort) => "sort": Kind::Word(ModelSort::WORDS);
} }

fields! { write ModelSearch::OLDER {
    /// Tags that the models have: older.
    _ => "tags": Kind::list(&Kind::TEXT);
    /// What the models of their category are for: older.
    _ => "type": Kind::Word(ModelType::WORDS);
    /// What guides the ControlNet models: older.
    _ => "conditioning": Kind::TEXT;
} }
