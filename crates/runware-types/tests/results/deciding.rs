//! Which type an item is read as.

use runware_types::{ImageResult, Item, Phase, RawJson, TaskType, TextResult, TypedResult, VideoResult};

use crate::name;

fn item(text: &str) -> Item {
    Item::from_raw(RawJson::parse(text.to_owned()).unwrap()).unwrap()
}

#[test]
fn the_first_rule_that_holds_decides() {
    let table = [
        // What has failed or is still running is no result.
        (r#"{"taskType":"imageInference","status":"error","imageURL":"u"}"#, "Other"),
        (r#"{"taskType":"imageInference","status":"processing","imageURL":"preview"}"#, "Other"),
        (r#"{"taskType":"imageInference","error":{"code":"a"}}"#, "Other"),
        (r#"{"taskType":"videoInference"}"#, "Other"),
        (r#"{"taskType":"modelSearch","status":"error","results":[]}"#, "Other"),
        (r#"{"taskType":"mediaStorage","status":"processing","mediaUUID":"m"}"#, "Other"),
        (r#"{"taskType":"mediaStorage","mediaUUID":"m","error":{"code":"a"}}"#, "Other"),
        (r#"{"taskType":"modelUpload","status":"stored","message":"m","air":"a"}"#, "Other"),
        (r#"{"taskType":"modelUpload","status":"failed","message":"m"}"#, "Other"),
        (r#"{"status":"downloaded","message":"m"}"#, "Other"),
        // The task type, where the item has a key of its results.
        (r#"{"taskType":"caption","text":"t"}"#, "Caption"),
        (r#"{"taskType":"promptEnhance","text":"t"}"#, "Prompt"),
        (r#"{"taskType":"textInference","text":""}"#, "Text"),
        (r#"{"taskType":"audioInference","videoURL":"v"}"#, "Audio"),
        (r#"{"taskType":"videoInference","imageURL":"poster","videoURL":"v"}"#, "Video"),
        (r#"{"taskType":"upscale","imageURL":"i"}"#, "Image"),
        (r#"{"taskType":"upscale","videoURL":"v"}"#, "Video"),
        (r#"{"taskType":"removeBackground","videoDataURI":"v"}"#, "Video"),
        (r#"{"taskType":"imageInference","imageURL":7,"status":"success"}"#, "Image"),
        (r#"{"taskType":"training","air":"a","outputs":{"files":[]}}"#, "Training"),
        (r#"{"taskType":"modelUpload","status":"ready"}"#, "ModelUpload"),
        (r#"{"taskType":"modelUpload","air":"a"}"#, "ModelUpload"),
        (r#"{"taskType":"mediaStorage","mediaURL":"m"}"#, "Storage"),
        (r#"{"taskType":"getTaskDetails","request":[]}"#, "Details"),
        // The keys, where the task type is unknown or absent or does not fit.
        (r#"{"taskType":"tools","videoURL":"v"}"#, "Video"),
        (r#"{"taskType":"getResponse","status":"success","videoURL":"v"}"#, "Video"),
        (r#"{"taskType":"videoInference","mediaURL":"m","mediaUUID":"u"}"#, "Storage"),
        (r#"{"taskType":"newThing","maskImageURL":"m","imageURL":"i"}"#, "Mask"),
        (r#"{"guideImageURL":"g","imageURL":"i"}"#, "Guide"),
        (r#"{"imageURL":"i","videoURL":"v"}"#, "Image"),
        (r#"{"videoURL":"v","audioURL":"a"}"#, "Video"),
        (r#"{"audioURL":"a","air":"a"}"#, "Audio"),
        (r#"{"air":"a","outputs":{"files":[]}}"#, "Training"),
        (r#"{"outputs":{"files":[]},"structuredData":1}"#, "Files"),
        (r#"{"structuredData":{"a":1},"text":"t"}"#, "Caption"),
        (r#"{"text":"t","mediaURL":"m"}"#, "Text"),
        (r#"{"mediaURL":"m"}"#, "Storage"),
        (r#"{"status":"ready","message":"m","air":"a"}"#, "ModelUpload"),
        (r#"{"status":"success","air":"a"}"#, "Training"),
        // Nothing fits.
        (r#"{}"#, "Other"),
        (r#"{"status":"success"}"#, "Other"),
        (r#"{"status":"success","smellURL":"s"}"#, "Other"),
        (r#"{"taskType":"newThing","imageURL":""}"#, "Other"),
        (r#"{"taskType":"mediaStorage"}"#, "Other"),
        (r#"{"taskType":"accountManagement","operation":"getUsageActivity","usage":[]}"#, "Other"),
        (r#"{"taskType":"newThing","pong":true}"#, "Other"),
        (r#"{"pong":true}"#, "Other"),
    ];
    for (text, expected) in table {
        let item = item(text);
        assert_eq!(name(&item.result()), expected, "{text}");
        assert_eq!(item.clone().into_result(), item.result(), "{text}");
    }
}

#[test]
fn uploads_of_models_have_succeeded_when_the_model_is_ready() {
    for (status, expected) in [
        ("validated", Phase::Running),
        ("stored", Phase::Running),
        ("ready", Phase::Succeeded),
        ("failed", Phase::Failed),
        ("error downloading", Phase::Failed),
    ] {
        for task_type in [r#""taskType":"modelUpload","#, ""] {
            let item =
                item(&format!(r#"{{{task_type}"status":"{status}","message":"m","air":"acme:fox@1"}}"#));
            assert_eq!(item.phase(), expected, "{task_type} {status}");
            assert_eq!(item.failure().is_some(), expected == Phase::Failed, "{task_type} {status}");
        }
    }
    assert_eq!(item(r#"{"taskType":"training","status":"ready"}"#).phase(), Phase::Running);
    let failure =
        item(r#"{"taskType":"modelUpload","status":"failed","message":"no such file"}"#).failure().unwrap();
    assert_eq!((failure.message(), failure.task_type()), ("no such file", Some(&TaskType::ModelUpload)));
}

#[test]
fn an_item_can_be_read_as_a_type_whatever_its_state_if_it_has_the_keys() {
    let running =
        item(r#"{"taskType":"imageInference","status":"processing","imageURL":"preview","imageUUID":"i"}"#);
    let preview = ImageResult::from_item(&running).unwrap();
    assert_eq!((preview.uuid().as_deref(), preview.media()), (Some("i"), None));

    let error = VideoResult::from_item(&running).unwrap_err().to_string();
    assert!(error.contains("expected one of `videoURL`"), "{error}");
    let error = running.decode::<TextResult>().unwrap_err().to_string();
    assert!(error.contains("expected one of `text`"), "{error}");
    let error = serde_json::from_str::<TextResult>("[]").unwrap_err().to_string();
    assert!(!error.is_empty());
    assert!(matches!(running.into_result(), TypedResult::Other(_)));
}
