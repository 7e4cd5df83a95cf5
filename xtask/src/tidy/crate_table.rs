//! The crate table of `docs/architecture.md` says what the manifests say.

use super::Finding;
use super::facts::{Facts, Member};
use super::markdown;
use super::rooms::Room;
use std::collections::BTreeSet;

const PAGE: &str = "docs/architecture.md";
const OPEN: &str = "<!-- crates -->";
const CLOSE: &str = "<!-- /crates -->";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let marked = facts.file(PAGE).and_then(|page| {
        let (before, rest) = page.text.split_once(OPEN)?;
        let (table, _) = rest.split_once(CLOSE)?;
        Some((before.matches('\n').count(), markdown::tables(table).into_iter().next()?))
    });
    let Some((lines_before, table)) = marked else {
        return vec![Finding::new(
            PAGE,
            format!("there is no table between `{OPEN}` and `{CLOSE}`; write it"),
        )];
    };
    let mut findings = Vec::new();
    let mut listed = BTreeSet::new();
    for row in &table.rows {
        let place = format!("{PAGE}:{}", lines_before + row.line);
        let name = row.cells.first().map_or("", |cell| cell.trim_matches('`'));
        let Some(member) = facts.members.iter().find(|member| member.name == name) else {
            findings.push(Finding::new(place, format!("`{name}` is not in the workspace; take the row out")));
            continue;
        };
        listed.insert(name);
        let layer = Room::of(member).map(Room::layer).unwrap_or_default();
        for (column, cell, truth) in
            [("layer", row.cells.get(1), layer), ("depends on", row.cells.get(2), depends_on(member))]
        {
            if cell.is_none_or(|cell| cell.replace('`', "") != truth) {
                findings.push(Finding::new(
                    &place,
                    format!("`{name}`: write `{truth}` into the column {column}"),
                ));
            }
        }
    }
    for member in facts.members.iter().filter(|member| !listed.contains(member.name.as_str())) {
        findings.push(Finding::new(
            PAGE,
            format!("`{}` is missing from the crate table; add its row", member.name),
        ));
    }
    findings
}

/// The workspace crates that a manifest names, sorted; a dash for none.
fn depends_on(member: &Member) -> String {
    let names: BTreeSet<&str> = member.arrows.iter().map(|arrow| arrow.to.as_str()).collect();
    if names.is_empty() { "–".to_owned() } else { names.into_iter().collect::<Vec<_>>().join(", ") }
}
