//! A test that does not run says why.

use super::Finding;
use super::code;
use super::facts::{Facts, File};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let attributes = facts.rust().flat_map(bare_attributes);
    let fences = facts.rust().chain(facts.markdown()).flat_map(ignored_fences);
    attributes.chain(fences).collect()
}

/// `ignore` as an attribute, also inside `cfg_attr`, with no reason or an empty one behind it.
fn bare_attributes(file: &File) -> Vec<Finding> {
    let code = code::blank(&file.text);
    let mut findings = Vec::new();
    for offset in code::words(&code, "ignore") {
        let before = code.get(..offset).unwrap_or_default().trim_end();
        let opens =
            before.ends_with("#[") || attribute_holding(before).is_some_and(|text| text.contains("cfg_attr"));
        let reason =
            file.text.get(offset + "ignore".len()..).unwrap_or_default().trim_start().strip_prefix('=');
        let given = reason.is_some_and(|reason| {
            let text = reason.trim_start().trim_start_matches(['r', '#']);
            text.strip_prefix('"').is_some_and(|text| !text.trim_start().starts_with('"'))
        });
        if opens && !given {
            findings.push(Finding::new(
                file.place(offset),
                "an ignored test without a reason; write `ignore = \"…\"`",
            ));
        }
    }
    findings
}

/// The attribute that is still open at the end of `before`.
fn attribute_holding(before: &str) -> Option<&str> {
    let (_, attribute) = before.rsplit_once("#[")?;
    (!attribute.contains(']')).then_some(attribute)
}

/// An ignored example cannot rot loudly: `no_run` compiles, `text` claims nothing.
fn ignored_fences(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut offset = 0;
    for line in file.text.split_inclusive('\n') {
        let bare =
            line.trim_start_matches(|character: char| character.is_whitespace() || "/!*".contains(character));
        if let Some(tags) = bare.strip_prefix("```")
            && tags.split(|character: char| !character.is_alphanumeric()).any(|tag| tag == "ignore")
        {
            findings.push(Finding::new(
                file.place(offset),
                "an example tagged `ignore`; make it compile (`no_run` if it must not run), or tag it `text`",
            ));
        }
        offset += line.len();
    }
    findings
}
