//! The JSON Schema documents are sound, and they say yes and no to the right JSON.

#![allow(clippy::unwrap_used, reason = "a test stops at the line that failed")]

mod documents;
mod replies;
mod requests;
mod samples;
mod types;

use jsonschema::Validator;
use runware_types::schema::Schema;
use serde_json::Value;

/// Compiles a schema, without any network: a reference that leads out of the document is an error.
fn validator(schema: &Schema) -> Validator {
    jsonschema::draft202012::options().should_validate_formats(true).build(schema.as_value()).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// What a validator says, a line for each complaint; empty for what is valid.
fn complaints(validator: &Validator, instance: &Value) -> Vec<String> {
    validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
