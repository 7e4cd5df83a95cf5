//! Files have names of their own and say in their first line what they hold; `tests` says it in its name.

use super::Finding;
use super::facts::Facts;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in facts.rust() {
        if file.path == "mod.rs" || file.path.ends_with("/mod.rs") {
            let folder = file.path.trim_end_matches("/mod.rs");
            findings.push(Finding::new(&file.path, format!("rename it to {folder}.rs")));
        }
        let names_itself = file.path.ends_with("/tests.rs") || file.path.contains("/tests/");
        if !names_itself && !file.text.starts_with("//!") {
            findings
                .push(Finding::new(&file.path, "start it with a `//!` line that says what the file holds"));
        }
    }
    findings
}
