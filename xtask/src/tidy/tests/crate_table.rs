//! The crate table of the architecture page.

use super::super::Finding;
use super::super::crate_table;
use super::{files, member, places};

const TABLE: &str = "# Rooms\n\n<!-- crates -->\n\
    | crate | layer | depends on | what |\n|---|---|---|---|\n\
    | `runware-types` | L0 | – | ids |\n\
    | `runware-transport` | L1 | `runware-types` | HTTP |\n\
    <!-- /crates -->\n";

fn check(page: &str) -> Vec<Finding> {
    let mut facts = files(&[("docs/architecture.md", page)]);
    facts.members = vec![
        member("runware-types", "crates/runware-types", &[]),
        member("runware-transport", "crates/runware-transport", &["runware-types"]),
    ];
    crate_table::check(&facts)
}

#[test]
fn passes_a_table_that_says_what_the_manifests_say() {
    assert_eq!(check(TABLE), []);
}

#[test]
fn fires_on_a_wrong_layer() {
    assert_eq!(places(&check(&TABLE.replace("| L1 |", "| L2 |"))), ["docs/architecture.md:7"]);
}

#[test]
fn fires_on_a_wrong_dependency() {
    assert_eq!(
        places(&check(&TABLE.replace("| L0 | – |", "| L0 | `runware-poll` |"))),
        ["docs/architecture.md:6"]
    );
}

#[test]
fn fires_on_a_crate_that_is_gone() {
    let page = TABLE.replace("<!-- /crates -->", "| `runware-old` | L1 | – | – |\n<!-- /crates -->");
    assert_eq!(places(&check(&page)), ["docs/architecture.md:8"]);
}

#[test]
fn fires_on_a_crate_that_is_missing() {
    let page = TABLE.replace("| `runware-transport` | L1 | `runware-types` | HTTP |\n", "");
    let findings = check(&page);
    assert_eq!(places(&findings), ["docs/architecture.md"]);
    assert!(findings[0].message.contains("runware-transport"), "{findings:?}");
}

#[test]
fn fires_when_the_markers_are_gone() {
    assert_eq!(places(&check(&TABLE.replace("<!-- crates -->", ""))), ["docs/architecture.md"]);
}
