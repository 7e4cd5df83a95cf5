//! Crates depend on each other only along the arrows of the design, dev- and build-dependencies included.

use super::Finding;
use super::facts::Facts;
use super::rooms::{ROOMS, Room};

const TABLE: &str = "xtask/src/tidy/rooms.rs";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &facts.members {
        let manifest = format!("{}/Cargo.toml", member.folder);
        let Some(room) = Room::of(member) else {
            findings.push(Finding::new(
                manifest,
                format!("`{}` has no room; add it, its layer and its arrows to {TABLE}", member.name),
            ));
            continue;
        };
        for arrow in member.arrows.iter().filter(|arrow| !room.may_use.contains(&arrow.to.as_str())) {
            findings.push(Finding::new(
                &manifest,
                format!(
                    "`{}` may not depend on `{}` ([{}]); move the shared part down, or the test to `tests/`",
                    member.name, arrow.to, arrow.section
                ),
            ));
        }
    }
    for room in ROOMS.iter().filter(|room| facts.members.iter().all(|member| member.name != room.name)) {
        findings.push(Finding::new(
            TABLE,
            format!("`{}` is not in the workspace; take it out of the table", room.name),
        ));
    }
    findings
}
