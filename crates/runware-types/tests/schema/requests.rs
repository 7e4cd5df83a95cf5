//! Requests that the documents accept and refuse.

use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use runware_types::{
    DeliveryMethod, ImageInference, MediaInput, OutputFormat, OutputType, TaskType, TaskUuid, encode_request,
    schema,
};
use serde_json::{Value, json};

use super::{complaints, validator};

static IMAGE: LazyLock<Validator> =
    LazyLock::new(|| validator(&schema::request(&TaskType::ImageInference).unwrap()));
static REQUEST: LazyLock<Validator> = LazyLock::new(|| validator(&schema::request_body()));

fn image(change: Value) -> Value {
    let mut task = json!({
        "taskType": "imageInference",
        "taskUUID": "24cd5dff-cb81-4db5-8506-b72a9425f9d1",
        "model": "runware:101@1",
        "positivePrompt": "a fox",
    });
    let change = change.as_object().unwrap().clone();
    task.as_object_mut().unwrap().extend(change);
    task
}

#[test]
fn what_is_allowed_is_valid() {
    for change in [
        json!({}),
        json!({"width": 1, "height": 16384, "strength": 0, "CFGScale": -1.5, "seed": -1}),
        json!({"strength": 1, "outputQuality": 20, "ttl": 60}),
        json!({"outputQuality": 99, "numberResults": 1}),
        json!({"positivePrompt": "a", "strength": 1.5, "structuredPrompt": "a red fox"}),
        json!({"taskUUID": "24cd5dff-cb81-7db5-8506-b72a9425f9d1"}),
        json!({"taskUUID": "24cd5dffcb814db58506b72a9425f9d1"}),
        json!({"seed": null, "webhookURL": null, "taskUUID": null, "inputs": null, "outputType": null}),
        json!({"positivePrompt": "ü".repeat(3500)}),
        json!({"deliveryMethod": "carrierPigeon", "outputFormat": "TIFF"}),
        json!({"webhookURL": "HTTP://h", "uploadEndpoint": "https://h/p?q=1#f"}),
        json!({"taskUUID": "24CD5DFF-CB81-4DB5-B506-B72A9425F9D1"}),
        json!({"lora": [], "inputs": {}}),
        json!({"lora": [{"model": "a:1@1"}, {"model": "a:2@1", "weight": -0.5, "new": []}]}),
        json!({"inputs": {"seedImage": "b7db282d-2943-7f12-992f-77df3ad3ec71", "newKind": 5}}),
        json!({"inputs": {"referenceImages": ["https://h/a.png", "data:image/png;base64,AAAA", "AAAA=="]}}),
        json!({"somethingNew": {"deep": [null]}}),
    ] {
        let task = image(change);
        assert_eq!(complaints(&IMAGE, &task), [""; 0], "{task}");
        assert_eq!(complaints(&REQUEST, &json!([task])), [""; 0], "{task}");
    }
}

#[test]
fn what_is_documented_as_rejected_is_invalid() {
    for change in [
        json!({"taskType": 5}),
        json!({"taskUUID": 5}),
        json!({"taskUUID": "24cd5dff"}),
        json!({"taskUUID": "00000000-0000-0000-0000-000000000000"}),
        json!({"model": null}),
        json!({"model": ["runware:101@1"]}),
        json!({"width": "1024"}),
        json!({"width": 0}),
        json!({"width": 10.5}),
        json!({"seed": "42"}),
        json!({"numberResults": 0}),
        json!({"outputQuality": 19}),
        json!({"outputQuality": 100}),
        json!({"ttl": 59}),
        json!({"strength": "1"}),
        json!({"includeCost": "true"}),
        json!({"deliveryMethod": 1}),
        json!({"webhookURL": "h/p"}),
        json!({"outputType": 5}),
        json!({"webhookURL": "https:///p"}),
        json!({"webhookURL": "https://h p"}),
        json!({"uploadEndpoint": "ftp://h"}),
        json!({"lora": {"model": "a:1@1"}}),
        json!({"lora": [{"weight": 1}]}),
        json!({"lora": [{"model": "a:1@1", "weight": "1"}]}),
        json!({"inputs": []}),
        json!({"inputs": {"seedImage": "fox.png"}}),
        json!({"inputs": {"seedImage": "data:image/png;base64,"}}),
        json!({"inputs": {"seedImage": "data:image/png;base64,fox.png"}}),
        json!({"inputs": {"seedImage": {"url": "https://h/a.png"}}}),
        json!({"inputs": {"referenceImages": "https://h/a.png"}}),
        json!({"inputs": {"referenceImages": ["https://h/a.png", 5]}}),
    ] {
        let task = image(change);
        assert!(!IMAGE.is_valid(&task), "{task}");
        assert!(!REQUEST.is_valid(&json!([task])), "{task}");
    }
}

