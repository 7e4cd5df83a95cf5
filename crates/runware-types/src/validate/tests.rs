mod kinds;
mod media;
mod properties;
mod registry;
mod replies;
mod requests;
mod rules;
mod tasks;
mod texts;

use crate::{Report, validate_text};

/// What a report says: `severity code pointer line:column` for each finding.
fn said(report: &Report) -> Vec<String> {
    let place = |finding: &crate::Finding| {
        finding.location.map_or_else(String::new, |place| format!(" {}:{}", place.line, place.column))
    };
    let findings = report.findings().iter();
    findings.map(|f| format!("{} {} {}{}", f.severity, f.code, f.pointer, place(f))).collect()
}

/// Checks what is said about a text that holds tasks.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let report = validate_text(text);
    assert_eq!(said(&report), expected, "{}", report.display("text", text));
}

/// What is said about a task as an error or a warning, in sentences.
fn sentences(text: &str) -> Vec<String> {
    let report = validate_text(text);
    let findings = report.findings().iter();
    findings.filter(|f| f.severity != crate::Severity::Unknown).map(ToString::to_string).collect()
}
