//! Findings for people: what is wrong, with the line of the source where it is.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use runware::types::{Finding, Location, Severity};

use super::sanitize;

/// How many characters of a line are shown before the place, and how many from it on: a line may be megabytes of base64.
const BEFORE: usize = 60;
const AFTER: usize = 100;

/// Puts a finding into words, with colours that a stream which is no terminal has to take out again.
pub(crate) fn render(finding: &Finding, name: &str, source: &str) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Unknown => Level::NOTE.with_name(finding.severity.as_str()),
    };
    let title = level.primary_title(sanitize::line(&title(finding))).id(finding.code.as_str());
    let mut group = Group::with_title(title);
    if let Some(location) = finding.location {
        let name = sanitize::line(name);
        let origin = Origin::path(name.clone()).line(location.line).char_column(location.column);
        group = match Excerpt::of(source, location) {
            None => group.element(origin),
            Some(excerpt) => {
                let annotation = AnnotationKind::Primary.span(excerpt.marked);
                let snippet = Snippet::source(excerpt.text).line_start(location.line).annotation(annotation);
                match excerpt.is_cut {
                    // The renderer would count the column from where the line was cut.
                    true => group.element(origin).element(snippet),
                    false => group.element(snippet.path(name)),
                }
            }
        };
    }
    if let Some(suggestion) = &finding.suggestion {
        group = group.element(Level::HELP.message(format!("did you mean `{}`?", sanitize::line(suggestion))));
    }
    Renderer::styled().render(&[group])
}

/// The place in the document, if it is not the whole of it, and what is wrong there.
fn title(finding: &Finding) -> String {
    match finding.pointer.as_str() {
        "" => finding.problem.clone(),
        pointer => format!("{pointer} {}", finding.problem),
    }
}

/// A part of one line.
#[derive(Debug, PartialEq)]
struct Excerpt {
    text: String,
    /// The bytes of the text that the finding is about.
    marked: std::ops::Range<usize>,
    /// Whether the line begins before the text.
    is_cut: bool,
}

impl Excerpt {
    fn of(source: &str, location: Location) -> Option<Self> {
        let (before, from) = source.split_at_checked(location.offset)?;
        let before = before.rsplit(['\n', '\r']).next().unwrap_or_default();
        let line = from.split(['\n', '\r']).next().unwrap_or_default();
        let marked =
            from.get(..location.length).unwrap_or(from).split(['\n', '\r']).next().unwrap_or_default();

        let skipped = before.chars().count().saturating_sub(BEFORE);
        let mut text = String::from(if skipped > 0 { "…" } else { "" });
        text.extend(before.chars().skip(skipped).map(harmless));
        let start = text.len();
        text.extend(line.chars().take(AFTER).map(harmless));
        let end = start + marked.chars().take(AFTER).map(|c| harmless(c).len_utf8()).sum::<usize>();
        if line.chars().nth(AFTER).is_some() {
            text.push('…');
        }
        Some(Self { text, marked: start..end, is_cut: skipped > 0 })
    }
}

/// A character that a terminal only shows.
fn harmless(c: char) -> char {
    match c {
        '\t' => ' ',
        c if sanitize::is_control(c) => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runware::types::validate_text;

    fn rendered(source: &str) -> String {
        let report = validate_text(source);
        let all: Vec<String> =
            report.findings().iter().map(|finding| render(finding, "task.json", source)).collect();
        anstream::adapter::strip_str(&all.join("\n")).to_string()
    }

    #[test]
    fn a_finding_shows_its_line() {
        let source = "{\n  \"taskType\": \"imageInference\",\n  \"model\": \"m\",\n  \"positivePrompt\": \"fox\",\n  \"width\": \"wide\"\n}";
        let shown = rendered(source);
        assert!(shown.contains("error[wrong-type]: /width "), "{shown}");
        assert!(shown.contains("--> task.json:5:12"), "{shown}");
        assert!(shown.contains("5 |   \"width\": \"wide\""), "{shown}");
        assert!(shown.contains("  |            ^^^^^^"), "{shown}");
    }

    #[test]
    fn long_lines_and_controls_are_cut_and_shown_harmless() {
        let long = "A".repeat(1_000_000);
        let source =
            [r#"{"taskType":"imageInference","a":""#, &long, r#"","width":""#, &long, "\u{9b}\"}"].concat();
        let shown = rendered(&source);
        assert!(shown.len() < 10_000, "{}", shown.len());
        assert!(shown.contains("…"));
        assert!(!rendered("{\"taskType\":\"\u{9b}31m\"}").contains('\u{9b}'));
    }

    #[test]
    fn a_place_outside_of_the_text_shows_no_line() {
        let finding = validate_text("[").findings()[0].clone();
        assert!(render(&finding, "x", "").contains("error"));
    }
}
