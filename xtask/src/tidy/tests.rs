//! Every rule in a case where it fires and in one where it passes.

mod allow_list;
mod arrows;
mod citations;
mod code;
mod crate_table;
mod features;
mod guarantees;
mod ignored;
mod layout;
mod leftovers;
mod links;
mod machine_paths;
mod no_std;
mod purity;
mod size;

use super::facts::{Arrow, Facts, File, Member};
use super::{Finding, RULES};

#[test]
fn every_rule_has_tests_of_its_own() {
    for rule in RULES {
        let file = format!("mod {};", rule.name.replace('-', "_"));
        assert!(include_str!("tests.rs").contains(&file), "no tests for the rule {}", rule.name);
    }
}

fn files(files: &[(&str, &str)]) -> Facts {
    let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
    Facts { files: files.iter().map(file).collect(), ..Facts::default() }
}

fn member(name: &str, folder: &str, depends_on: &[&str]) -> Member {
    let arrow = |to: &&str| Arrow { to: (*to).to_owned(), section: "dependencies" };
    Member {
        name: name.to_owned(),
        folder: folder.to_owned(),
        arrows: depends_on.iter().map(arrow).collect(),
    }
}

fn places(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.place.as_str()).collect()
}
