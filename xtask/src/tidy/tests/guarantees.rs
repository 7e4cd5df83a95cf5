//! Tests named on the page of guarantees.

use super::super::Finding;
use super::super::guarantees;
use super::{files, member, places};

fn check(cell: &str) -> Vec<Finding> {
    check_pages(cell, "`tests/suite/submit.rs`")
}

/// The page of guarantees names these tests, and that of faults those.
fn check_pages(guarantee: &str, fault: &str) -> Vec<Finding> {
    let page =
        format!("| guarantee | tests |\n|---|---|\n| paid once, see `runware::Client` | {guarantee} |\n");
    let faults = format!("| fault | tests |\n|---|---|\n| a full disk | {fault} |\n");
    let mut facts = files(&[
        ("docs/guarantees.md", &page),
        ("docs/faults.md", &faults),
        (
            "tests/suite/submit.rs",
            "//! Submitting.\n#[tokio::test]\nasync fn lost_reply_is_not_bought_twice() {}\n",
        ),
        (
            "crates/runware-poll/src/collector/tests.rs",
            "//! The fold.\nmod order {\n    fn any_order() {}\n}\n",
        ),
        (
            "crates/runware-poll/tests/timelines.rs",
            "//! Timelines.\nfn exponential() {}\n// fn commented_out() {}\n",
        ),
    ]);
    facts.members =
        vec![member("runware-tests", "tests", &[]), member("runware-poll", "crates/runware-poll", &[])];
    guarantees::check(&facts)
}

#[test]
fn passes_tests_that_exist_however_they_are_named() {
    for test in [
        "tests/suite/submit.rs::lost_reply_is_not_bought_twice",
        "suite::submit::lost_reply_is_not_bought_twice",
        "runware_tests::submit::lost_reply_is_not_bought_twice",
        "runware_poll::collector::tests::order::any_order",
        "runware_poll::timelines::exponential",
        "tests/suite/submit.rs",
    ] {
        assert_eq!(check(&format!("`{test}`")), [], "{test}");
    }
}

#[test]
fn fires_on_tests_that_do_not() {
    for test in [
        "tests/suite/submit.rs::lost_reply",
        "tests/suite/gone.rs::lost_reply_is_not_bought_twice",
        "tests/suite/gone.rs",
        "suite::polling::lost_reply_is_not_bought_twice",
        "runware_poll::collector::tests::disorder::any_order",
        "runware_poll::timelines::commented_out",
        "runware_types::submit::lost_reply_is_not_bought_twice",
    ] {
        assert_eq!(places(&check(&format!("`{test}`"))), ["docs/guarantees.md:3"], "{test}");
    }
}

#[test]
fn fires_on_each_missing_test_of_a_row() {
    assert_eq!(check("`suite::submit::one`, `suite::submit::two`").len(), 2);
}

#[test]
fn fires_on_the_page_of_faults_as_well() {
    let fine = "`suite::submit::lost_reply_is_not_bought_twice`";
    assert_eq!(check_pages(fine, fine), []);
    assert_eq!(places(&check_pages(fine, "`suite::submit::gone`")), ["docs/faults.md:3"]);
}

#[test]
fn fires_when_the_page_names_no_test() {
    assert_eq!(places(&check("by reading")), ["docs/guarantees.md"]);
}

#[test]
fn fires_when_the_page_is_missing() {
    assert_eq!(places(&guarantees::check(&files(&[]))), ["docs/guarantees.md"]);
}
