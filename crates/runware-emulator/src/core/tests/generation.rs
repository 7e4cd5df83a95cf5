//! What each type of task makes.

use super::*;

/// The entries of one task that is done.
fn results(options: Options, task: Value) -> Vec<Value> {
    let mut bench = Bench::new(options);
    bench.ok(json!([with(task, json!({"deliveryMethod": "async"}))]));
    bench.at(10.0).check()["data"].as_array().unwrap().clone()
}

fn task(task_type: &str, more: Value) -> Value {
    with(json!({"taskType": task_type, "taskUUID": U, "model": "m"}), more)
}

#[test]
fn each_type_has_its_members() {
    let inputs = json!({"inputs": {"image": "x"}});
    let video_inputs = json!({"inputs": {"video": "x"}});
    for (task, members) in [
        (image(U, json!({})), "imageURL imageUUID seed"),
        (video(U, json!({})), "seed videoURL videoUUID"),
        (task("audioInference", json!({})), "audioURL audioUUID seed"),
        (task("textInference", json!({"messages": [{}]})), "finishReason text usage"),
        (task("3dInference", json!({})), "outputs seed"),
        (task("tools", json!({})), "outputs"),
        (task("caption", inputs.clone()), "text"),
        (task("upscale", inputs.clone()), "imageURL imageUUID seed"),
        (task("upscale", video_inputs.clone()), "seed videoURL videoUUID"),
        (task("removeBackground", video_inputs), "seed videoURL videoUUID"),
        (task("imageMasking", inputs.clone()), "detections inputImageUUID maskImageURL maskImageUUID"),
        (task("controlNetPreprocess", inputs.clone()), "guideImageURL guideImageUUID inputImageUUID"),
        (task("promptEnhance", json!({"prompt": "p"})), "text"),
        (task("vectorize", inputs.clone()), "imageURL imageUUID seed"),
        (task("training", inputs), "air outputs"),
    ] {
        let items = results(Options::new(), task.clone());
        assert_eq!(items.len(), 1);
        let common = ["taskType", "taskUUID", "status"];
        let mut found: Vec<_> = items[0]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .filter(|key| !common.contains(key))
            .collect();
        found.sort_unstable();
        assert_eq!(found.join(" "), members, "{task}");
        assert_eq!(items[0]["taskType"], task["taskType"]);
    }
}

#[test]
fn urls_name_the_format_asked_for() {
    let url = |task: Value, pointer: &str| {
        let items = results(Options::new(), task);
        let url = items[0].pointer(pointer).unwrap().as_str().unwrap().to_owned();
        let (start, extension) = url.rsplit_once('.').unwrap();
        let (folder, id) = start.strip_prefix("http://files/").unwrap().split_once('/').unwrap();
        assert!(crate::files::find(folder, &format!("{id}.{extension}")).is_some(), "{url} is served");
        format!("{folder} {extension}")
    };
    assert_eq!(url(image(U, json!({})), "/imageURL"), "image png");
    assert_eq!(url(image(U, json!({"outputFormat": "JPG"})), "/imageURL"), "image jpg");
    assert_eq!(url(image(U, json!({"outputFormat": "TIFF"})), "/imageURL"), "image png");
    assert_eq!(url(video(U, json!({"outputFormat": "WEBM"})), "/videoURL"), "video webm");
    assert_eq!(url(task("audioInference", json!({"outputFormat": "wav"})), "/audioURL"), "audio wav");
    assert_eq!(url(task("vectorize", json!({"inputs": {}})), "/imageURL"), "image svg");
    assert_eq!(url(task("3dInference", json!({})), "/outputs/files/0/url"), "model glb");
}

#[test]
fn images_come_in_the_encoding_asked_for() {
    let inline = &results(Options::new(), image(U, json!({"outputType": "base64Data"})))[0];
    assert!(inline["imageBase64Data"].as_str().unwrap().starts_with("iVBORw0KGgo"));
    assert!(inline.get("imageURL").is_none());
    let uri = &results(Options::new(), image(U, json!({"outputType": "dataURI", "outputFormat": "WEBP"})))[0];
    assert!(uri["imageDataURI"].as_str().unwrap().starts_with("data:image/webp;base64,UklGR"));
}

#[test]
fn files_inside_a_reply_can_be_large() {
    let results = results(Options::new().inline_bytes(3_000), image(U, json!({"outputType": "base64Data"})));
    let inline = results[0]["imageBase64Data"].as_str().unwrap();
    assert!(inline.starts_with("iVBORw0KGgo") && inline.len() == 4_000);
}

#[test]
fn cost_is_shown_where_it_is_asked_for() {
    let cost = |more: Value| results(Options::new(), image(U, more))[0].get("cost").cloned();
    assert_eq!(cost(json!({})), None);
    assert_eq!(cost(json!({"includeCost": false})), None);
    assert_eq!(cost(json!({"includeCost": true})), Some(json!(0.0013)));
}

#[test]
fn seeds_are_kept_and_counted_up() {
    let seeds = |more: Value| -> Vec<u64> {
        results(Options::new(), image(U, with(json!({"numberResults": 2}), more)))
            .iter()
            .map(|item| item["seed"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(
        seeds(json!({"seed": 9_007_199_254_740_993_u64})),
        [9_007_199_254_740_993, 9_007_199_254_740_994]
    );
    let drawn = seeds(json!({}));
    assert!(drawn[0] != drawn[1] && drawn.iter().all(|seed| *seed < 1 << 53));
}

#[test]
fn three_texts_have_no_identity_of_their_own() {
    let three = || task("textInference", json!({"messages": [{}], "numberResults": 3}));
    let items = results(Options::new(), three());
    assert_eq!(items.len(), 3);
    for item in &items {
        let keys: Vec<_> = item.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["finishReason", "status", "taskType", "taskUUID", "text", "usage"]);
        let usage = &item["usage"];
        let total = usage["promptTokens"].as_u64().unwrap() + usage["completionTokens"].as_u64().unwrap();
        assert_eq!(usage["totalTokens"], total);
    }
    assert!(items[0]["text"] != items[1]["text"] && items[1]["text"] != items[2]["text"]);
    let equal = results(Options::new().choose(|choices| choices.equal_texts = true), three());
    assert!(equal.iter().all(|item| *item == equal[0]));
}

#[test]
fn a_prompt_is_enhanced_in_as_many_versions_as_asked_for() {
    let versions = task("promptEnhance", json!({"prompt": "p", "promptVersions": 4, "numberResults": 2}));
    assert_eq!(results(Options::new(), versions).len(), 4);
}
