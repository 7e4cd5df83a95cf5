//! Shapes, fields and kinds as JSON Schema.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::prose;
use crate::spec::{Field, Kind, Shape};
use crate::{DeliveryMethod, OutputType, Status, TaskType};

pub(crate) type Object = Map<String, Value>;

/// Writes schemas, and keeps what they refer to.
pub(crate) struct Writer {
    definitions: Option<Object>,
}

impl Writer {
    /// For a document: what has a name is written once, into `$defs`, and referred to.
    pub(super) fn of_document() -> Self {
        Self { definitions: Some(Object::new()) }
    }

    /// For a part of somebody else's document, where `$defs` may be elsewhere: everything is written in its place.
    pub(super) fn in_place() -> Self {
        Self { definitions: None }
    }

    /// The schema with the definitions that it needs.
    pub(super) fn finish(self, mut schema: Object) -> Object {
        if let Some(definitions) = self.definitions.filter(|definitions| !definitions.is_empty()) {
            schema.insert("$defs".to_owned(), definitions.into());
        }
        schema
    }

    /// A reference to the schema of this name, which `make` writes if it is not there yet.
    pub(super) fn named(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Object) -> Object {
        let known = self.definitions.as_ref().and_then(|definitions| definitions.get(name)).cloned();
        if let Some(known) = known {
            debug_assert_eq!(known, Value::from(make(self)), "two schemas have the name `{name}`");
        } else {
            let schema = make(self);
            let Some(definitions) = &mut self.definitions else { return schema };
            definitions.insert(name.to_owned(), schema.into());
        }
        object(json!({ "$ref": format!("#/$defs/{name}") }))
    }

    /// A reference to the schema of the shape; the schema itself for any object, of which there is nothing to say.
    pub(super) fn named_shape(&mut self, shape: &Shape) -> Object {
        match shape.fields().next() {
            Some(_) => self.named(shape.name, |writer| writer.shape(shape)),
            None => self.shape(shape),
        }
    }

    pub(crate) fn shape(&mut self, shape: &Shape) -> Object {
        self.shape_of(shape, shape.task_type)
    }

    /// The schema of the shape for tasks of one type.
    pub(super) fn shape_of(&mut self, shape: &Shape, task_type: Option<&str>) -> Object {
        let mut properties = Object::new();
        let mut required = Vec::new();
        if let Some(task_type) = task_type {
            let is_of_type = json!({ "description": "The type of the task.", "const": task_type });
            properties.insert(TASK_TYPE.to_owned(), is_of_type);
        }
        if shape.task_type.is_some() {
            required.push(TASK_TYPE);
        }
        for field in shape.fields() {
            if !properties.contains_key(field.key) {
                properties.insert(field.key.to_owned(), self.field(field).into());
            }
            if field.required && !required.contains(&field.key) {
                required.push(field.key);
            }
        }
        if let [only] = shape.any_of
            && !required.contains(only)
        {
            required.push(only);
        }

        let open = !shape.closed;
        let mut schema =
            object(json!({ "type": "object", "additionalProperties": open, "x-runware-open": open }));
        if !properties.is_empty() {
            schema.insert("properties".to_owned(), properties.into());
        }
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
        if shape.any_of.len() > 1 {
            let one_is_there = shape.any_of.iter().map(|key| json!({ "required": [key] }));
            schema.insert("anyOf".to_owned(), one_is_there.collect());
        }
        schema
    }

    fn field(&mut self, field: &Field) -> Object {
        let mut schema = self.kind(&field.kind);
        if !field.required {
            schema = or_null(schema);
        }
        schema.insert("description".to_owned(), prose::plain(field.doc).into());
        if prose::is_superseded(field.doc) {
            schema.insert("deprecated".to_owned(), true.into());
        }
        schema
    }

    pub(crate) fn kind(&mut self, kind: &Kind) -> Object {
        match kind {
            Kind::Any => Object::new(),
            Kind::Bool => object(json!({ "type": "boolean" })),
            Kind::Integer { min, max } => integer(*min, *max),
            Kind::Number { min, max } => number(*min, *max),
            // How long a text may be depends on the model.
            Kind::Text { .. } => object(json!({ "type": "string" })),
            Kind::Word(words) => match NAMED_WORDS.iter().find(|(_, known)| known == words) {
                Some((name, words)) => self.named(name, |_| open_words(words)),
                None => open_words(words),
            },
            Kind::Const(text) => object(json!({ "const": text })),
            Kind::NewTaskUuid => self.named("newTaskUuid", |_| new_task_uuid()),
            Kind::Uuid => self.named("uuid", |_| uuid()),
            Kind::Url => self.named("webAddress", |_| web_address()),
            Kind::Media => self.named("mediaInput", |_| media_input()),
            Kind::Money => self.named("money", |_| money()),
            Kind::Object(shape) => self.named_shape(shape),
            Kind::List { of, min, max } => {
                let mut schema = object(json!({ "type": "array", "items": self.kind(of) }));
                limit(&mut schema, "minItems", (*min > 0).then_some(*min));
                limit(&mut schema, "maxItems", (*max < usize::MAX).then_some(*max));
                schema
            }
            Kind::OneOf(kinds) => match closed_words(kinds) {
                Some(words) => object(json!({ "enum": words })),
                None => {
                    let kinds: Vec<Object> = kinds.iter().map(|kind| self.kind(kind)).collect();
                    object(json!({ "anyOf": kinds }))
                }
            },
        }
    }
}

