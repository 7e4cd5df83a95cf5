//! `cargo xtask schema`: the JSON schemas of `runware-types` as files; with `--check`, whether they are up to date.
//!
//! The example `schemas` of `runware-types` prints one JSON object. Its keys are the names of the files and its values
//! are strings, the finished text of each, so that nothing here can change a document.

use crate::workspace;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = "docs/schema";

const PRINT: &[&str] =
    &["run", "--quiet", "--locked", "-p", "runware-types", "--features", "schema", "--example", "schemas"];

/// How the files differ from what they should be, by their names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Differences<'a> {
    missing: Vec<&'a str>,
    stale: Vec<&'a str>,
    surplus: Vec<&'a str>,
}

/// Writes what is missing or stale, and removes what is no longer produced.
pub(crate) fn write() -> Result<()> {
    let (documents, files) = (documents()?, files()?);
    let differences = compare(&documents, &files);
    for name in differences.missing.iter().chain(&differences.stale) {
        let text = documents.get(*name).map(String::as_str).unwrap_or_default();
        let path = folder().join(name);
        let parent = path.parent().unwrap_or(&path);
        fs::create_dir_all(parent).with_context(|| format!("cannot create the folder of {FOLDER}/{name}"))?;
        fs::write(path, text).with_context(|| format!("cannot write {FOLDER}/{name}"))?;
    }
    for name in &differences.surplus {
        fs::remove_file(folder().join(name)).with_context(|| format!("cannot remove {FOLDER}/{name}"))?;
    }
    let Differences { missing, stale, surplus } = differences;
    println!(
        "schema: {} documents: {} added, {} changed, {} removed",
        documents.len(),
        missing.len(),
        stale.len(),
        surplus.len()
    );
    Ok(())
}

/// Fails unless the files are what [`write()`] would write.
pub(crate) fn check() -> Result<()> {
    let (documents, files) = (documents()?, files()?);
    let differences = compare(&documents, &files);
    if differences != Differences::default() {
        bail!("{}", differences.report());
    }
    println!("schema: {} documents, all as produced", documents.len());
    Ok(())
}

fn documents() -> Result<BTreeMap<String, String>> {
    parse(&workspace::capture(Command::new("cargo").args(PRINT))?)
}

fn parse(printed: &str) -> Result<BTreeMap<String, String>> {
    let documents: BTreeMap<String, String> = serde_json::from_str(printed)
        .context("the example `schemas` has to print one JSON object, file names to texts")?;
    ensure!(!documents.is_empty(), "the example `schemas` printed no schema");
    for name in documents.keys() {
        ensure!(
            is_file_name(name),
            "the example `schemas` printed the file name {name:?}; allowed are ASCII letters, digits, `-`, `_` and `.`, \
             with `.json` at the end, in at most one folder"
        );
    }
    Ok(documents)
}

fn is_file_name(name: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let is_part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.chars().all(plain);
    name.ends_with(".json") && name.split('/').count() <= 2 && name.split('/').all(is_part)
}

/// The schemas that are there; a folder that is not there has none.
fn files() -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    if folder().exists() {
        add_files(&folder(), "", &mut files)?;
    }
    Ok(files)
}

/// Adds the schemas in a folder, and in the folders inside of it.
fn add_files(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {FOLDER}/{prefix}"))? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            add_files(&entry.path(), &format!("{name}/"), files)?;
        } else if name.ends_with(".json") {
            let bytes = fs::read(entry.path()).with_context(|| format!("cannot read {FOLDER}/{name}"))?;
            files.insert(name, bytes);
        }
    }
    Ok(())
}

fn folder() -> PathBuf {
    workspace::root().join(FOLDER)
}

fn compare<'a>(
    documents: &'a BTreeMap<String, String>,
    files: &'a BTreeMap<String, Vec<u8>>,
) -> Differences<'a> {
    let mut differences = Differences::default();
    for (name, text) in documents {
        match files.get(name) {
            None => differences.missing.push(name),
            Some(bytes) if bytes != text.as_bytes() => differences.stale.push(name),
            Some(_) => {}
        }
    }
    differences.surplus =
        files.keys().filter(|name| !documents.contains_key(*name)).map(String::as_str).collect();
    differences
}

impl Differences<'_> {
    fn report(&self) -> String {
        let mut text =
            format!("{FOLDER} does not hold the schemas of `runware-types`; run `cargo xtask schema`");
        for (problem, names) in
            [("missing", &self.missing), ("stale", &self.stale), ("surplus", &self.surplus)]
        {
            for name in names {
                text.push_str(&format!("\n  {problem}: {name}"));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Differences, compare, parse};
    use std::collections::BTreeMap;

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn documents(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn equal_files_do_not_differ() {
        let texts = [("a.json", "{}\n"), ("b.json", "[]\n")];
        assert_eq!(compare(&documents(&texts), &files(&texts)), Differences::default());
    }

    #[test]
    fn a_file_is_missing_stale_or_surplus() {
        let documents = documents(&[("a.json", "{}\n"), ("b.json", "{}\n"), ("c.json", "{}\n")]);
        let files = files(&[("b.json", "{ }\n"), ("c.json", "{}\n"), ("d.json", "{}\n")]);
        let differences = compare(&documents, &files);
        assert_eq!(
            differences,
            Differences { missing: vec!["a.json"], stale: vec!["b.json"], surplus: vec!["d.json"] }
        );
        assert_eq!(
            differences.report(),
            "docs/schema does not hold the schemas of `runware-types`; run `cargo xtask schema`\n  \
             missing: a.json\n  stale: b.json\n  surplus: d.json"
        );
    }

    #[test]
    fn every_byte_counts() {
        for text in ["{}", "{}\r\n", "{}\n\n", "{} \n", ""] {
            let (documents, files) = (documents(&[("a.json", "{}\n")]), files(&[("a.json", text)]));
            assert_eq!(compare(&documents, &files).stale, ["a.json"], "{text:?}");
        }
    }

    #[test]
    fn a_document_is_taken_as_it_was_printed() -> anyhow::Result<()> {
        let printed =
            r#" { "b/b.json": "{\n  \"z\": 1,\n  \"a\": \"\u00e9\"\n}\n", "a-1_x.schema.json": "{}" } "#;
        assert_eq!(
            parse(printed)?,
            documents(&[("a-1_x.schema.json", "{}"), ("b/b.json", "{\n  \"z\": 1,\n  \"a\": \"é\"\n}\n")])
        );
        Ok(())
    }

    #[test]
    fn anything_but_named_texts_is_refused() {
        for printed in [
            "",
            "[]",
            "{}",
            r#"{"a.json": {}}"#,
            r#"{"a.json": "{}"} {}"#,
            r#"{"a": "{}"}"#,
            r#"{".json": "{}"}"#,
            r#"{"../a.json": "{}"}"#,
            r#"{"a/b/c.json": "{}"}"#,
            r#"{"/a.json": "{}"}"#,
            r#"{"a/.json": "{}"}"#,
            r#"{"a\\b.json": "{}"}"#,
            r#"{"C:a.json": "{}"}"#,
        ] {
            assert!(parse(printed).is_err(), "{printed}");
        }
    }
}