#[test]
fn a_task_needs_its_type_and_its_model() {
    for missing in ["taskType", "model"] {
        let mut task = image(json!({}));
        task.as_object_mut().unwrap().remove(missing);
        assert!(!IMAGE.is_valid(&task), "{task}");
    }
    assert!(!IMAGE.is_valid(&image(json!({"taskType": "videoInference"}))));
}

#[test]
fn a_request_is_a_list_of_tasks_of_which_some_may_be_unknown() {
    for request in [
        json!([]),
        json!([{"taskType": "newThing", "width": "any", "numberResults": 4}]),
        json!([{"taskType": "newThing", "taskUUID": "24cd5dff-cb81-7db5-8506-b72a9425f9d1"}]),
        json!([{"taskType": "newThing", "taskUUID": null, "numberResults": null}]),
        json!([{"taskType": "newThing"}, image(json!({})), {"taskType": "other", "model": 5}]),
    ] {
        assert_eq!(complaints(&REQUEST, &request), [""; 0], "{request}");
    }
    for request in [
        json!(null),
        json!({"taskType": "newThing"}),
        json!([5]),
        json!([{}]),
        json!([{"taskType": null}]),
        json!([{"taskType": ""}]),
        json!([{"taskType": "newThing", "taskUUID": "24cd5dff"}]),
        json!([{"taskType": "newThing", "numberResults": "4"}]),
    ] {
        assert!(!REQUEST.is_valid(&request), "{request}");
    }
}

fn media() -> impl Strategy<Value = MediaInput> {
    prop_oneof![
        "[a-z]{1,9}\\.(png|jpg)".prop_map(|name| MediaInput::url(format!("https://example.com/{name}"))),
        any::<[u8; 16]>().prop_map(|bytes| MediaInput::uuid(TaskUuid::from_random_bytes(bytes).to_string())),
        vec(any::<u8>(), 1..40).prop_map(|bytes| MediaInput::from_bytes("image/png", &bytes)),
        "([A-Za-z0-9+/_-]{4}){1,9}".prop_map(MediaInput::base64),
    ]
}

proptest! {
    /// Arguments that the documentation allows; what it does not is the caller's, and the schema's, to notice.
    #[test]
    fn what_the_builders_build_is_valid(
        (id, prompt, seed, strength) in (any::<[u8; 16]>(), ".{2,60}", any::<u64>(), 0.0..=1.0),
        (width, results, quality, ttl) in (1..=u32::MAX, 1..=u32::MAX, 20_u32..=99, 60..=u32::MAX),
        lora in vec(("[a-z]{1,5}:[0-9]@[0-9]", -1e9..1e9), 0..3),
        (seed_image, references) in (of(media()), vec(media(), 0..3)),
        words in ("\\PC{0,9}", "\\PC{0,9}", "\\PC{0,9}"),
    ) {
        let mut task = ImageInference::new("runware:101@1", prompt)
            .width(width)
            .seed(seed)
            .strength(strength)
            .cfg_scale(strength * 1e9)
            .number_results(results)
            .output_quality(quality)
            .ttl(ttl)
            .include_cost(true)
            .webhook_url("https://example.com/hook")
            .delivery_method(DeliveryMethod::from(words.0))
            .output_type(OutputType::from(words.1))
            .output_format(OutputFormat::from(words.2))
            .param("somethingNew", lora.clone());
        for (model, weight) in lora {
            task = task.lora(model, weight);
        }
        for reference in references {
            task = task.reference_image(reference);
        }
        if let Some(image) = seed_image {
            task = task.seed_image(image);
        }
        let prepared = task.prepare(TaskUuid::from_random_bytes(id)).unwrap();
        let request: Value = serde_json::from_slice(&encode_request([&prepared])).unwrap();
        prop_assert_eq!(complaints(&IMAGE, &request[0]), [""; 0], "{}", &request);
        prop_assert!(REQUEST.is_valid(&request));
    }
}
