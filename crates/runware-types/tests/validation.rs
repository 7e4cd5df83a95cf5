//! Every sample in `tests/fixtures` passes the check for what it is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the line that failed")]

use std::path::{Path, PathBuf};

use runware_types::{Report, TaskType, check_reply, check_request, validate_text};

/// The names and the texts of the samples in a folder.
fn samples(folder: &str, ending: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(folder);
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let wanted = |path: &PathBuf| path.extension().is_some_and(|extension| extension == ending);
    let named = |path: PathBuf| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
    };
    paths.filter(wanted).map(named).collect()
}

#[track_caller]
fn check(name: &str, text: &str, report: &Report) {
    assert_eq!(report.errors().next(), None, "{}", report.display(name, text));
}

#[test]
fn requests_and_replies_pass() {
    let samples = samples("wire", "json");
    assert!(samples.len() >= 24, "{samples:?}");
    for (name, sample) in samples {
        let value: serde_json::Value = serde_json::from_str(&sample).unwrap();
        let is_task = |value: &serde_json::Value| value.get("taskType").is_some();
        let report = match &value {
            serde_json::Value::Array(tasks) if tasks.iter().all(is_task) => check_request(sample.as_bytes()),
            // One page prints a task without the list around it.
            task if is_task(task) => validate_text(&sample),
            _ => check_reply(sample.as_bytes()),
        };
        check(&name, &sample, &report);
    }
}

#[test]
fn tasks_of_every_type_pass() {
    let samples = samples("tasks", "jsonl");
    assert_eq!(samples.len(), TaskType::KNOWN.len());
    for (name, sample) in samples {
        let report = validate_text(&sample);
        assert_eq!(report.checked(), sample.lines().count(), "{name}");
        check(&name, &sample, &report);
    }
}

#[test]
fn results_of_every_type_pass() {
    let samples = samples("results", "jsonl");
    assert_eq!(samples.len(), 2);
    for (name, sample) in samples {
        for reply in sample.lines() {
            check(&name, reply, &check_reply(reply.as_bytes()));
        }
    }
}
