//! No file of the repository knows the machine it was written on.

use super::Finding;
use super::facts::Facts;

/// Folders of somebody's machine; put together here so that this file passes its own rule.
const MACHINE: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("../sha", "red"),
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("C:\\Us", "ers\\"),
];

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &facts.files {
        for path in MACHINE {
            for (offset, _) in file.text.match_indices(path) {
                findings.push(Finding::new(
                    file.place(offset),
                    format!("`{path}` is a path of one machine; write it relative to the repository, or leave it out"),
                ));
            }
        }
    }
    findings
}
