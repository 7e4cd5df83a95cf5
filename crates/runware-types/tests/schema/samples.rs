//! Every sample in `tests/fixtures` is valid.

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use runware_types::{Envelope, Phase, TaskType, schema};
use serde_json::Value;

use super::{complaints, json, validator};

/// The files of a folder that end so, by name, with their text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(folder);
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = paths.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path));
    let wanted = named.filter(|(name, _)| name.ends_with(ending));
    wanted.map(|(name, path)| (name, fs::read_to_string(path).unwrap())).collect()
}

fn samples() -> Vec<(String, Value)> {
    let samples = files("wire", ".json");
    assert!(samples.len() >= 20);
    samples.into_iter().map(|(name, text)| (name, json(&text))).collect()
}

fn check(file: &str, pointer: &str, validator: &Validator, value: &Value) {
    let complaints = complaints(validator, value);
    assert_eq!(complaints, [""; 0], "{file}: {pointer}");
}

fn is_request(sample: &Value) -> bool {
    sample.get("taskType").is_some() || sample.pointer("/0/taskType").is_some()
}

#[test]
fn requests_are_valid() {
    let request = validator(&schema::request_body());
    let requests: Vec<_> = samples().into_iter().filter(|(_, sample)| is_request(sample)).collect();
    assert!(requests.len() >= 2);
    for (file, sample) in requests {
        // One page prints a task without the list around it.
        let tasks = if sample.is_array() { sample } else { Value::Array(vec![sample]) };
        check(&file, "", &request, &tasks);
    }
}

#[test]
fn tasks_of_every_type_are_valid() {
    let request = validator(&schema::request_body());
    let files = files("tasks", ".jsonl");
    assert_eq!(files.len(), TaskType::KNOWN.len());
    for (file, lines) in files {
        let task_type = TaskType::from(file.trim_end_matches(".jsonl"));
        let task = validator(&schema::request(&task_type).unwrap());
        for line in lines.lines().map(json) {
            check(&file, "", &task, &line);
            check(&file, "", &request, &Value::Array(vec![line]));
        }
    }
}

#[test]
fn results_of_every_type_are_valid() {
    let envelope = validator(&schema::envelope());
    let files = files("results", ".jsonl");
    assert_eq!(files.len(), 2);
    for (file, lines) in files {
        for reply in lines.lines().map(json) {
            check(&file, "", &envelope, &reply);
            let item = &reply["data"][0];
            // The answer to an upload of a model may leave its type out.
            let Some(task_type) = item["taskType"].as_str() else { continue };
            check(&file, task_type, &validator(&schema::result(&task_type.into()).unwrap()), item);
        }
    }
}

#[test]
fn replies_are_valid() {
    let (envelope, error) = (validator(&schema::envelope()), validator(&schema::error()));
    let replies: Vec<_> = samples().into_iter().filter(|(_, sample)| !is_request(sample)).collect();
    assert!(replies.len() >= 20);
    for (file, sample) in replies {
        check(&file, "", &envelope, &sample);
        for (index, failure) in sample["errors"].as_array().into_iter().flatten().enumerate() {
            check(&file, &format!("/errors/{index}"), &error, failure);
        }
        for (index, item) in Envelope::decode(sample.to_string()).unwrap().items.into_iter().enumerate() {
            let result = item.task_type().and_then(schema::result);
            if let (Some(result), Phase::Succeeded) = (result, item.phase()) {
                let result = validator(&result);
                check(&file, &format!("/data/{index}"), &result, &json(item.raw().as_str()));
            }
        }
    }
}

#[test]
fn what_the_archive_holds_is_valid() {
    let (request, envelope) = (validator(&schema::request_body()), validator(&schema::envelope()));
    let mut archived = 0;
    for (file, sample) in samples() {
        for (index, item) in sample["data"].as_array().into_iter().flatten().enumerate() {
            if let (Some(asked), Some(answered)) = (item.get("request"), item.get("response")) {
                check(&file, &format!("/data/{index}/request"), &request, asked);
                check(&file, &format!("/data/{index}/response"), &envelope, answered);
                archived += 1;
            }
        }
    }
    assert!(archived >= 2);
}
