//! Findings as a compiler would print them.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::{Finding, Location, Report, Severity};
use crate::json;

/// How many characters of a line are shown before and from the place of a finding.
const BEFORE: usize = 80;
const FROM: usize = 60;

/// A report with the text that it is about.
pub(super) struct Rendered<'a> {
    report: &'a Report,
    name: &'a str,
    text: &'a str,
    /// Where the API keys in the text are.
    secrets: Vec<Range<usize>>,
}

impl<'a> Rendered<'a> {
    pub(super) fn new(report: &'a Report, name: &'a str, text: &'a str) -> Self {
        let secrets = if report.findings.is_empty() { Vec::new() } else { json::secrets(text) };
        Self { report, name, text, secrets }
    }

    fn finding(&self, f: &mut fmt::Formatter<'_>, finding: &Finding) -> fmt::Result {
        writeln!(f, "{finding}")?;
        let name = harmless(self.name);
        let width = match finding.location {
            None => {
                writeln!(f, " --> {name}")?;
                1
            }
            Some(location) => {
                let width = location.line.to_string().len();
                writeln!(f, "{:width$}--> {name}:{}:{}", " ", location.line, location.column)?;
                self.excerpt(f, &location, width)?;
                width
            }
        };
        if let Some(suggestion) = &finding.suggestion {
            writeln!(f, "{:width$} = help: did you mean `{suggestion}`?", " ")?;
        }
        writeln!(f)
    }

    /// The line that the finding is in, with marks below its place.
    fn excerpt(&self, f: &mut fmt::Formatter<'_>, location: &Location, width: usize) -> fmt::Result {
        let Some((before, after)) = self.text.split_at_checked(location.offset) else { return Ok(()) };
        // A line may be megabytes long: what is looked at is what is shown.
        let start = before.char_indices().rev().map(|(at, _)| at).take(BEFORE).last().unwrap_or(before.len());
        let left_of = before.get(start..).unwrap_or_default();
        let start_of_line = left_of.rfind('\n').map(|at| start + at + 1);
        let right_of =
            after.char_indices().nth(FROM).map_or(after, |(at, _)| after.get(..at).unwrap_or_default());
        let end_of_line = right_of.find(['\n', '\r']).map(|at| before.len() + at);

        let is_cut =
            [start_of_line.is_none() && start > 0, end_of_line.is_none() && right_of.len() < after.len()];
        let [left, right] = is_cut.map(|cut| if cut { "…" } else { "" });
        let start = start_of_line.unwrap_or(start);
        let end = end_of_line.unwrap_or(before.len() + right_of.len());
        let shown = self.harmless_part(start..end);
        let indent = self.harmless_part(start..before.len()).chars().count() + left.chars().count();
        let marked_end = (before.len() + location.length).min(end);
        let marks = self.harmless_part(before.len()..marked_end).chars().count().max(1);
        writeln!(f, "{:width$} |", " ")?;
        writeln!(f, "{} | {left}{shown}{right}", location.line)?;
        writeln!(f, "{:width$} | {:indent$}{:^<marks$}", " ", "", "")
    }

    /// A part of the text, without API keys and control characters, and with as many characters as it has.
    fn harmless_part(&self, part: Range<usize>) -> String {
        let text = self.text.get(part.clone()).unwrap_or_default();
        let first = self.secrets.partition_point(|secret| secret.end <= part.start);
        let near = self.secrets.iter().skip(first).take_while(|secret| secret.start < part.end);
        let is_secret = |at: usize| near.clone().any(|secret| secret.contains(&(part.start + at)));
        text.char_indices()
            .filter(|(_, c)| *c != '\u{feff}')
            .map(|(at, c)| match c {
                _ if is_secret(at) => '*',
                '\t' => ' ',
                _ if is_control(c) => '\u{fffd}',
                _ => c,
            })
            .collect()
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let count = |severity| report.of(severity).count();
        let counts = [
            (count(Severity::Error), "error", "errors"),
            (count(Severity::Warning), "warning", "warnings"),
            (count(Severity::Unknown), "thing that could not be checked", "things that could not be checked"),
            (report.omitted, "more finding that is not shown", "more findings that are not shown"),
        ];
        let counts: Vec<String> = counts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, several)| format!("{count} {}", if count == 1 { one } else { several }))
            .collect();
        let counts = if counts.is_empty() { "nothing to report".into() } else { counts.join(", ") };
        writeln!(f, "{}: {counts}", harmless(self.name))
    }
}

impl fmt::Display for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.findings.iter().try_for_each(|finding| self.finding(f, finding))?;
        self.summary(f)
    }
}

/// The text without orders to terminals: with control characters as escapes.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(is_control) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_control(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// C0, DEL, C1, and the controls of the bidirectional algorithm.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
