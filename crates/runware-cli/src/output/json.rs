//! Events for programs: one JSON object a line.

use std::time::SystemTime;

use serde::Serialize;

use super::event::Event;
use super::sanitize;

/// The line for an event, without its line break.
///
/// # Errors
///
/// The event holds something that cannot be written as JSON.
pub(crate) fn line(event: &Event, at: SystemTime) -> serde_json::Result<String> {
    let line =
        Line { name: event.name(), at: humantime::format_rfc3339_millis(at).to_string(), fields: event };
    serde_json::to_string(&line).map(sanitize::one_line)
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "event")]
    name: &'static str,
    at: String,
    #[serde(flatten)]
    fields: &'a Event,
}

#[cfg(test)]
mod tests;
