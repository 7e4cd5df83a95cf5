//! Comments cite pages of `docs/` and their sections: both exist.
//!
//! A citation is a page's path, optionally followed by a section's title in quotes:
//! the form is `docs/architecture.md`, "Errors".

use super::Finding;
use super::facts::{Facts, File};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in facts.files.iter().filter(|file| file.path.ends_with(".rs") || file.path.ends_with(".toml")) {
        for (offset, page, section) in citations(&comments(file)) {
            let Some(cited) = facts.file(&page) else {
                findings
                    .push(Finding::new(file.place(offset), format!("there is no {page}; correct the path")));
                continue;
            };
            if let Some(section) = section
                && !headings(&cited.text).any(|heading| heading.contains(&section))
            {
                findings.push(Finding::new(
                    file.place(offset),
                    format!("{page} has no section \"{section}\"; cite one of its headings"),
                ));
            }
        }
    }
    findings
}

/// The file's lines that are comments; the others are blanked, so that offsets stay.
fn comments(file: &File) -> String {
    let marker = if file.path.ends_with(".rs") { "//" } else { "#" };
    let keep = |line: &str| if line.trim_start().starts_with(marker) { line.to_owned() } else { blank(line) };
    file.text.split_inclusive('\n').map(keep).collect()
}

fn blank(line: &str) -> String {
    line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

fn citations(text: &str) -> Vec<(usize, String, Option<String>)> {
    let mut citations = Vec::new();
    for (offset, _) in text.match_indices("docs/") {
        // `https://example.com/docs/…` is somebody else's page.
        let inside = text
            .get(..offset)
            .is_some_and(|before| before.ends_with(|c: char| c == '/' || c.is_alphanumeric()));
        let rest = text.get(offset..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_alphanumeric() && !"/_-.".contains(c)).unwrap_or(rest.len());
        let (path, after) = rest.split_at(end);
        let path = path.trim_end_matches('.');
        if !inside && path.ends_with(".md") {
            citations.push((offset, path.to_owned(), section(after)));
        }
    }
    citations
}

/// The title in quotes right behind a page, also over the end of a comment's line.
fn section(after: &str) -> Option<String> {
    let after = after.strip_prefix('`').unwrap_or(after).strip_prefix(',')?;
    let title =
        after.trim_start_matches(|c: char| c.is_whitespace() || "/!#".contains(c)).strip_prefix('"')?;
    let (title, _) = title.split_once('"')?;
    let words = title.split_whitespace().filter(|word| !matches!(*word, "//" | "///" | "//!" | "#"));
    Some(words.collect::<Vec<_>>().join(" "))
}

fn headings(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter(|line| line.starts_with('#'))
}
