//! The readers of the tables say the same of every task and of every result.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::{complaints, generate, reference, validator};
use crate::schema::{self, Schema};
use crate::spec::{Shape, request_shape, result_shapes};
use crate::{FindingCode, TaskType, validate_text};

static BODY: LazyLock<Validator> = LazyLock::new(|| validator(&schema::request_body()));
static REQUESTS: LazyLock<BTreeMap<&str, Validator>> = LazyLock::new(|| validators(schema::request));
static RESULTS: LazyLock<BTreeMap<&str, Validator>> = LazyLock::new(|| validators(schema::result));

fn validators(schema: fn(&TaskType) -> Option<Schema>) -> BTreeMap<&'static str, Validator> {
    let known = TaskType::KNOWN.iter().filter_map(|known| Some((known.as_str(), schema(known)?)));
    known.map(|(known, schema)| (known, validator(&schema))).collect()
}

/// Any type with the shape of its tasks.
fn any_request() -> impl Strategy<Value = (&'static TaskType, &'static Shape)> {
    let known = TaskType::KNOWN.iter().filter_map(|known| Some((known, request_shape(known)?)));
    select(known.collect::<Vec<_>>())
}

/// Any type with a shape of its results.
fn any_result() -> impl Strategy<Value = (&'static TaskType, &'static Shape)> {
    let shapes = |known| result_shapes(known).iter().map(move |shape| (known, *shape));
    select(TaskType::KNOWN.iter().flat_map(shapes).collect::<Vec<_>>())
}

/// Tasks, of which one value in two thirds of them is not as it was.
fn tasks() -> impl Strategy<Value = Value> {
    any_request().prop_flat_map(|(_, shape)| {
        prop_oneof![
            1 => generate::of_shape(shape),
            2 => generate::mutated(generate::of_shape(shape)),
        ]
    })
}

/// Compares what the schema says of a task with what another reader of its text says.
fn check_agreement(task: &Value, allows: impl Fn(&str) -> bool) -> Result<(), TestCaseError> {
    let is_valid = BODY.is_valid(&json!([task]));
    prop_assert_eq!(is_valid, allows(&task.to_string()), "schema, other: {}", task);
    Ok(())
}

/// Whether the validation finds nothing wrong, rules across fields aside: no schema can say those.
fn validates(text: &str) -> bool {
    validate_text(text).errors().all(|finding| finding.code == FindingCode::Conflict)
}

proptest! {
    #[test]
    fn the_schema_agrees_with_the_validation(task in tasks()) {
        check_agreement(&task, validates)?;
    }

    #[test]
    fn the_schema_agrees_with_a_plain_reading_of_the_tables(task in tasks()) {
        check_agreement(&task, |text| reference::allows(&serde_json::from_str(text).unwrap()))?;
    }

    #[test]
    fn what_the_tables_allow_is_valid((task_type, task) in any_request().prop_flat_map(|(task_type, shape)| {
        (Just(task_type), generate::of_shape(shape))
    })) {
        prop_assert_eq!(complaints(&REQUESTS[task_type.as_str()], &task), [""; 0], "{}", &task);
        check_agreement(&task, |_| true)?;
    }

    #[test]
    fn results_are_judged_alike((task_type, result) in any_result().prop_flat_map(|(task_type, shape)| {
        let of_its_type = move |mut result: Value| {
            result["taskType"] = task_type.as_str().into();
            result
        };
        let result = generate::of_shape(shape).prop_map(of_its_type);
        (Just(task_type), prop_oneof![result.clone(), generate::mutated(result)])
    })) {
        let is_of_type = result.get("taskType").is_none_or(|is| is == task_type.as_str());
        let shapes = result_shapes(task_type);
        let allowed = is_of_type && shapes.iter().any(|shape| reference::shape_allows(shape, &result));
        let complaints = complaints(&RESULTS[task_type.as_str()], &result);
        prop_assert_eq!(complaints.is_empty(), allowed, "{:?}: {}", complaints, result);
    }
}

#[test]
fn enough_of_the_generated_tasks_are_invalid() {
    let mut runner = TestRunner::deterministic();
    let mut task = || tasks().new_tree(&mut runner).unwrap().current();
    let invalid = (0..200).filter(|_| !BODY.is_valid(&json!([task()]))).count();
    assert!((40..=160).contains(&invalid), "{invalid} of 200");
}
