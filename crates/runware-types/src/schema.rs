//! JSON Schema, draft 2020-12, for everything on the wire: feature `schema`.
//!
//! The documents are written from the tables that the builders, the readers and the validation are made of, so they say
//! what this crate says. Each stands alone: what it refers to is in its own `$defs`. The types of this crate implement
//! [`JsonSchema`](schemars::JsonSchema) besides, so that types that hold them can derive it.
//!
//! ```
//! use runware_types::{TaskType, schema};
//!
//! let image = schema::request(&TaskType::ImageInference).ok_or("no schema")?;
//! assert_eq!(image.get("$id").unwrap(), "urn:runware:schema:1:request:imageInference");
//! assert_eq!(image.pointer("/properties/width/minimum").unwrap(), 1);
//! # Ok::<(), &str>(())
//! ```
//!
//! # What is open
//!
//! A newer server knows more than a document, and a model has fields of its own. An object that may hold keys that are not
//! listed, and a list of words that may grow, is marked with `"x-runware-open": true`; objects that may not hold them are
//! marked with `false`. What only a model's own rules forbid passes.

mod document;
#[macro_use]
mod impls;
mod prose;
mod replies;
mod requests;
mod shapes;
#[cfg(test)]
mod tests;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::{TaskType, spec};
use document::Document;
pub(crate) use impls::part;
use shapes::Writer;

pub use schemars;
pub use schemars::Schema;

/// The version of the documents, which is also in their `$id` and in their `x-runware-schema-version`.
///
/// It is raised when JSON that was valid may no longer be: a field becomes required, a bound narrower, an object closed,
/// or the type of a field that was listed another; and when a document gets another name. Further task types, fields
/// and words do not raise it: the documents leave room for them.
pub const VERSION: u32 = 1;

/// The schema of a task of this type; `None` for a type that this crate does not know.
///
/// A task is one member of a [request](request_body). What this crate checks and JSON Schema cannot say, such as a key
/// that is written twice, is left out.
pub fn request(task_type: &TaskType) -> Option<Schema> {
    let shape = spec::request_shape(task_type)?;
    let mut writer = Writer::of_document();
    let schema = writer.shape(shape);
    let document = Document {
        name: format!("request:{task_type}"),
        title: format!("{task_type} request"),
        description: format!("A task of the type {task_type}: one member of a request."),
    };
    Some(document.of(writer, schema))
}

/// The schema of a finished result of a task of this type; `None` for a type that has none, or that this crate does not
/// know.
///
/// A result is one member of `data` in a [reply](envelope), which holds other things besides: acknowledgements, results
/// in the making, failures.
pub fn result(task_type: &TaskType) -> Option<Schema> {
    let mut writer = Writer::of_document();
    let schema = replies::result_of(&mut writer, task_type)?;
    let document = Document {
        name: format!("result:{task_type}"),
        title: format!("{task_type} result"),
        description: format!("A finished result of a task of the type {task_type}: one member of data."),
    };
    Some(document.of(writer, schema))
}

/// The schema of a request: a list of tasks, where those of unknown types may be anything.
pub fn request_body() -> Schema {
    let mut writer = Writer::of_document();
    let schema = requests::body(&mut writer);
    let document = Document {
        name: "request".into(),
        title: "request".into(),
        description: "A request: a list of tasks of any types.".into(),
    };
    document.of(writer, schema)
}

/// The schema of a reply in its usual form, an object with `data` and `errors`.
///
/// Other forms that [`Envelope::decode`](crate::Envelope::decode) reads as well, such as a bare list of errors, are no
/// part of it.
pub fn envelope() -> Schema {
    let mut writer = Writer::of_document();
    let schema = replies::envelope(&mut writer);
    let document = Document {
        name: "envelope".into(),
        title: "reply".into(),
        description: "A reply: what was made, is being made or was accepted, and what failed.".into(),
    };
    document.of(writer, schema)
}

/// The schema of one failure in `errors`.
pub fn error() -> Schema {
    let mut writer = Writer::of_document();
    let schema = writer.shape(&spec::envelope::ERROR);
    let document = Document {
        name: "error".into(),
        title: "error".into(),
        description: "A failure: one member of errors.".into(),
    };
    document.of(writer, schema)
}

/// All schemas with their file names, such as `request/imageInference.json`.
pub fn documents() -> impl Iterator<Item = (String, Schema)> {
    let requests = TaskType::KNOWN
        .iter()
        .filter_map(|task_type| Some((format!("request/{task_type}.json"), request(task_type)?)));
    let results = TaskType::KNOWN
        .iter()
        .filter_map(|task_type| Some((format!("result/{task_type}.json"), result(task_type)?)));
    let whole = [("request.json", request_body()), ("envelope.json", envelope()), ("error.json", error())];
    whole.into_iter().map(|(name, schema)| (name.into(), schema)).chain(requests).chain(results)
}

/// All files of the published schemas with their text: the [`documents`], and `index.json`, which lists them.
pub fn files() -> impl Iterator<Item = (String, String)> {
    let mut entries = Vec::new();
    let mut files = Vec::new();
    for (file, schema) in documents() {
        files.push((file.clone(), text(&schema)));
        let says = |keyword| schema.get(keyword).and_then(|value| value.as_str()).map(String::from);
        entries.push(Entry { file, id: says("$id"), title: says("title") });
    }
    let index = Index { version: VERSION, documents: entries };
    files.into_iter().chain([("index.json".into(), text(&index))])
}

#[derive(Serialize)]
struct Index {
    #[serde(rename = "x-runware-schema-version")]
    version: u32,
    documents: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    file: String,
    #[serde(rename = "$id")]
    id: Option<String>,
    title: Option<String>,
}

/// The text of a file. Schemas write their keywords in a fixed order.
fn text(content: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(content).unwrap_or_default();
    text.push('\n');
    text
}
