use std::collections::{BTreeMap, BTreeSet};

use runware_types::{TaskType, schema};
use serde_json::Value;

use super::{json, validator};

#[test]
fn every_document_is_valid_draft_2020_12() {
    for (file, document) in schema::documents() {
        jsonschema::draft202012::meta::validate(document.as_value())
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        validator(&document);
    }
}

#[test]
fn every_document_says_what_it_is() {
    for (file, document) in schema::documents() {
        let text = |keyword: &str| {
            let value = document.get(keyword).and_then(Value::as_str);
            value.unwrap_or_else(|| panic!("{file} has no {keyword}"))
        };
        assert_eq!(text("$schema"), "https://json-schema.org/draft/2020-12/schema");
        let name = file.trim_end_matches(".json").replace('/', ":");
        assert_eq!(text("$id"), format!("urn:runware:schema:{}:{name}", schema::VERSION));
        assert_eq!(document.get("x-runware-schema-version").unwrap(), schema::VERSION);
        assert!(!text("title").is_empty() && text("description").ends_with('.'), "{file}");
    }
}

#[test]
fn a_document_defines_what_it_refers_to_and_nothing_else() {
    for (file, document) in schema::documents() {
        let mut referred = BTreeSet::new();
        let mut rest = vec![document.as_value()];
        while let Some(value) = rest.pop() {
            if let Some(reference) = value.get("$ref") {
                referred.insert(reference.as_str().unwrap().strip_prefix("#/$defs/").unwrap().to_owned());
            }
            rest.extend(value.as_object().into_iter().flat_map(serde_json::Map::values));
            rest.extend(value.as_array().into_iter().flatten());
        }
        let defined = document.get("$defs").and_then(Value::as_object);
        let defined: BTreeSet<String> = defined.into_iter().flatten().map(|(name, _)| name.clone()).collect();
        assert_eq!(referred, defined, "{file}");
    }
}

#[test]
fn every_object_and_every_list_of_words_says_whether_it_is_open() {
    for (file, document) in schema::documents() {
        let mut rest = vec![document.as_value()];
        while let Some(value) = rest.pop() {
            let open = value.get("x-runware-open");
            if let Some(more) = value.get("additionalProperties") {
                assert_eq!(open, Some(more), "{file}: {value}");
            }
            let has_words = |option: &Value| option.get("enum").is_some();
            if value.pointer("/anyOf/0").is_some_and(has_words) && value.get("type").is_none() {
                assert_eq!(open, Some(&Value::Bool(true)), "{file}: {value}");
            }
            rest.extend(value.as_object().into_iter().flat_map(serde_json::Map::values));
            rest.extend(value.as_array().into_iter().flatten());
        }
    }
}

#[test]
fn descriptions_are_plain_text() {
    for (file, text) in schema::files() {
        let descriptions =
            text.lines().filter_map(|line| line.trim_start().strip_prefix(r#""description": ""#));
        for text in descriptions {
            assert!(!text.contains("](") && !text.contains("[`"), "{file}: {text}");
            assert!(text.starts_with(|c: char| !c.is_whitespace() && c != '"'), "{file}: {text}");
        }
    }
}

#[test]
fn the_files_are_the_same_every_time_and_begin_with_their_identity() {
    let files: BTreeMap<String, String> = schema::files().collect();
    assert_eq!(files, schema::files().collect());
    for (file, text) in files {
        assert!(text.ends_with("}\n") && !text.ends_with("\n\n"), "{file}");
        assert!(file == "index.json" || text.starts_with("{\n  \"$id\": \"urn:runware:schema:"), "{file}");
    }
}

#[test]
fn the_index_lists_every_document() {
    let files: BTreeMap<String, String> = schema::files().collect();
    let index = json(&files["index.json"]);
    assert_eq!(index["x-runware-schema-version"], schema::VERSION);
    let listed = index["documents"].as_array().unwrap();
    assert_eq!(listed.len(), files.len() - 1);
    for entry in listed {
        let document = json(&files[entry["file"].as_str().unwrap()]);
        assert_eq!((&entry["$id"], &entry["title"]), (&document["$id"], &document["title"]));
    }
}

#[test]
fn a_task_type_that_nobody_knows_has_no_schema() {
    let unknown = TaskType::from("newThing");
    assert_eq!((schema::request(&unknown), schema::result(&unknown)), (None, None));
}
