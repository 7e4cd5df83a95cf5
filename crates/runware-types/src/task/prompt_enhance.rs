//! Better prompts.

use super::RawTask;
use crate::TaskType;
use crate::spec::Kind;

task! {
    /// A task that rewrites a prompt with more detail.
    ///
    /// ```
    /// use runware_types::{PromptEnhance, TaskUuid};
    ///
    /// let task = PromptEnhance::new("a red fox").prompt_versions(3);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "prompts"))?;
    /// assert_eq!(prepared.expected(), 3);
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    PromptEnhance: "promptEnhance" [ID, GENERATION, ROUTING, OWN]
}

generation! { PromptEnhance }
routing! { PromptEnhance }

impl PromptEnhance {
    /// Asks for better versions of a prompt.
    pub fn new(prompt: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::PromptEnhance).set("prompt", prompt.as_ref()))
    }
}

fields! { write PromptEnhance::OWN {
    /// The prompt to rewrite.
    _ => "prompt": Kind::TEXT, required;
    /// The model, named by its AIR id; the older form has none.
    model(text) => "model": Kind::TEXT;
    /// How long a version may be.
    prompt_max_length(u32) => "promptMaxLength": Kind::COUNT;
    /// How many versions to write; 1 if not set. Each is a result.
    prompt_versions(u32) => "promptVersions": Kind::COUNT;
} }
