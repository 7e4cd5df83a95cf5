//! What makes a task invalid, and how that is said.

use super::*;

fn text(more: Value) -> Value {
    with(
        json!({"taskType": "textInference", "taskUUID": U, "model": "m", "messages": [{"role": "user"}]}),
        more,
    )
}

fn without(mut task: Value, name: &str) -> Value {
    task.as_object_mut().unwrap().remove(name);
    task
}

#[test]
fn each_rule_has_its_code_and_parameter() {
    let long = "x".repeat(3_001);
    for (task, code, parameter) in [
        (without(image(U, json!({})), "model"), "missingModel", "model"),
        (image(U, json!({"model": null})), "missingModel", "model"),
        (image(U, json!({"model": 7})), "invalidModel", "model"),
        (without(image(U, json!({})), "positivePrompt"), "missingPositivePrompt", "positivePrompt"),
        (without(video(U, json!({})), "positivePrompt"), "missingPositivePrompt", "positivePrompt"),
        (image(U, json!({"positivePrompt": 7})), "invalidPositivePrompt", "positivePrompt"),
        (image(U, json!({"positivePrompt": "x"})), "invalidPositivePromptLength", "positivePrompt"),
        (image(U, json!({"positivePrompt": long})), "invalidPositivePromptLength", "positivePrompt"),
        (image(U, json!({"numberResults": 0})), "invalidNumberResults", "numberResults"),
        (image(U, json!({"numberResults": -1})), "invalidNumberResults", "numberResults"),
        (image(U, json!({"numberResults": 1.5})), "invalidNumberResults", "numberResults"),
        (image(U, json!({"numberResults": "4"})), "invalidNumberResults", "numberResults"),
        (image(U, json!({"numberResults": 1_001})), "invalidNumberResults", "numberResults"),
        (image(U, json!({"width": 255})), "invalidWidth", "width"),
        (image(U, json!({"width": "512"})), "invalidWidth", "width"),
        (video(U, json!({"height": 16_384})), "invalidHeight", "height"),
        (image(U, json!({"deliveryMethod": "stream"})), "invalidDeliveryMethod", "deliveryMethod"),
        (image(U, json!({"deliveryMethod": 1})), "invalidDeliveryMethod", "deliveryMethod"),
        (image(U, json!({"outputType": "pigeon"})), "invalidOutputType", "outputType"),
        (image(U, json!({"outputType": []})), "invalidOutputType", "outputType"),
        (video(U, json!({"outputType": "base64Data"})), "invalidOutputType", "outputType"),
        (without(text(json!({})), "messages"), "missingMessages", "messages"),
        (text(json!({"messages": []})), "invalidMessages", "messages"),
        (text(json!({"messages": "hi"})), "invalidMessages", "messages"),
        (json!({"taskType": "upscale", "taskUUID": U, "model": "m"}), "missingInputs", "inputs"),
        (json!({"taskType": "promptEnhance", "taskUUID": U}), "missingPrompt", "prompt"),
        (
            json!({"taskType": "promptEnhance", "taskUUID": U, "prompt": "p", "promptVersions": 0}),
            "invalidPromptVersions",
            "promptVersions",
        ),
        (image("not-an-id", json!({})), "invalidTaskUUID", "taskUUID"),
        (image("00000000-0000-0000-0000-000000000000", json!({})), "invalidTaskUUID", "taskUUID"),
        (image(U, json!({"taskUUID": 7})), "invalidTaskUUID", "taskUUID"),
        (without(image(U, json!({})), "taskUUID"), "missingTaskUUID", "taskUUID"),
    ] {
        let mut bench = Bench::new(Options::new());
        let error = bench.error(400, json!([task]));
        assert_eq!((&error["code"], &error["parameter"]), (&json!(code), &json!(parameter)), "{task}");
        assert_eq!(error.get("taskUUID"), task.get("taskUUID").filter(|id| id.is_string()));
        assert_eq!(bench.core.ledger().accepted(), 0);
    }
}

#[test]
fn what_is_optional_may_be_absent() {
    for task in [
        image(U, json!({"width": 256, "height": 16_383, "numberResults": 1_000, "unknownParameter": [1]})),
        image(U, json!({"positivePrompt": "__BLANK__", "outputType": ["URL"]})),
        without(image(U, json!({"inputs": {"seedImage": "x"}})), "positivePrompt"),
        json!({"taskType": "audioInference", "taskUUID": U, "model": "m"}),
        json!({"taskType": "promptEnhance", "taskUUID": U, "prompt": "p"}),
        json!({"taskType": "controlNetPreprocess", "taskUUID": U, "inputImage": "x"}),
        text(json!({"numberResults": null})),
        video(U, json!({"duration": "auto"})),
    ] {
        Bench::new(Options::new()).ok(json!([task]));
    }
}

#[test]
fn a_range_is_named_in_the_documented_shape() {
    let (status, text) = Bench::new(Options::new()).text(&json!([image(U, json!({"width": 100}))]));
    assert_eq!(status, 400);
    assert_eq!(
        text,
        format!(
            concat!(
                r#"{{"data":[],"errors":[{{"code":"invalidWidth","message":"Invalid value for 'width' parameter. "#,
                r#"It must be a whole number from 256 to 16383.","parameter":"width","type":"integer","#,
                r#""min":256,"max":16383,"multiplier":1,"documentation":"https://runware.ai/docs","taskUUID":"{}"}}]}}"#
            ),
            U
        )
    );
}

#[test]
fn a_model_may_allow_some_durations_only() {
    let task =
        |duration: Value| json!([video(U, json!({"model": "emulator:six-seconds@1", "duration": duration}))]);
    let error = Bench::new(Options::new()).error(400, task(json!(5)));
    assert_eq!(
        (&error["code"], &error["type"], &error["allowedValues"]),
        (&json!("unsupportedDuration"), &json!("float"), &json!([6]))
    );
    for duration in [json!(6), json!(6.0), json!("auto"), json!(null)] {
        Bench::new(Options::new()).ok(task(duration));
    }
}

#[test]
fn parameters_are_refused_where_that_is_chosen() {
    let options = Options::new().choose(|choices| choices.unsupported_parameters = vec!["steps".to_owned()]);
    let error = Bench::new(options).error(400, json!([image(U, json!({"steps": 4}))]));
    assert_eq!((&error["code"], &error["parameter"]), (&json!("unsupportedParameter"), &json!("steps")));
}

#[test]
fn a_script_may_refuse() {
    for (model, status, code) in [
        ("emulator:refuse@1", 400, "invalidModel"),
        ("emulator:poor@1", 402, "insufficientCredits"),
        ("emulator:busy@1", 503, "noAvailableServer"),
    ] {
        let error = Bench::new(Options::new()).error(status, json!([image(U, json!({"model": model}))]));
        assert_eq!((&error["code"], &error["taskUUID"]), (&json!(code), &json!(U)));
    }
}
