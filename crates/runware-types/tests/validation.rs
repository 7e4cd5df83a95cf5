//! Every sample in `tests/fixtures/wire` passes the check for what it is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the line that failed")]

use std::path::{Path, PathBuf};

use runware_types::{Report, check_reply, check_request, validate_text};

/// Samples with errors, each with its reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/wire");
    let mut found = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found
}

/// The report about a sample: of a reply, of the body of a request, or of a task alone.
fn report(sample: &str) -> Report {
    let value: serde_json::Value = serde_json::from_str(sample).unwrap();
    let is_task = |value: &serde_json::Value| value.get("taskType").is_some();
    match &value {
        serde_json::Value::Array(tasks) if tasks.iter().all(is_task) => check_request(sample.as_bytes()),
        task if is_task(task) => validate_text(sample),
        _ => check_reply(sample.as_bytes()),
    }
}

#[test]
fn every_sample_passes() {
    let samples = samples();
    assert!(samples.len() >= 24, "{samples:?}");
    for path in samples {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let sample = std::fs::read_to_string(&path).unwrap();
        let report = report(&sample);
        let is_exception = EXCEPTIONS.iter().any(|(exception, _)| *exception == name);
        assert_eq!(report.errors().next().is_some(), is_exception, "{}", report.display(&name, &sample));
    }
}
