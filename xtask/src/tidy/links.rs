//! Links of the repository's pages lead somewhere, and so do the paths that they show.

use super::Finding;
use super::facts::{Facts, File};
use super::markdown;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in facts.markdown() {
        for (line, path) in paths(&page.text).filter(|(_, path)| !leads(&facts.files, path)) {
            findings.push(Finding::new(
                format!("{}:{line}", page.path),
                format!("there is no `{path}`; correct the path"),
            ));
        }
        for (line, target) in links(&page.text) {
            let target = target.split(['#', '?']).next().unwrap_or_default();
            let elsewhere = target.is_empty() || target.contains(':');
            if !elsewhere && resolve(&page.path, target).is_none_or(|path| !leads(&facts.files, &path)) {
                findings.push(Finding::new(
                    format!("{}:{line}", page.path),
                    format!("the link to `{target}` leads nowhere; correct it or add the file"),
                ));
            }
        }
    }
    findings
}

/// The targets of `[text](target)` outside of code, with their lines.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            links.extend(targets.map(|(target, _)| (index + 1, target)));
        }
    }
    links
}

/// Code spans that are paths from the root, with their lines; those with a placeholder are left out.
fn paths(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let spans = text
        .lines()
        .enumerate()
        .flat_map(|(index, line)| markdown::code_spans(line).map(move |span| (index + 1, span)));
    spans
        .filter(|(_, span)| ["crates/", "docs/", "xtask/"].iter().any(|root| span.starts_with(root)))
        .filter(|(_, span)| !span.contains(['<', '*', ' ', ':']))
        .map(|(line, span)| (line, span.trim_end_matches('/')))
}

/// The path from the root that a target means on a page; `None` when it leaves the repository.
fn resolve(page: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn leads(files: &[File], path: &str) -> bool {
    files.iter().any(|file| {
        file.path == path || file.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    })
}
