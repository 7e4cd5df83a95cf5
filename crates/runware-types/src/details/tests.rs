use super::TaskDetails;
use crate::{DecodeErrorKind, Item, RawJson, TaskType, TaskUuid};

const UUID: &str = "b880f077-e514-58ef-0ebd-ce1c37b46eb7";

fn details(text: &str) -> TaskDetails {
    TaskDetails::from_item(&item(text)).unwrap()
}

fn item(text: &str) -> Item {
    Item::from_raw(RawJson::parse(text.to_owned()).unwrap()).unwrap()
}

#[test]
fn request_and_response_are_kept_byte_for_byte() {
    let request = r#"[ {"taskType":"ping" , "x":1.10, "x2":1E2} ]"#;
    let response = "{ \"errors\":\n[{\"code\":\"x\"}] }";
    let item = item(&format!(r#"{{"taskUUID":"{UUID}","request": {request} ,"response":{response}}}"#));
    let details = TaskDetails::from_item(&item).unwrap();
    assert_eq!(details.request().as_str(), request);
    assert_eq!(details.response().as_str(), response);
    assert_eq!(details.task_uuid(), TaskUuid::parse_echo(UUID));
    let memory = item.raw().as_bytes().as_ptr_range();
    assert!(memory.contains(&details.response().as_bytes().as_ptr()));
}

#[test]
fn the_original_failure_is_an_envelope_like_any_other() {
    let details = details(&format!(
        r#"{{"request":[],"response":{{"errors":[{{"code":"taskExpired","taskUUID":"{UUID}"}}]}}}}"#
    ));
    let reply = details.envelope().unwrap();
    assert_eq!(reply.errors[0].code(), "taskExpired");
    assert_eq!(reply.errors[0].task_uuid(), TaskUuid::parse_echo(UUID));
}

#[test]
fn tasks_of_one_request_are_found_by_id_whatever_stands_beside_them() {
    let other = "a770f077-f413-47de-9dac-be0b26a35da6";
    let details = details(&format!(
        r#"{{"request":[
            {{"taskType":"authentication","apiKey":"hunter2hunter2"}},
            42,
            {{"taskType":"imageInference","taskUUID":"{other}"}},
            {{"taskType":"caption","taskUUID":"{UUID}"}}],"response":null}}"#
    ));
    let uuid = TaskUuid::parse_echo(UUID).unwrap();
    assert_eq!(details.task(uuid).unwrap().task_type(), &TaskType::Caption);
    assert_eq!(details.task(TaskUuid::from_key("a", "b")), None);
    assert!(details.tasks().is_err());
    assert!(!format!("{details:?}").contains("hunter2"), "{details:?}");
}

#[test]
fn parts_may_be_missing_but_not_both() {
    let no_request = details(r#"{"response":{"data":[]}}"#);
    assert_eq!(no_request.request().as_str(), "null");
    assert_eq!(no_request.tasks().unwrap(), []);
    assert!(no_request.envelope().unwrap().is_blank());

    let no_response = details(r#"{"request":{"taskType":"caption"}}"#);
    assert_eq!(no_response.tasks().unwrap().len(), 1);
    assert_eq!(no_response.envelope().unwrap_err().kind(), DecodeErrorKind::NotAnEnvelope);

    let neither = TaskDetails::from_item(&item(r#"{"taskType":"getTaskDetails"}"#)).unwrap_err();
    assert_eq!(neither.kind(), DecodeErrorKind::Type);
    assert_eq!(
        neither.to_string(),
        "JSON of the wrong type: expected a `request` and a `response`, as getTaskDetails answers"
    );
}
