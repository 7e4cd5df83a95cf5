//! What holds for every shape of the registry.

use std::fmt::Write as _;

use super::said;
use crate::spec::envelope::{ACK, ENVELOPE, FAILED_ITEM, RUNNING};
use crate::spec::{Field, Kind, Shape, request_shape, result_shapes};
use crate::validate::outline::JsonType;
use crate::validate::values::takes;
use crate::{Severity, TaskType, Verdict, check_reply, validate_text};

const UUID: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

/// JSON that fits a kind; of an object, with its required fields only or with all.
fn fitting(kind: &Kind, full: bool) -> String {
    let within = |min: usize| if min > 8 { min } else { 8_usize.max(min) };
    match kind {
        Kind::Any => "{\"anything\":[1,null]}".into(),
        Kind::Bool => "true".into(),
        Kind::Integer { min, max } => 1.clamp(*min, *max).to_string(),
        Kind::Number { min, max } => 1.0_f64.clamp(*min, *max).to_string(),
        Kind::Text { min, max } => format!("\"{}\"", "x".repeat(within(*min as usize).min(*max as usize))),
        Kind::Word(words) => format!("\"{}\"", words[0]),
        Kind::Const(word) => format!("\"{word}\""),
        Kind::NewTaskUuid | Kind::Uuid | Kind::Media => format!("\"{UUID}\""),
        Kind::Url => "\"https://example.com/a\"".into(),
        Kind::Money => "0.0013".into(),
        Kind::Object(shape) => object(shape, None, full, |_| true),
        Kind::List { of, min, max } => {
            let length = if full { 2.clamp(*min, *max) } else { *min };
            format!("[{}]", vec![fitting(of, full); length].join(","))
        }
        Kind::OneOf(kinds) => fitting(&kinds[0], full),
    }
}

fn object(shape: &Shape, task_type: Option<&str>, full: bool, keep: impl Fn(&Field) -> bool) -> String {
    let mut text = String::from("{");
    if let Some(task_type) = task_type {
        write!(text, "\"taskType\":\"{task_type}\",").unwrap();
    }
    let is_needed = |field: &Field| field.required || shape.any_of.first() == Some(&field.key);
    for field in shape.fields().filter(|field| (full || is_needed(field)) && keep(field)) {
        if task_type.is_none() || field.key != "taskType" {
            write!(text, "\"{}\":{},", field.key, fitting(&field.kind, full)).unwrap();
        }
    }
    format!("{}}}", text.trim_end_matches(','))
}

fn requests() -> impl Iterator<Item = (&'static TaskType, &'static Shape)> {
    TaskType::KNOWN.iter().filter_map(|known| Some((known, request_shape(known)?)))
}

#[test]
fn the_smallest_and_the_largest_task_of_each_type_have_no_errors() {
    for (task_type, shape) in requests() {
        for full in [false, true] {
            let text = object(shape, Some(task_type.as_str()), full, |_| true);
            let report = validate_text(&text);
            assert_eq!(report.errors().count(), 0, "{text}\n{}", report.display(task_type.as_str(), &text));
            let unknown = report.findings().iter().filter(|f| f.code.as_str().starts_with("unknown"));
            assert_eq!(unknown.count(), 0, "{text}");
        }
    }
}

#[test]
fn every_field_that_is_required_is_missed() {
    for (task_type, shape) in requests() {
        for field in shape.fields().filter(|field| field.required && field.key != "taskType") {
            let text = object(shape, Some(task_type.as_str()), false, |kept| kept.key != field.key);
            let expected = format!("error missing-field /{} 1:1", field.key);
            assert!(said(&validate_text(&text)).contains(&expected), "{text}");
        }
    }
}

#[test]
fn every_field_of_the_wrong_json_type_is_an_error_but_for_a_null() {
    let takes_all =
        |kind: &Kind| matches!(kind, Kind::Any) || matches!(kind, Kind::OneOf(kinds) if kinds.len() > 5);
    for (task_type, shape) in requests() {
        for field in shape.fields().filter(|field| !takes_all(&field.kind) && field.key != "taskType") {
            let other = if takes(&field.kind, JsonType::Boolean) { "5" } else { "true" };
            for (wrong, is_error) in [("null", field.required), (other, true)] {
                let text = format!("{{\"taskType\":\"{task_type}\",\"{}\":{wrong}}}", field.key);
                let severity = if is_error { "error" } else { "warning" };
                let expected = format!("{severity} wrong-type /{}", field.key);
                assert!(said(&validate_text(&text)).iter().any(|line| line.starts_with(&expected)), "{text}");
            }
        }
    }
}

#[test]
fn every_field_in_the_wrong_case_leads_back_to_itself() {
    for (task_type, shape) in requests() {
        for field in shape.fields() {
            let changed = field.key.to_ascii_uppercase();
            if shape.field(&changed).is_some() {
                continue;
            }
            let text =
                format!("{{\"taskType\":\"{task_type}\",\"{changed}\":{}}}", fitting(&field.kind, true));
            let report = validate_text(&text);
            let finding =
                report.findings().iter().find(|finding| finding.code.as_str() == "unknown-field").unwrap();
            assert_eq!(finding.suggestion.as_deref(), Some(field.key), "{text}");
            let expected = if shape.closed { Severity::Error } else { Severity::Warning };
            assert_eq!(finding.severity, expected, "{text}");
        }
    }
}

#[test]
fn the_smallest_and_the_largest_result_of_each_type_have_no_errors() {
    for task_type in TaskType::KNOWN {
        for shape in result_shapes(task_type) {
            for full in [false, true] {
                // A result is finished with or without a `status`; a word at random may say that it is not.
                let status = |field: &Field| field.key != "status" || field.required;
                let item = object(shape, Some(task_type.as_str()), full, status);
                let text = format!("{{\"data\":[{item}]}}");
                let report = check_reply(text.as_bytes());
                assert_ne!(report.verdict(), Verdict::Invalid, "{}", report.display(shape.name, &text));
            }
        }
    }
}

#[test]
fn entries_that_are_no_result_have_no_errors() {
    for shape in [&ACK, &RUNNING, &FAILED_ITEM] {
        for full in [false, true] {
            let item = object(shape, Some("imageInference"), full, |_| true);
            let text = format!("{{\"data\":[{item}]}}");
            let report = check_reply(text.as_bytes());
            assert_ne!(report.verdict(), Verdict::Invalid, "{}", report.display(shape.name, &text));
        }
    }
    let text = object(&ENVELOPE, None, true, |field| field.key == "errors");
    assert_eq!(said(&check_reply(text.as_bytes())), [""; 0], "{text}");
}
