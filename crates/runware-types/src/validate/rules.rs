//! Rules across the fields of a task.
//!
//! What one field may be is in its table. Here is what is documented of fields together, a function for each rule.

use alloc::format;
use alloc::string::String;

use super::findings::Findings;
use super::outline::Value;
use super::tasks::Task;
use crate::media_input::MediaForm;
use crate::spec::Kind;
use crate::{FindingCode, MediaInput, Severity, TaskType};

/// Checks a task by every rule.
pub(super) fn apply(task: &Task<'_, '_>, findings: &mut Findings) {
    for rule in RULES {
        rule(task, findings);
    }
}

type Rule = fn(&Task<'_, '_>, &mut Findings);

const RULES: &[Rule] = &[
    stream_is_for_text,
    stream_has_one_result,
    ttl_is_for_addresses,
    mode_decides_over_check_content,
    sizes_come_in_pairs,
    size_or_resolution,
    inputs_are_given_once,
    one_image_or_several,
    deletion_needs_an_id,
    upload_needs_a_file,
    details_have_no_period,
];

/// Only text models stream.
///
/// Source: `docs/wire.md`, "Rules across fields".
fn stream_is_for_text(task: &Task<'_, '_>, findings: &mut Findings) {
    if streams(task) && task.task_type.is_generation() && task.task_type != TaskType::TextInference {
        conflict(task, findings, Severity::Error, "deliveryMethod", || {
            format!("is \"stream\", which only textInference can be delivered by, and not {}", task.task_type)
        });
    }
}

/// No client supports a stream of several results: nothing in it tells them apart.
///
/// Source: `docs/wire.md`, "Rules across fields".
fn stream_has_one_result(task: &Task<'_, '_>, findings: &mut Findings) {
    if streams(task) && task.value("numberResults").is_some_and(is_more_than_one) {
        conflict(task, findings, Severity::Warning, "numberResults", || {
            "is more than 1, and the results of a stream cannot be told apart".into()
        });
    }
}

fn is_more_than_one(count: Value<'_>) -> bool {
    count.json().parse::<u64>().is_ok_and(|count| count > 1)
}

/// The life of an address matters to results that are delivered as one.
///
/// Source: `docs/wire.md`, "Rules across fields".
fn ttl_is_for_addresses(task: &Task<'_, '_>, findings: &mut Findings) {
    let Some(output_type) = task.value("outputType") else { return };
    // Older clients send a list.
    let types = || core::iter::once(output_type).chain(output_type.elements()).filter_map(Value::text);
    let is_address = |output_type: &str| !matches!(output_type, "base64Data" | "dataURI");
    if let Some(first) = types().next()
        && !types().any(|output_type| is_address(&output_type))
    {
        no_effect(task, findings, "ttl", || {
            format!("has no effect where `outputType` is \"{first}\"; it is how long an address lives")
        });
    }
}

/// Source: `docs/wire.md`, "Rules across fields".
fn mode_decides_over_check_content(task: &Task<'_, '_>, findings: &mut Findings) {
    let Some(safety) = task.field("safety") else { return };
    if let (Some(_), Some(checked)) = (safety.value.member("mode"), safety.value.member("checkContent")) {
        let place = safety.key("checkContent", checked);
        findings.about(
            Severity::Warning,
            FindingCode::NoEffect,
            &place,
            || "has no effect beside `mode`, which decides",
        );
    }
}

/// Source: `docs/wire.md`, "Rules across fields".
fn sizes_come_in_pairs(task: &Task<'_, '_>, findings: &mut Findings) {
    for (given, other) in [("width", "height"), ("height", "width")] {
        if task.value(given).is_some() && task.value(other).is_none() && task.shape.field(other).is_some() {
            findings.missing(Severity::Warning, &task.place, other, || {
                format!("is missing beside `{given}`; a size is given by both")
            });
        }
    }
}

/// Source: `docs/wire.md`, "Rules across fields".
fn size_or_resolution(task: &Task<'_, '_>, findings: &mut Findings) {
    if task.value("width").or(task.value("height")).is_some() {
        conflict(task, findings, Severity::Warning, "resolution", || {
            "is given beside `width` or `height`; a size is given in one way".into()
        });
    }
}

