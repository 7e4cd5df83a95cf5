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
fn a_row_of_the_catalogue_knows_better_than_the_category() {
    let too_large = error(r#"{"code":"inferenceRateLimitRequestTooLarge"}"#);
    assert!(too_large.category().is_retryable() && !too_large.is_retryable());
    assert_eq!(too_large.advice(), too_large.known_code().unwrap().advice());
    assert_ne!(too_large.advice(), ErrorCategory::RateLimit.advice());

    let unlisted = error(r#"{"code":"somethingRateLimited"}"#);
    assert_eq!(unlisted.known_code(), None);
    assert!(unlisted.is_retryable());
    assert_eq!(unlisted.advice(), ErrorCategory::RateLimit.advice());
}

#[test]
fn help_is_linked_even_where_the_server_links_none() {
    let own = "https://runware.ai/docs/image-inference/api-reference";
    let category = "https://runware.ai/docs/platform/authentication";
    let table = [
        (format!(r#","documentation":"{own}""#), own),
        (r#","documentation":"http://example.com/""#.to_owned(), "http://example.com/"),
        (r#","documentation":"https://runware.ai/docs""#.to_owned(), category),
        (r#","documentation":"https://runware.ai/docs/""#.to_owned(), category),
        (r#","documentation":"""#.to_owned(), category),
        (r#","documentation":"see the docs""#.to_owned(), category),
        (r#","documentation":7"#.to_owned(), category),
        (String::new(), category),
    ];
    for (documentation, link) in table {
        let error = error(&format!(r#"{{"code":"invalidApiKey"{documentation}}}"#));
        assert_eq!(error.help_link(), link, "{documentation}");
    }
}

#[test]
fn a_range_holds_the_numbers_as_they_were_written() {
    let text = |number: Option<RawJson>| number.map(|number| number.as_str().to_owned());
    let table = [
        (r#"{"min":256,"max":16383,"multiplier":1}"#, ["256", "16383", "1", ""]),
        (r#"{"min":-0.50,"max":1E400,"default":1.10}"#, ["-0.50", "1E400", "", "1.10"]),
        (r#"{"error":{"min":1},"max":2}"#, ["1", "2", "", ""]),
        (r#"{"min":"1","max":null,"multiplier":[1],"default":4}"#, ["", "", "", "4"]),
    ];
    for (json, expected) in table {
        let range = error(json).range().unwrap();
        let found = [range.min, range.max, range.multiplier, range.default].map(text);
        assert_eq!(found.map(Option::unwrap_or_default), expected, "{json}");
    }
    for json in ["{}", r#"{"min":null}"#, r#"{"default":"auto"}"#, r#""boom""#] {
        assert_eq!(error(json).range(), None, "{json}");
    }
}

#[test]
fn allowed_values_come_as_a_list_as_an_object_or_alone() {
    let table = [
        ("[6]", "6"),
        (r#"["a", 1.0, null, {}]"#, r#""a" 1.0 null {}"#),
        (r#"{"1:1":"1024x1024", "3:2":[1248,832]}"#, r#"1:1="1024x1024" 3:2=[1248,832]"#),
        (r#"{"b":1,"a":2,"b":3}"#, "b=1 a=2 b=3"),
        (r#"{"\ud800":1,"\u0061":2}"#, r#""\ud800"=1 a=2"#),
        (r#""png""#, r#""png""#),
        ("[]", ""),
        ("{}", ""),
        ("null", ""),
    ];
    for (json, expected) in table {
        let values = error(&format!(r#"{{"allowedValues":{json}}}"#)).allowed_values();
        let found: Vec<String> = values
            .iter()
            .map(|allowed| match &allowed.name {
                Some(name) => format!("{name}={}", allowed.value.as_str()),
                None => allowed.value.as_str().to_owned(),
            })
            .collect();
        assert_eq!(found.join(" "), expected, "{json}");
    }
    assert_eq!(error("{}").allowed_values(), []);
}

#[test]
fn no_more_than_a_thousand_allowed_values_are_read() {
    let list = format!(r#"{{"allowedValues":[{}0]}}"#, "1,".repeat(5_000));
    let object = format!(r#"{{"allowedValues":{{{}"b":0}}}}"#, r#""a":1,"#.repeat(5_000));
    for json in [list, object] {
        assert_eq!(error(&json).allowed_values().len(), 1_000);
    }
}

#[test]
fn the_provider_is_quoted_wherever_it_stands() {
    let table = [
        (r#"{"responseContent":"no"}"#, Some(r#""no""#)),
        (r#"{"responseContent":{"message":"no"}}"#, Some(r#"{"message":"no"}"#)),
        (r#"{"additionalDetails":{"responseContent":"no"}}"#, Some(r#""no""#)),
        (r#"{"responseContent":null,"additionalDetails":{"responseContent":{}}}"#, Some("{}")),
        (r#"{"responseContent":1,"additionalDetails":{"responseContent":2}}"#, Some("1")),
        (r#"{"error":{"additionalDetails":{"responseContent":"no"}}}"#, Some(r#""no""#)),
        (r#"{"additionalDetails":{"responseContent":null}}"#, None),
        (r#"{"additionalDetails":"no"}"#, None),
        ("{}", None),
    ];
    for (json, expected) in table {
        assert_eq!(error(json).provider_response().as_ref().map(RawJson::as_str), expected, "{json}");
    }
}

#[test]
fn the_expected_type_is_a_word() {
    assert_eq!(error(r#"{"type":"string[]"}"#).expected_type().as_deref(), Some("string[]"));
    assert_eq!((error(r#"{"type":1}"#).expected_type(), error("{}").expected_type()), (None, None));
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
