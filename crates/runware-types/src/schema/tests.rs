mod agreement;
mod generate;
mod reference;
mod trial;

use jsonschema::Validator;
use serde_json::Value;

use super::Schema;
use super::replies::{FAILURES, SUCCESS};
use crate::{Phase, Status};

fn validator(schema: &Schema) -> Validator {
    jsonschema::draft202012::new(schema.as_value()).unwrap()
}

/// What a validator says, a line for each complaint; empty for what is valid.
fn complaints(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn no_two_schemas_share_a_name() {
    // Writing a document compares what it is about to define with what it has defined.
    assert!(super::documents().count() > 3);
}

#[test]
fn the_words_that_end_a_result_are_those_of_the_reader() {
    assert_eq!(Status::from(SUCCESS).phase(), Phase::Succeeded);
    for failure in FAILURES {
        assert_eq!(Status::from(failure).phase(), Phase::Failed);
    }
}
