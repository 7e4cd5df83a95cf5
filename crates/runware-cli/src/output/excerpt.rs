//! Findings for people: what is wrong, with the line of the source where it is.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use runware::types::{Excerpt, Finding, Severity};

use super::sanitize;

/// Puts a finding into words, with colours that a stream which is no terminal has to take out again.
pub(crate) fn render(finding: &Finding, excerpt: Option<Excerpt>, name: &str) -> String {
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
        group = match excerpt {
            None => group.element(origin),
            Some(excerpt) => {
                let annotation = AnnotationKind::Primary.span(excerpt.marked);
                let snippet = Snippet::source(excerpt.text).line_start(location.line).annotation(annotation);
                match excerpt.is_cut_before {
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
        "" => format!("the text {}", finding.problem),
        pointer => format!("{pointer} {}", finding.problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runware::types::validate_text;

    fn rendered(source: &str) -> String {
        let report = validate_text(source);
        let excerpts = report.excerpts(source);
        let all: Vec<String> =
            excerpts.map(|(finding, excerpt)| render(finding, excerpt, "task.json")).collect();
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
    fn an_api_key_is_shown_to_nobody() {
        let shown =
            rendered(r#"{"taskType":"authentication","apiKey":"sk-secret","apiKeyy":"sk-secret","foo":1}"#);
        assert!(shown.contains("error[unknown-field]: /foo"), "{shown}");
        assert!(!shown.contains("\"apiKey\":\"sk-secret"), "{shown}");
    }

    #[test]
    fn a_finding_without_a_place_shows_no_line() {
        let report = validate_text("[");
        assert!(render(&report.findings()[0], None, "x").contains("error"));
    }
}
