//! Packages below a crate, and the lists that allow them.

use super::super::Finding;
use super::super::allow_list::{AllowList, LISTS, check, differences};
use super::super::facts::{Facts, Tree};
use super::places;

const PLAIN: AllowList =
    AllowList { package: "a", features: &[], added: &[("serde", "why"), ("itoa", "why")] };
const ALL: AllowList =
    AllowList { package: "a", features: &["--all-features"], added: &[("schemars", "why")] };

const PLAIN_TREE: &str = "0a v0.1.0 (path)\n1serde v1.0.0 (*)\n2itoa v1.0.0\n";
const ALL_TREE: &str = "0a v0.1.0 (path)\n1schemars v1.0.0\n1serde v1.0.0\n2itoa v1.0.0\n";

fn trees(texts: &[&str]) -> Vec<Tree> {
    texts.iter().map(|text| Tree { root: "a".into(), text: (*text).into() }).collect()
}

fn one_message(findings: &[Finding]) -> &str {
    assert_eq!(places(findings), ["a"], "{findings:?}");
    &findings[0].message
}

#[test]
fn passes_exactly_what_is_listed() {
    assert_eq!(differences(&[PLAIN, ALL], &trees(&[PLAIN_TREE, ALL_TREE])), []);
}

#[test]
fn fires_on_a_package_that_no_list_allows() {
    let tree = format!("{PLAIN_TREE}2newcomer v1.0.0\n");
    let findings = differences(&[PLAIN], &trees(&[&tree]));
    let message = one_message(&findings);
    assert!(message.starts_with("`newcomer` is not on the list"), "{message}");
    assert!(message.contains("--package a --invert newcomer`"), "{message}");
}

#[test]
fn fires_on_an_entry_that_nothing_brings_in() {
    let findings = differences(&[PLAIN], &trees(&["0a v0.1.0\n1serde v1.0.0\n"]));
    assert!(one_message(&findings).starts_with("`itoa` is on the list"), "{findings:?}");
}

#[test]
fn what_a_later_list_allows_stays_out_of_the_tree_of_an_earlier_one() {
    let findings = differences(&[PLAIN, ALL], &trees(&[ALL_TREE, ALL_TREE]));
    assert!(one_message(&findings).starts_with("`schemars` is not on the list"), "{findings:?}");
    let findings = differences(&[PLAIN, ALL], &trees(&[PLAIN_TREE, PLAIN_TREE]));
    assert!(one_message(&findings).contains("--package a --all-features`"), "{findings:?}");
}

#[test]
fn another_crates_list_allows_nothing() {
    let other = AllowList { package: "b", ..PLAIN };
    let findings = differences(&[other, ALL], &trees(&[PLAIN_TREE, ALL_TREE]));
    assert_eq!(places(&findings), ["a", "a"], "{findings:?}");
}

#[test]
fn the_real_lists_are_compared_with_the_real_trees() {
    let facts = Facts { listed: trees(&["0runware-types v0.1.0\n1tokio v1.0.0\n"]), ..Facts::default() };
    let findings = check(&facts);
    assert!(findings[0].message.starts_with("`tokio` is not on the list"), "{findings:?}");
    assert_eq!(findings.len(), 1 + LISTS[0].added.len(), "{findings:?}");
}

#[test]
fn the_real_lists_are_sorted_and_give_a_reason_for_each_entry() {
    for list in LISTS {
        assert!(list.added.is_sorted(), "{}", list.package);
        for (name, reason) in list.added {
            assert!(!reason.is_empty(), "{name}");
        }
    }
}
