//! Where findings are gathered while a text is walked.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::outline::Value;
use super::pointer::Place;
use crate::{Finding, FindingCode, Location, Report, Severity, json};

/// How many findings of each severity are kept. People fix some and look again; a hostile text must not fill the memory.
const MOST: usize = 1_000;

/// How many bytes of text all findings together may have before only the first of a severity is kept: a key may be
/// megabytes long and stand in every pointer.
const MOST_TEXT: usize = 1 << 20;

/// How much of a value is shown.
const SHOWN: usize = 60;

#[derive(Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    /// How many of them there are of each severity.
    counts: [usize; 3],
    /// How many bytes of text they have.
    text: usize,
    omitted: usize,
    /// The pointers to what setters could not take.
    mistaken: Vec<String>,
    /// Which value of the text is being looked at.
    pub(super) value_index: usize,
}

/// What is said about a place.
pub(super) struct Words {
    pub(super) problem: String,
    pub(super) allowed: Option<String>,
    pub(super) suggestion: Option<String>,
}

impl From<String> for Words {
    fn from(problem: String) -> Self {
        Self { problem, allowed: None, suggestion: None }
    }
}

impl From<&str> for Words {
    fn from(problem: &str) -> Self {
        problem.to_string().into()
    }
}

impl Findings {
    /// A value that is none of what is allowed.
    pub(super) fn wrong(
        &mut self,
        severity: Severity,
        code: FindingCode,
        place: &Place<'_, '_>,
        allowed: impl fmt::Display,
    ) {
        let found = || match code {
            FindingCode::WrongType | FindingCode::Shape => description(place),
            _ => shown(place),
        };
        self.about(severity, code, place, || Words {
            problem: format!("is {}; it must be {allowed}", found()),
            allowed: Some(allowed.to_string()),
            suggestion: None,
        });
    }

    /// Something else about a value. `say` is called only if the finding is kept.
    pub(super) fn about<W: Into<Words>>(
        &mut self,
        severity: Severity,
        code: FindingCode,
        place: &Place<'_, '_>,
        say: impl FnOnce() -> W,
    ) {
        self.add(severity, code, place.value.span(), || {
            (place.pointer.to_string(), Some(shown(place)), say().into())
        });
    }

    /// Something about a key; `place` is that of its value.
    pub(super) fn about_key<W: Into<Words>>(
        &mut self,
        severity: Severity,
        code: FindingCode,
        place: &Place<'_, '_>,
        key: Value<'_>,
        say: impl FnOnce() -> W,
    ) {
        let before = self.kept.len();
        self.about(severity, code, place, say);
        if let Some(Finding { location: Some(location), .. }) = self.kept.get_mut(before) {
            *location = unlocated(&key.span());
        }
    }

    /// A key that is not in the object at `place`.
    pub(super) fn missing<W: Into<Words>>(
        &mut self,
        severity: Severity,
        place: &Place<'_, '_>,
        key: &str,
        say: impl FnOnce() -> W,
    ) {
        let missing = place.key(key, place.value);
        if !self.mistaken.is_empty() && self.is_mistaken(&missing.pointer.to_string()) {
            return;
        }
        let start = place.value.span().start;
        self.add(severity, FindingCode::MissingField, start..start + 1, || {
            (missing.pointer.to_string(), None, say().into())
        });
    }

    /// Something about bytes of the text that are no value.
    pub(super) fn about_text(
        &mut self,
        severity: Severity,
        code: FindingCode,
        span: Range<usize>,
        words: Words,
    ) {
        self.add(severity, code, span, || (String::new(), None, words));
    }

    /// Something about a field that has no text.
    pub(super) fn about_pointer(
        &mut self,
        severity: Severity,
        code: FindingCode,
        pointer: String,
        words: Words,
    ) {
        self.mistaken.push(pointer.clone());
        self.add(severity, code, 0..0, || (pointer, None, words));
    }

    /// Whether a field is missing only because a setter could not take it, or a part of it.
    fn is_mistaken(&self, pointer: &str) -> bool {
        let is_at_or_below = |mistaken: &String| {
            mistaken.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.mistaken.iter().any(is_at_or_below)
    }

    fn add(
        &mut self,
        severity: Severity,
        code: FindingCode,
        span: Range<usize>,
        say: impl FnOnce() -> (String, Option<String>, Words),
    ) {
        self.keep(severity, || {
            let (pointer, found, words) = say();
            let Words { problem, allowed, suggestion } = words;
            let location = Some(unlocated(&span));
            Finding { severity, code, pointer, problem, found, allowed, suggestion, location, value_index: 0 }
        });
    }

    /// Takes over what was found in a trial.
    pub(super) fn append(&mut self, trial: Self) {
        self.omitted += trial.omitted;
        for finding in trial.kept {
            self.keep(finding.severity, || finding);
        }
    }

    fn keep(&mut self, severity: Severity, finding: impl FnOnce() -> Finding) {
        let most = if self.text < MOST_TEXT { MOST } else { 1 };
        match self.counts.get_mut(severity as usize) {
            Some(count) if *count < most => *count += 1,
            _ => {
                self.omitted += 1;
                return;
            }
        }
        let finding = Finding { value_index: self.value_index, ..finding() };
        self.text += finding.pointer.len() + finding.problem.len();
        self.kept.push(finding);
    }

    /// How many there are of this severity, up to the limit.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.counts.get(severity as usize).copied().unwrap_or(0)
    }

    /// The report, with each finding's line and column in `text`.
    pub(super) fn into_report(mut self, text: &str, checked: usize) -> Report {
        self.kept.sort_by_key(|finding| finding.location.map(|location| location.offset));
        locate(&mut self.kept, text);
        Report::new(self.kept, checked, self.omitted)
    }

    /// The report about something that has no text.
    pub(super) fn into_report_without_text(self, checked: usize) -> Report {
        self.into_report("", checked).without_locations()
    }
}

/// The JSON of a value, shortened, unless it is a secret.
pub(super) fn shown(place: &Place<'_, '_>) -> String {
    json::abridged(if place.is_secret() { json::HIDDEN } else { place.value.json() }, SHOWN)
}

/// A value and its type, for those that are of the wrong one.
fn description(place: &Place<'_, '_>) -> String {
    if place.is_secret() { place.value.json_type().to_string() } else { json::describe(place.value.json()) }
}

/// A location of which line and column are not known yet.
fn unlocated(span: &Range<usize>) -> Location {
    Location { offset: span.start, length: span.len(), line: 0, column: 0 }
}

/// Fills in lines and columns of findings in the order of the text, in one pass.
fn locate(findings: &mut [Finding], text: &str) {
    let (mut line, mut column, mut at) = (1, 1, 0);
    // Editors do not show a byte order mark.
    if text.starts_with('\u{feff}') {
        column = 0;
    }
    for location in findings.iter_mut().filter_map(|finding| finding.location.as_mut()) {
        let passed = text.get(at..location.offset).unwrap_or_default();
        match passed.rfind('\n') {
            None => column += passed.chars().count(),
            Some(last) => {
                line += memchr::memchr_iter(b'\n', passed.as_bytes()).count();
                column = 1 + passed.get(last + 1..).unwrap_or_default().chars().count();
            }
        }
        at = location.offset;
        (location.line, location.column) = (line, column.max(1));
    }
}
