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
use crate::{FindingCode, TaskType, check_reply, validate_text};

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
fn odd_tasks_are_judged_alike() {
    for (key, value) in [
        ("inputs", json!({"seedImage": "AAAAA"})),
        ("inputs", json!({"seedImage": "data:image/png;base64,AAAAA="})),
        ("inputs", json!({"seedImage": "data:image/png;base64,A"})),
        ("inputs", json!({"seedImage": "A"})),
        ("inputs", json!({"seedImage": "24cd5dffcb814db58506b72a9425f9d1"})),
        ("inputs", json!(null)),
        ("webhookURL", json!("https://h/\u{feff}")),
        ("webhookURL", json!("https://h/\u{85}")),
        ("webhookURL", json!("https://\u{180e}")),
        ("webhookURL", json!(null)),
        ("model", json!(null)),
        ("taskUUID", json!(null)),
        ("taskUUID", json!("24cd5dff-cb81-7db5-8506-b72a9425f9d1")),
        ("taskUUID", json!("24cd5dffcb814db58506b72a9425f9d1")),
        ("taskUUID", json!("00000000000000000000000000000000")),
        ("taskUUID", json!("{24cd5dff-cb81-4db5-8506-b72a9425f9d1}")),
        ("positivePrompt", json!("")),
    ] {
        let mut task = json!({"taskType": "imageInference", "model": "m"});
        task[key] = value;
        check_agreement(&task, validates).unwrap();
        check_agreement(&task, |_| reference::allows(&task)).unwrap();
    }
}

#[test]
fn odd_replies_are_judged_alike() {
    let envelope = validator(&schema::envelope());
    let (id, plain) = ("24cd5dff-cb81-4db5-8506-b72a9425f9d1", "24cd5dffcb814db58506b72a9425f9d1");
    let result = |key: &str, value: Value| {
        let mut result =
            json!({"taskType": "imageInference", "taskUUID": id, "imageUUID": id, "imageURL": "https://h/a"});
        result[key] = value;
        json!({ "data": [result] })
    };
    for reply in [
        json!({}),
        result("cost", json!(1e-40)),
        result("cost", json!(1e300)),
        result("cost", json!(null)),
        result("cost", json!("1")),
        result("taskUUID", json!(plain)),
        result("taskUUID", json!(null)),
        result("imageURL", json!("https://h/\u{feff}")),
        result("status", json!(null)),
        json!({"errors": [{"code": "c", "message": "m", "additionalDetails": "busy"}]}),
        json!({"errors": [{"code": "c", "message": "m", "parameter": null, "min": null}]}),
        json!({"errors": [{"code": "c", "message": null}]}),
        json!({"data": [{"taskType": "getTaskDetails", "taskUUID": id, "response": {}}]}),
        json!({"data": [{"taskType": "getTaskDetails", "taskUUID": id}]}),
        json!({"data": [{"taskType": "audioInference", "taskUUID": id, "videoUUID": id, "videoURL": "https://h"}]}),
    ] {
        let is_valid = check_reply(reply.to_string().as_bytes()).errors().next().is_none();
        assert_eq!(envelope.is_valid(&reply), is_valid, "{reply}");
    }
}

#[test]
fn enough_of_the_generated_tasks_are_invalid() {
    let mut runner = TestRunner::deterministic();
    let mut task = || tasks().new_tree(&mut runner).unwrap().current();
    let invalid = (0..200).filter(|_| !BODY.is_valid(&json!([task()]))).count();
    assert!((40..=160).contains(&invalid), "{invalid} of 200");
}
