//! Results of every task type, typed: read, and written again byte for byte.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the line that failed")]

mod deciding;
mod random;
mod readings;

use runware_types::{Envelope, Item, TaskType, TypedResult};

const MINIMAL: &str = include_str!("../../../../tests/fixtures/results/minimal.jsonl");
const FULL: &str = include_str!("../../../../tests/fixtures/results/full.jsonl");

/// The item of each sample.
fn items(samples: &'static str) -> Vec<Item> {
    let item = |line: &'static str| {
        let mut reply = Envelope::decode(line.as_bytes()).unwrap();
        assert_eq!(reply.anomalies, [], "{line}");
        assert_eq!(reply.encode(), line);
        assert_eq!((reply.items.len(), reply.errors.len()), (1, 0), "{line}");
        reply.items.remove(0)
    };
    samples.lines().map(item).collect()
}

/// The name of the type that a result was read as.
fn name(result: &TypedResult) -> &'static str {
    match result {
        TypedResult::Image(_) => "Image",
        TypedResult::Video(_) => "Video",
        TypedResult::Audio(_) => "Audio",
        TypedResult::Text(_) => "Text",
        TypedResult::Files(_) => "Files",
        TypedResult::Caption(_) => "Caption",
        TypedResult::Mask(_) => "Mask",
        TypedResult::Guide(_) => "Guide",
        TypedResult::Prompt(_) => "Prompt",
        TypedResult::Training(_) => "Training",
        TypedResult::ModelSearch(_) => "ModelSearch",
        TypedResult::ModelUpload(_) => "ModelUpload",
        TypedResult::Storage(_) => "Storage",
        TypedResult::ImageUpload(_) => "ImageUpload",
        TypedResult::Account(_) => "Account",
        TypedResult::Authentication(_) => "Authentication",
        TypedResult::Ping(_) => "Ping",
        TypedResult::Details(_) => "Details",
        TypedResult::Other(_) => "Other",
        _ => "unknown",
    }
}

/// The text of a result, written as the type that it was read as, and read as that type again.
fn written(result: &TypedResult) -> String {
    macro_rules! written {
        ($($variant:ident),+) => {
            match result {
                $(TypedResult::$variant(typed) => {
                    let text = serde_json::to_string(typed).unwrap();
                    assert_eq!(&serde_json::from_str(&text).ok().as_ref(), &Some(typed), "{text}");
                    assert_eq!(typed.item().raw().as_str(), text);
                    assert_eq!(typed.clone().into_item(), *typed.item());
                    assert!(format!("{typed:?}").starts_with(concat!(stringify!($variant), "Result({")), "{typed:?}");
                    text
                })+
                TypedResult::Details(details) => {
                    format!("{} {}", details.request().as_str(), details.response().as_str())
                }
                TypedResult::Other(item) => item.raw().as_str().to_owned(),
                _ => panic!("{result:?}"),
            }
        };
    }
    written!(
        Image,
        Video,
        Audio,
        Text,
        Files,
        Caption,
        Mask,
        Guide,
        Prompt,
        Training,
        ModelSearch,
        ModelUpload,
        Storage,
        ImageUpload,
        Account,
        Authentication,
        Ping
    )
}

#[test]
fn every_sample_is_written_again_byte_for_byte() {
    for item in items(MINIMAL).into_iter().chain(items(FULL)) {
        let result = item.result();
        let text = match &result {
            TypedResult::Details(details) => {
                assert_eq!(details.task_uuid(), item.task_uuid());
                format!("{} {}", details.request().as_str(), details.response().as_str())
            }
            _ => item.raw().as_str().to_owned(),
        };
        assert_eq!(written(&result), text);
        assert_eq!(item.into_result(), result);
    }
}

/// Compares what is read of the samples with `expected`: a line for each sample, with its task type and the type that it
/// is read as, and a line for each reader that answers something.
fn check(samples: &'static str, expected: &str) {
    let mut found = Vec::new();
    for item in items(samples) {
        let result = item.result();
        found.push(format!("{} {}", item.task_type().map_or("-", TaskType::as_str), name(&result)));
        let told = readings::of(&result).into_iter().filter_map(|(key, value)| Some((key, value?)));
        found.extend(told.map(|(key, value)| format!("    {key}: {value}")));
    }
    for (found, expected) in found.iter().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.lines().count());
}

#[test]
fn minimal_results_are_read_as_their_type_and_lack_the_rest() {
    check(MINIMAL, include_str!("minimal.txt"));
}

#[test]
fn full_results_are_read_as_their_type_field_by_field() {
    check(FULL, include_str!("full.txt"));
}

#[test]
fn there_is_a_sample_of_every_task_type() {
    for samples in [MINIMAL, FULL] {
        let items = items(samples);
        for known in TaskType::KNOWN {
            // The answer to an upload may come without a type.
            let is_there = items.iter().any(|item| item.task_type().is_none_or(|found| found == known));
            assert!(is_there, "{known}");
        }
    }
}
