//! Every test that `docs/guarantees.md` and `docs/faults.md` name exists.
//!
//! Their tables name tests in backticks, in a column whose heading contains "test":
//! as `tests/suite/polling.rs::name`, or as a Rust path that starts with a crate or with `suite`
//! (`runware_poll::collector::tests::name`, `suite::polling::name`); `tests/suite/polling.rs` is all tests of a file.

use super::Finding;
use super::code;
use super::facts::{Facts, File};
use super::markdown;

const PAGE: &str = "docs/guarantees.md";
const FAULTS: &str = "docs/faults.md";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let Some(page) = facts.file(PAGE) else {
        return vec![Finding::new(
            PAGE,
            "the page is missing; write what is promised and which tests prove it",
        )];
    };
    if tests_named(&page.text).is_empty() {
        return vec![Finding::new(PAGE, "no table names a test; add a column `Test` with `path::to::test`")];
    }
    let pages = [Some(page), facts.file(FAULTS)];
    pages.into_iter().flatten().flat_map(|page| check_page(facts, page)).collect()
}

fn check_page(facts: &Facts, page: &File) -> Vec<Finding> {
    tests_named(&page.text)
        .into_iter()
        .filter(|(_, test)| !exists(facts, test))
        .map(|(line, test)| {
            Finding::new(
                format!("{}:{line}", page.path),
                format!("there is no test `{test}`; correct the name or write the test"),
            )
        })
        .collect()
}

fn tests_named(text: &str) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for table in markdown::tables(text) {
        let columns: Vec<bool> =
            table.header.iter().map(|title| title.to_lowercase().contains("test")).collect();
        for row in &table.rows {
            let cells = row.cells.iter().zip(&columns).filter(|(_, is_test)| **is_test).map(|(cell, _)| cell);
            let tests = cells.flat_map(|cell| markdown::code_spans(cell)).filter(|span| is_test(span));
            named.extend(tests.map(|test| (row.line, test.to_owned())));
        }
    }
    named
}

fn is_test(span: &str) -> bool {
    span.contains("::") || span.ends_with(".rs")
}

fn exists(facts: &Facts, test: &str) -> bool {
    if test.ends_with(".rs") {
        return facts.file(test).is_some();
    }
    let Some((path, name)) = test.rsplit_once("::") else { return false };
    if path.ends_with(".rs") {
        return facts.file(path).is_some_and(|file| has_function(&code::blank(&file.text), name));
    }
    let (root, modules) = path.split_once("::").unwrap_or((path, ""));
    let modules: Vec<&str> = modules.split("::").filter(|module| !module.is_empty()).collect();
    facts
        .members
        .iter()
        .filter(|member| {
            member.name.replace('-', "_") == root || (root == "suite" && member.folder == "tests")
        })
        .any(|member| facts.rust().any(|file| holds(file, &member.folder, &modules, name)))
}

/// Whether the file, a source of the package in `folder`, has this function in these modules:
/// the first ones are the file's own path, the others stand inside it.
fn holds(file: &File, folder: &str, modules: &[&str], name: &str) -> bool {
    let Some(inside) = module_path(&file.path, folder).and_then(|own| modules.strip_prefix(own.as_slice()))
    else {
        return false;
    };
    let code = code::blank(&file.text);
    has_function(&code, name) && inside.iter().all(|module| has_item(&code, "mod", module))
}

fn module_path<'a>(path: &'a str, folder: &str) -> Option<Vec<&'a str>> {
    let source = path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".rs")?;
    let (_, source) = source.split_once('/')?;
    Some(source.split('/').filter(|part| !matches!(*part, "lib" | "main")).collect())
}

fn has_function(code: &str, name: &str) -> bool {
    has_item(code, "fn", name)
}

fn has_item(code: &str, keyword: &str, name: &str) -> bool {
    code::words(code, name).any(|offset| {
        let before = code.get(..offset).unwrap_or_default();
        before.ends_with(' ') && before.trim_end().ends_with(keyword)
    })
}
