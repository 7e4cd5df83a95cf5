//! Nothing unfinished is shipped.

use super::Finding;
use super::code;
use super::facts::Facts;

const MACROS: &[&str] = &["todo", "unimplemented", "dbg"];

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in facts.rust().filter(|file| file.path.contains("/src/")) {
        let code = code::blank(&file.text);
        for name in MACROS {
            for offset in code::words(&code, name) {
                let after = code.get(offset + name.len()..).unwrap_or_default();
                if after.starts_with('!') {
                    findings.push(Finding::new(
                        file.place(offset),
                        format!("`{name}!` in a source; finish it or take it out"),
                    ));
                }
            }
        }
    }
    findings
}
