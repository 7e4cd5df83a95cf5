//! Replies that the documents accept and refuse.

use runware_types::{TaskType, schema};
use serde_json::{Value, json};

use super::{complaints, validator};

const ID: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";
const RESULT: &str = "b7db282d-2943-4f12-992f-77df3ad3ec71";

/// An item with these keys besides its task; a `null` takes a key away.
fn item(keys: Value) -> Value {
    let mut item = json!({"taskType": "imageInference", "taskUUID": ID});
    let item_keys = item.as_object_mut().unwrap();
    item_keys.extend(keys.as_object().unwrap().clone());
    item_keys.retain(|_, value| !value.is_null());
    item
}

#[test]
fn results_have_their_id_and_their_media() {
    let result = validator(&schema::result(&TaskType::ImageInference).unwrap());
    for keys in [
        json!({"imageUUID": RESULT, "imageURL": "https://h/i.png"}),
        json!({"imageUUID": RESULT, "imageBase64Data": "AAAA", "seed": 18446744073709551615_u64}),
        json!({"imageUUID": RESULT, "imageDataURI": "data:,x", "status": "success", "cost": 0.0013}),
        json!({"imageUUID": RESULT, "imageURL": "https://h/i.png", "resultIndex": 0, "new": [null]}),
    ] {
        assert_eq!(complaints(&result, &item(keys.clone())), [""; 0], "{keys}");
    }
    for keys in [
        json!({}),
        json!({"imageUUID": RESULT}),
        json!({"imageURL": "https://h/i.png"}),
        json!({"imageUUID": RESULT, "imageURL": 5}),
        json!({"imageUUID": "i", "imageURL": "https://h/i.png"}),
        json!({"imageUUID": RESULT, "imageURL": "https://h/i.png", "seed": "1"}),
        json!({"imageUUID": RESULT, "imageURL": "https://h/i.png", "cost": "0.1"}),
        json!({"imageUUID": RESULT, "imageURL": "https://h/i.png", "taskUUID": null}),
        json!({"imageUUID": RESULT, "imageURL": "https://h/i.png", "taskType": "videoInference"}),
        json!({"imageUUID": RESULT, "imageURL": "https://h/i.png", "progress": 101}),
    ] {
        assert!(!result.is_valid(&item(keys.clone())), "{keys}");
    }
}

#[test]
fn an_entry_of_data_is_a_result_or_running_or_accepted_or_failed() {
    let envelope = validator(&schema::envelope());
    for keys in [
        json!({"imageUUID": RESULT, "imageURL": "https://h/i.png"}),
        json!({"status": "processing"}),
        json!({"status": "queued", "progress": 47}),
        json!({}),
        json!({"webhookURL": "https://h", "model": "runware:101@1"}),
        json!({"status": "error", "error": {"code": "inferenceError", "message": "No."}}),
        json!({"status": "failed", "code": "inferenceError", "message": "No."}),
        json!({"taskType": "newThing", "anything": 5}),
    ] {
        assert_eq!(complaints(&envelope, &json!({"data": [item(keys.clone())]})), [""; 0], "{keys}");
    }
    for keys in [
        json!({"imageUUID": RESULT, "imageURL": 5}),
        json!({"imageURL": "https://h/i.png"}),
        json!({"status": "success"}),
        json!({"status": "success", "imageUUID": RESULT}),
        json!({"status": "processing", "progress": "47"}),
        json!({"status": "processing", "taskUUID": "24cd5dff"}),
        json!({"taskUUID": null}),
        json!({"status": "error", "error": {"message": 5}}),
        json!({"imageUUID": RESULT}),
        json!({"seed": 5}),
        json!({"taskType": 5}),
        json!({"taskType": null}),
        json!({"taskType": "newThing", "taskUUID": null}),
        json!({"error": {"code": "inferenceError", "message": "No status."}}),
        json!({"code": "inferenceError", "message": "No status."}),
    ] {
        assert!(!envelope.is_valid(&json!({"data": [item(keys.clone())]})), "{keys}");
    }
}

#[test]
fn a_reply_is_an_object_of_lists() {
    let envelope = validator(&schema::envelope());
    let error = json!({"code": "rateLimit", "message": "Later."});
    for reply in [
        json!({}),
        json!({"data": []}),
        json!({"errors": []}),
        json!({"data": [], "errors": [error], "new": 1}),
        json!({"errors": [{"code": "x", "message": "", "parameter": "width", "allowedValues": [6]}]}),
        json!({"errors": [{"code": "x", "message": "", "parameter": ["a", "b"], "allowedValues": {"a": "b"}}]}),
    ] {
        assert_eq!(complaints(&envelope, &reply), [""; 0], "{reply}");
    }
    for reply in [
        json!(null),
        json!([error]),
        json!({"data": 5}),
        json!({"data": [5]}),
        json!({"errors": "no"}),
        json!({"errors": [{"code": 5, "message": ""}]}),
        json!({"errors": [{"message": "no code"}]}),
        json!({"errors": [{"code": "x", "message": "", "parameter": 5}]}),
    ] {
        assert!(!envelope.is_valid(&reply), "{reply}");
    }
}
