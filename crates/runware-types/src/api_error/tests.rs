use super::ApiError;
use crate::{Envelope, ErrorCategory, RawJson, Status, TaskType};

const UUID: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

fn error(text: &str) -> ApiError {
    ApiError::from_raw(RawJson::parse(text.to_owned()).unwrap())
}

#[test]
fn every_documented_field_is_read() {
    let text = format!(
        r#"{{"code":"invalidWidth","status":"error","message":"No.","parameter":"width","type":"integer","min":256,
            "documentation":"https://runware.ai/docs","taskType":"imageInference","taskUUID":"{UUID}","resultIndex":1}}"#
    );
    let error = error(&text);
    assert_eq!((error.code(), error.message()), ("invalidWidth", "No."));
    assert_eq!(error.parameters(), ["width"]);
    assert_eq!(error.status(), Some(&Status::Error));
    assert_eq!(error.documentation(), Some("https://runware.ai/docs"));
    assert_eq!(error.task_type(), Some(&TaskType::ImageInference));
    assert_eq!(error.task_uuid().unwrap().to_string(), UUID);
    assert_eq!(error.task_uuid_text(), Some(UUID));
    assert_eq!(error.result_index(), Some(1));
    assert_eq!(error.field("min").unwrap().as_str(), "256");
    assert_eq!(error.field("max"), None);
    assert_eq!(error.raw().as_str(), text);
    assert_eq!(error.to_string(), "invalidWidth: No.");
}

#[test]
fn code_and_message_are_found_in_every_shape() {
    let table = [
        (r#""boom""#, "unknown", "boom"),
        ("42", "unknown", "42"),
        (r#"["a","b"]"#, "unknown", r#"["a","b"]"#),
        ("{}", "unknown", ""),
        (r#"{"code":"","message":""}"#, "unknown", ""),
        (r#"{"code":null,"message":null}"#, "unknown", ""),
        (r#"{"code":401,"message":["a"]}"#, "401", r#"["a"]"#),
        (r#"{"code":"a","message":"\ud800"}"#, "a", r#""\ud800""#),
        (r#"{"code":"a","message":"b","error":{"code":"c","message":"d"}}"#, "c", "d"),
        (r#"{"code":"a","error":{"message":"d"}}"#, "a", "d"),
        (r#"{"error":"boom","code":"a"}"#, "a", "boom"),
        (r#"{"error":"boom","message":"b"}"#, "unknown", "b"),
        (r#"{"error":["one","two"]}"#, "unknown", r#"["one","two"]"#),
        (
            r#"{"error":true,"errorId":19,"errorMessage":"Invalid api key"}"#,
            "invalidApiKey",
            "Invalid api key",
        ),
        (r#"{"error":true,"errorId":7,"errorMessage":"x"}"#, "7", "x"),
        (r#"{"error":true,"errorId":7,"code":"a"}"#, "a", ""),
    ];
    for (text, code, message) in table {
        let error = error(text);
        assert_eq!((error.code(), error.message()), (code, message), "{text}");
        assert_eq!(error.raw().as_str(), text);
    }
}

#[test]
fn parameters_come_single_and_in_lists() {
    let table: [(&str, &[&str]); 8] = [
        (r#""inputs.seedImage""#, &["inputs.seedImage"]),
        (r#"["width","height"]"#, &["width", "height"]),
        (r#"["width",2,null]"#, &["width", "2", "null"]),
        ("7", &["7"]),
        (r#"{"a":1}"#, &[r#"{"a":1}"#]),
        ("null", &[]),
        ("[]", &[]),
        (r#""""#, &[]),
    ];
    for (value, expected) in table {
        assert_eq!(error(&format!(r#"{{"parameter":{value}}}"#)).parameters(), expected, "{value}");
    }
    let many = format!(r#"{{"parameter":[{}"x"]}}"#, r#""x","#.repeat(1000));
    assert_eq!(error(&many).parameters().len(), 64);
}

#[test]
fn unusable_values_count_as_absent_and_are_noted() {
    let reply = Envelope::decode(
        r#"{"errors":[{"code":"a","taskUUID":1,"taskType":[],"resultIndex":-1,"status":2,"documentation":{}}]}"#,
    )
    .unwrap();
    let error = &reply.errors[0];
    assert_eq!((error.task_uuid_text(), error.task_type(), error.result_index()), (None, None, None));
    assert_eq!((error.status(), error.documentation()), (None, None));
    let mut noted: Vec<_> = reply.anomalies.iter().filter_map(|anomaly| anomaly.field).collect();
    noted.sort_unstable();
    assert_eq!(noted, ["documentation", "resultIndex", "status", "taskType", "taskUUID"]);
}

#[test]
fn an_id_that_is_no_uuid_is_kept_as_text() {
    let error = error(r#"{"taskUUID":"my task"}"#);
    assert_eq!((error.task_uuid(), error.task_uuid_text()), (None, Some("my task")));
}

#[test]
fn the_http_status_speaks_only_where_the_code_does_not() {
    let unknown = error(r#"{"code":"kontextMissingDimensionsOrReferenceImage"}"#);
    assert_eq!(unknown.category(), ErrorCategory::Unknown);
    assert_eq!(unknown.category_with_status(400), ErrorCategory::Validation);
    assert_eq!(unknown.category_with_status(200), ErrorCategory::Unknown);
    let known = error(r#"{"code":"timeoutProvider"}"#);
    assert_eq!(known.category_with_status(400), ErrorCategory::Timeout);
    assert!(known.is_retryable() && !unknown.is_retryable());
}

#[test]
fn a_conflict_is_told_by_its_exact_code() {
    assert!(error(r#"{"code":"conflictTaskUUID"}"#).is_conflict());
    assert!(!error(r#"{"code":"conflictTaskUUIDDuringRetries"}"#).is_conflict());
    assert!(!error(r#"{"code":"conflictingState"}"#).is_conflict());
}

#[test]
fn debug_output_is_short_and_display_needs_no_message() {
    let long = error(&format!(r#"{{"code":"a","responseContent":"{}"}}"#, "x".repeat(100_000)));
    assert!(format!("{long:?}").len() < 300);
    assert_eq!(long.to_string(), "a");
}