/// The schema, or null: no page says that a null is refused where a field may be left out.
pub(super) fn or_null(mut schema: Object) -> Object {
    let nothing = json!({ "type": "null" });
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
    } else if let Some(name) = schema.get_mut("type") {
        *name = json!([name, "null"]);
    } else if let Some(Value::Array(kinds)) = schema.get_mut("anyOf") {
        kinds.push(nothing);
    } else if !schema.is_empty() {
        return object(json!({ "anyOf": [schema, nothing] }));
    }
    schema
}

const TASK_TYPE: &str = "taskType";

/// The words that many tasks share.
const NAMED_WORDS: &[(&str, &[&str])] = &[
    ("taskType", TaskType::WORDS),
    ("deliveryMethod", DeliveryMethod::WORDS),
    ("outputType", OutputType::WORDS),
    ("status", Status::WORDS),
];

const UUID: &str = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";
const ID: &str =
    "^([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32})$";
const NIL: [&str; 2] = ["00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000"];
const WEB_ADDRESS: &str = r"^[Hh][Tt][Tt][Pp][Ss]?://[^/\s\x00-\x1f\x7f-\x9f][^\s\x00-\x1f\x7f-\x9f]*$";
const DATA_ADDRESS: &str = r"^[Dd][Aa][Tt][Aa]:[^,]*,[\s\S]";
const DATA_IS_CALLED_BASE64: &str = "^[^,]*;[Bb][Aa][Ss][Ee]64,";
const DATA_IS_BASE64: &str = "^[^,]*,[0-9A-Za-z+/_-]{2,}={0,2}$";
/// One repetition of one class, which engines that backtrack can also match against megabytes.
const BASE64: &str = "^[0-9A-Za-z+/_-]{2,}={0,2}$";

fn new_task_uuid() -> Object {
    object(json!({
        "type": "string",
        "description": "The id of a new task: a UUID, documented to be of version 4.",
        "pattern": ID,
        "not": { "enum": NIL },
    }))
}

fn uuid() -> Object {
    object(json!({
        "type": "string",
        "description": "The id of a task, a media file or a model that exists: a UUID of any version.",
        "pattern": ID,
        "not": { "enum": NIL },
    }))
}

fn web_address() -> Object {
    object(json!({
        "type": "string",
        "description": "An address that begins with http:// or https://.",
        "format": "uri",
        "pattern": WEB_ADDRESS,
    }))
}

fn media_input() -> Object {
    object(json!({
        "type": "string",
        "description": "A media file to read: its address, its id, or its bytes in a data address or in base64.",
        "anyOf": [
            { "title": "address", "pattern": WEB_ADDRESS },
            { "title": "id of a stored file", "pattern": UUID },
            {
                "title": "data address",
                "pattern": DATA_ADDRESS,
                "anyOf": [{ "not": { "pattern": DATA_IS_CALLED_BASE64 } }, { "pattern": DATA_IS_BASE64 }],
            },
            { "title": "base64", "pattern": BASE64 },
        ],
    }))
}

fn money() -> Object {
    object(json!({ "type": "number", "description": "An amount of US dollars." }))
}

fn open_words(words: &[&str]) -> Object {
    object(json!({ "anyOf": [{ "enum": words }, { "type": "string" }], "x-runware-open": true }))
}

/// The words, if these kinds are words and nothing else.
fn closed_words(kinds: &[Kind]) -> Option<Vec<&'static str>> {
    let word = |kind: &Kind| if let Kind::Const(word) = kind { Some(*word) } else { None };
    kinds.iter().map(word).collect()
}

fn integer(min: i128, max: i128) -> Object {
    let mut schema = object(json!({ "type": "integer" }));
    // No bound is stated for what JSON readers cannot hold anyway.
    limit(&mut schema, "minimum", serde_json::Number::from_i128(min));
    limit(&mut schema, "maximum", serde_json::Number::from_i128(max));
    schema
}

fn number(min: f64, max: f64) -> Object {
    if min == f64::MIN_POSITIVE {
        return object(json!({ "type": "number", "exclusiveMinimum": 0 }));
    }
    let mut schema = object(json!({ "type": "number" }));
    limit(&mut schema, "minimum", min.is_finite().then_some(crate::task::Number(min)));
    limit(&mut schema, "maximum", max.is_finite().then_some(crate::task::Number(max)));
    schema
}

fn limit(schema: &mut Object, keyword: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        schema.insert(keyword.to_owned(), json!(value));
    }
}

/// The members of a JSON object that was written with `json!`.
pub(super) fn object(value: Value) -> Object {
    if let Value::Object(object) = value { object } else { Object::new() }
}
