//! What makes a task invalid.

use runware_types::TaskUuid;
use serde_json::value::RawValue;

use super::error::ErrorBody;
use super::item::Recipe;
use super::request::{Task, Wrong};
use crate::catalogue::{Delivery, Generation, Output};
use crate::choices::StreamResults;
use crate::options::Options;
use crate::script::Script;

/// A valid task: what of it matters here.
pub(super) struct Order {
    pub(super) uuid: TaskUuid,
    pub(super) generation: &'static Generation,
    pub(super) delivery: Delivery,
    pub(super) model: Option<String>,
    /// How many results are asked for.
    pub(super) count: u32,
    pub(super) recipe: Recipe,
}

impl Order {
    /// Checks a task and reads what matters of it.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub(super) fn read(
        options: &Options,
        task: &Task<'_>,
        generation: &'static Generation,
        uuid: TaskUuid,
    ) -> Result<Self, ErrorBody> {
        let model = text(task, "model", "invalidModel")?;
        let script = options.script_for(uuid, model.as_deref());
        if let Some((status, code)) = script.and_then(|script| script.refusal.as_ref()) {
            let error = ErrorBody::new(code, "The task was refused, as its script says.");
            return Err(error.http_status(*status));
        }
        for name in &options.choices.unsupported_parameters {
            if task.raw(name).is_some() {
                let message = format!("Unsupported use of '{name}' parameter.");
                return Err(ErrorBody::new("unsupportedParameter", message).about(name));
            }
        }
        if generation.needs_model && model.is_none() {
            return Err(missing("missingModel", "model", "string"));
        }
        if let Some((any_of, code)) = generation.needs
            && any_of.iter().all(|name| task.raw(name).is_none())
        {
            return Err(missing(code, any_of.first().copied().unwrap_or_default(), "string"));
        }
        prompt(task, generation)?;
        messages(task, generation)?;
        if generation.has_size() {
            whole(task, "width", "invalidWidth", 256..=16_383)?;
            whole(task, "height", "invalidHeight", 256..=16_383)?;
        }
        duration(task, script)?;
        let (name, code) = generation.count_field();
        let delivery = delivery(task, generation)?;
        let most = match (delivery, options.choices.stream_results) {
            (Delivery::Stream, StreamResults::One) => 1,
            _ => u64::from(options.max_results),
        };
        let count = whole(task, name, code, 1..=most)?;
        Ok(Self {
            uuid,
            generation,
            delivery,
            model,
            count: count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1),
            recipe: Recipe::read(task, generation)?,
        })
    }
}

fn missing(code: &str, name: &'static str, value_type: &'static str) -> ErrorBody {
    ErrorBody::new(code, format!("The '{name}' parameter is required.")).parameter(name, value_type)
}

fn text(task: &Task<'_>, name: &'static str, code: &str) -> Result<Option<String>, ErrorBody> {
    task.member(name).map_err(|Wrong| {
        ErrorBody::new(code, format!("Invalid value for '{name}' parameter. It must be a string."))
            .parameter(name, "string")
    })
}

/// A whole number within a range; a fraction, a string or a number outside is refused with `code`.
fn whole(
    task: &Task<'_>,
    name: &'static str,
    code: &str,
    range: std::ops::RangeInclusive<u64>,
) -> Result<Option<u64>, ErrorBody> {
    let (min, max) = (*range.start(), *range.end());
    match task.member::<u64>(name) {
        Ok(value) if value.is_none_or(|value| range.contains(&value)) => Ok(value),
        _ => {
            let message = format!(
                "Invalid value for '{name}' parameter. It must be a whole number from {min} to {max}."
            );
            Err(ErrorBody::new(code, message).parameter(name, "integer").range(min, max))
        }
    }
}

/// A prompt is a string; that of an image has 2 to 3,000 characters.
fn prompt(task: &Task<'_>, generation: &Generation) -> Result<(), ErrorBody> {
    let name = "positivePrompt";
    let Some(prompt) = text(task, name, "invalidPositivePrompt")? else { return Ok(()) };
    if generation.name == "imageInference" && !(2..=3_000).contains(&prompt.chars().count()) {
        let message = "Invalid value for 'positivePrompt' parameter. It must have 2 to 3000 characters.";
        return Err(ErrorBody::new("invalidPositivePromptLength", message)
            .parameter(name, "string")
            .range(2, 3_000));
    }
    Ok(())
}

fn messages(task: &Task<'_>, generation: &Generation) -> Result<(), ErrorBody> {
    if generation.output != Output::Completion {
        return Ok(());
    }
    match task.member::<Vec<&RawValue>>("messages") {
        Ok(None) => Ok(()),
        Ok(Some(list)) if !list.is_empty() => Ok(()),
        _ => {
            let message =
                "Invalid value for 'messages' parameter. It must be a list of one or more messages.";
            Err(ErrorBody::new("invalidMessages", message).parameter("messages", "object[]"))
        }
    }
}

/// A duration that is a number must be one of those the script allows, if it says which.
fn duration(task: &Task<'_>, script: Option<&Script>) -> Result<(), ErrorBody> {
    let allowed = script.map(|script| script.allowed_durations.as_slice()).unwrap_or_default();
    let Ok(Some(seconds)) = task.member::<f64>("duration") else { return Ok(()) };
    if allowed.is_empty() || allowed.contains(&seconds) {
        return Ok(());
    }
    Err(ErrorBody::new("unsupportedDuration", "Unsupported value for 'duration' parameter.")
        .parameter("duration", "float")
        .allowed(allowed.iter().map(ToString::to_string)))
}

fn delivery(task: &Task<'_>, generation: &Generation) -> Result<Delivery, ErrorBody> {
    let wanted: Result<Option<String>, Wrong> = task.member("deliveryMethod");
    match wanted.as_ref().map(Option::as_deref) {
        Ok(None) => Ok(generation.delivery),
        Ok(Some("sync")) => Ok(Delivery::Sync),
        Ok(Some("async")) => Ok(Delivery::Async),
        Ok(Some("stream")) if generation.streams() => Ok(Delivery::Stream),
        _ => Err(ErrorBody::new("invalidDeliveryMethod", "Invalid value for 'deliveryMethod' parameter.")
            .parameter("deliveryMethod", "string")
            .allowed(
                ["\"sync\"", "\"async\"", "\"stream\""]
                    .into_iter()
                    .take(if generation.streams() { 3 } else { 2 })
                    .map(ToOwned::to_owned),
            )),
    }
}
