//! Findings as a compiler would print them.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::excerpt::Source;
use super::{Finding, Location, Report, Severity};

/// A report with the text that it is about.
pub(super) struct Rendered<'a> {
    report: &'a Report,
    name: &'a str,
    source: Option<Source<'a>>,
}

impl<'a> Rendered<'a> {
    pub(super) fn new(report: &'a Report, name: &'a str, text: &'a str) -> Self {
        let source = (!report.findings.is_empty()).then(|| Source::new(text));
        Self { report, name, source }
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
        let Some(excerpt) = self.source.as_ref().and_then(|source| source.excerpt(location)) else {
            return Ok(());
        };
        let length = |part: Range<usize>| excerpt.text.get(part).unwrap_or_default().chars().count();
        let (indent, marks) = (length(0..excerpt.marked.start), length(excerpt.marked.clone()).max(1));
        writeln!(f, "{:width$} |", " ")?;
        writeln!(f, "{} | {}", location.line, excerpt.text)?;
        writeln!(f, "{:width$} | {:indent$}{:^<marks$}", " ", "", "")
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
pub(super) fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