/// Older pages have the media inputs beside the other fields, newer ones in `inputs`.
///
/// Source: `docs/wire.md`, "Rules across fields".
fn inputs_are_given_once(task: &Task<'_, '_>, findings: &mut Findings) {
    let Some(inputs) = task.value("inputs") else { return };
    for (key, _) in inputs.members() {
        let key = key.key();
        if task.shape.field(&key).is_some_and(|field| is_media(&field.kind)) {
            conflict(task, findings, Severity::Warning, &key, || {
                "is given here and in `inputs`; give it once, in `inputs`".into()
            });
        }
    }
}

fn is_media(kind: &Kind) -> bool {
    match kind {
        Kind::Media => true,
        Kind::List { of, .. } => is_media(of),
        Kind::OneOf(kinds) => kinds.iter().any(is_media),
        _ => false,
    }
}

/// A three-dimensional model takes one of the two.
///
/// Source: `docs/wire.md`, "Rules across fields".
fn one_image_or_several(task: &Task<'_, '_>, findings: &mut Findings) {
    let Some(inputs) = task.field("inputs").filter(|_| task.task_type == TaskType::ThreeDInference) else {
        return;
    };
    if let (Some(_), Some(images)) = (inputs.value.member("image"), inputs.value.member("images")) {
        findings.about(
            Severity::Warning,
            FindingCode::Conflict,
            &inputs.key("images", images),
            || "is given beside `image`; a model takes one of the two",
        );
    }
}

/// Source: `docs/wire.md`, "Rules across fields".
fn deletion_needs_an_id(task: &Task<'_, '_>, findings: &mut Findings) {
    if let Some(form) = media_for(task, "delete")
        && form != MediaForm::Uuid
    {
        conflict(task, findings, Severity::Error, "media", || {
            "is not a UUID; what is deleted is named by its UUID".into()
        });
    }
}

/// Source: `docs/wire.md`, "Rules across fields".
fn upload_needs_a_file(task: &Task<'_, '_>, findings: &mut Findings) {
    if media_for(task, "upload") == Some(MediaForm::Uuid) {
        conflict(task, findings, Severity::Warning, "media", || {
            "is a UUID; what is uploaded is an address, a data URI or base64".into()
        });
    }
}

/// Source: `docs/wire.md`, "Rules across fields".
fn details_have_no_period(task: &Task<'_, '_>, findings: &mut Findings) {
    const OF_USAGE: [&str; 6] = ["startDate", "endDate", "models", "apiKeys", "groupBy", "timezone"];
    if task.task_type == TaskType::AccountManagement
        && task.text("operation").as_deref() == Some("getDetails")
    {
        for key in OF_USAGE {
            no_effect(task, findings, key, || {
                "has no effect where `operation` is \"getDetails\"; it is for usage".into()
            });
        }
    }
}

fn streams(task: &Task<'_, '_>) -> bool {
    task.text("deliveryMethod").as_deref() == Some("stream")
}

/// What the `media` of a `mediaStorage` task is that does this.
fn media_for(task: &Task<'_, '_>, operation: &str) -> Option<MediaForm> {
    let does = task.task_type == TaskType::MediaStorage && task.text("operation")? == operation;
    MediaInput::recognise(&task.text("media").filter(|_| does)?)
}

/// Notes that a field does not go with the others, if it is there.
fn conflict(
    task: &Task<'_, '_>,
    findings: &mut Findings,
    severity: Severity,
    key: &str,
    say: impl FnOnce() -> String,
) {
    if let Some(place) = task.field(key) {
        findings.about(severity, FindingCode::Conflict, &place, say);
    }
}

/// Notes that a field has no effect, if it is there.
fn no_effect(task: &Task<'_, '_>, findings: &mut Findings, key: &str, say: impl FnOnce() -> String) {
    if let Some(place) = task.field(key) {
        findings.about(Severity::Warning, FindingCode::NoEffect, &place, say);
    }
}
