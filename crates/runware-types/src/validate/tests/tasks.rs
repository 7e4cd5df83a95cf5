use super::{check, said, sentences};
use crate::{
    Finding, ImageInference, ImageUpload, MediaInput, RawTask, Severity, TaskType, TaskUuid, Verdict,
    validate, validate_text,
};

const UUID: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

#[test]
fn everything_is_found_at_once_in_the_order_of_the_text() {
    let text = r#"{
  "taskType": "imageInference",
  "taskUUID": "b880f077-e514-58ef-0ebd-ce1c37b46eb7",
  "positivePrompt": "x",
  "numberresults": 4,
  "CFGScale": "7",
  "outputFormat": "png",
  "outputQuality": 100,
  "inputs": { "seedImage": "./fox.png", "referenceImages": "https://h.example/i.png" },
  "lora": [{ "weight": 0.5 }],
  "steps": 2.5,
  "steps": 20
}"#;
    check(
        text,
        &[
            "error missing-field /model 1:1",
            "warning malformed /taskUUID 3:15",
            "warning out-of-range /positivePrompt 4:21",
            "warning unknown-field /numberresults 5:3",
            "error wrong-type /CFGScale 6:15",
            "warning unknown-word /outputFormat 7:19",
            "error out-of-range /outputQuality 8:20",
            "error not-media /inputs/seedImage 9:28",
            "error wrong-type /inputs/referenceImages 9:60",
            "error missing-field /lora/0/model 10:12",
            "error wrong-type /steps 11:12",
            "error repeated-key /steps 12:3",
        ],
    );
}

#[test]
fn problems_are_sentences_that_name_what_was_found_and_what_is_allowed() {
    let text = r#"{"taskType":"imageInference","taskUUID":"b880f077-e514-58ef-0ebd-ce1c37b46eb7","numberResults":"4",
        "positivePrompt":"x","CFGscale":7,"outputType":"url","outputQuality":100,"ttl":59,"steps":2.5,
        "webhookURL":"example.com","includeCost":null,"inputs":[]}"#;
    assert_eq!(
        sentences(text),
        [
            r#"error[missing-field]: /model is missing; it must be a string"#,
            r#"warning[malformed]: /taskUUID is "b880f077-e514-58ef-0ebd-ce1c37b46eb7": a new task needs a UUID of version 4; this is of version 5, and this client sends version 4 only"#,
            r#"error[wrong-type]: /numberResults is "4" (a string); it must be a whole number of at least 1"#,
            r#"warning[out-of-range]: /positivePrompt has 1 character; most models take a string of 2 to 3000 characters"#,
            r#"warning[unknown-field]: /CFGscale is not a known field of imageInference"#,
            r#"warning[unknown-word]: /outputType is "url", which is not a known word; known are `URL`, `base64Data` and `dataURI`"#,
            r#"error[out-of-range]: /outputQuality is 100; it must be a whole number from 20 to 99"#,
            r#"error[out-of-range]: /ttl is 59; it must be a whole number of at least 60"#,
            r#"error[wrong-type]: /steps is 2.5 (a number); it must be a whole number of at least 1"#,
            r#"error[malformed]: /webhookURL is "example.com"; it must be an address that begins with http:// or https://"#,
            r#"warning[wrong-type]: /includeCost is null; it must be true or false"#,
            r#"error[wrong-type]: /inputs is an array; it must be an object"#,
        ]
    );
}

#[test]
fn what_no_page_refuses_is_no_error() {
    for (task_type, member, said) in [
        ("textInference", r#""toolChoice":"auto""#, ""),
        ("imageInference", r#""structuredPrompt":"a red fox""#, ""),
        ("imageInference", r#""strength":1.5"#, ""),
        ("videoInference", r#""fps":29.97"#, ""),
        ("videoInference", r#""fps":0"#, "error"),
        ("audioInference", r#""duration":"auto""#, ""),
        ("audioInference", r#""duration":30"#, ""),
        ("audioInference", r#""duration":true"#, "error"),
        ("imageInference", r#""positivePrompt":"x""#, "warning"),
        ("imageInference", &format!(r#""positivePrompt":"{}""#, "x".repeat(3500)), "warning"),
        ("imageInference", r#""seed":null"#, "warning"),
        ("imageInference", r#""webhookURL":null"#, "warning"),
        ("imageInference", r#""taskUUID":null"#, "warning"),
        ("imageInference", r#""lora":[{"model":null}]"#, "error"),
        ("imageInference", r#""cost":null"#, "warning"),
        ("imageInference", r#""taskUUID":"01977e05-7b6e-7cc0-8000-000000000000""#, "warning"),
        ("imageInference", r#""taskUUID":"a770f077f41347de9dacbe0b26a35da6""#, "warning"),
        ("imageInference", r#""taskUUID":"a770f077""#, "error"),
        ("imageInference", r#""inputs":{"seedImage":"AAAAA"}"#, "warning"),
        ("imageInference", r#""inputs":{"seedImage":"data:image/png;base64,AAAAA"}"#, "warning"),
        ("newThing", r#""numberResults":null"#, "warning"),
    ] {
        let messages = r#""messages":[{"role":"assistant","content":null}]"#;
        let (needed, own) = if task_type == "textInference" { (messages, 1) } else { ("\"new\":1", 0) };
        let text = format!(r#"{{"taskType":"{task_type}","model":"m",{needed},{member}}}"#);
        let found: Vec<Severity> = validate_text(&text)
            .findings()
            .iter()
            .filter(|f| !f.pointer.starts_with("/new") && f.severity != Severity::Unknown)
            .map(|f| f.severity)
            .collect();
        let expected = [Severity::Warning].repeat(own);
        let said = match said {
            "" => None,
            "error" => Some(Severity::Error),
            _ => Some(Severity::Warning),
        };
        assert_eq!(found, [expected, said.into_iter().collect()].concat(), "{text:.200}");
    }
    check(
        r#"{"taskType":"getResponse","taskUUID":"a770f077f41347de9dacbe0b26a35da6"}"#,
        &["warning malformed /taskUUID 1:38"],
    );
    assert_eq!(
        sentences(r#"{"taskType":"videoInference","model":"m","fps":0}"#),
        ["error[out-of-range]: /fps is 0; it must be a number above 0"]
    );
    let task = RawTask::new(TaskType::Tools).set("model", "m").set("ttl", None::<u32>);
    assert_eq!(validate(&task).errors().count(), 0);
}

#[test]
fn a_request_needs_an_id_and_not_a_null() {
    let report = crate::check_request(br#"[{"taskType":"tools","model":"m","taskUUID":null}]"#);
    assert!(report.errors().any(|finding| finding.pointer == "/0/taskUUID"));
}

#[test]
fn an_unknown_name_comes_with_the_nearest_known_one() {
    for (member, suggestion) in [
        (r#""numberresults":4"#, Some("numberResults")),
        (r#""CFGscale":7"#, Some("CFGScale")),
        (r#""widht":512"#, Some("width")),
        (r#""negativ_prompt":"x""#, Some("negativePrompt")),
        (r#""qualityOfWorkmanship":"high""#, None),
        (r#""inputs":{"seedimage":"https://h.example/i.png"}"#, Some("seedImage")),
        (r#""outputFormat":"jpg""#, Some("JPG")),
        (r#""outputFormat":"OPENEXR""#, None),
        (r#""outputType":"base64""#, Some("base64Data")),
        (r#""outputType":"datauri""#, Some("dataURI")),
        (r#""deliveryMethod":"asinc""#, Some("async")),
    ] {
        let text = format!(r#"{{"taskType":"imageInference","model":"m",{member}}}"#);
        let report = validate_text(&text);
        let found: Vec<_> = report.warnings().map(|finding| finding.suggestion.as_deref()).collect();
        assert_eq!(found, [suggestion], "{member}");
    }
}

#[test]
fn models_cannot_be_judged_and_task_types_may_be_unknown() {
    check(
        r#"{"taskType":"imageInference","model":"runware:101@1"}"#,
        &["unknown unchecked-model /model 1:38"],
    );
    check(
        r#"{"taskType":"smellInference","model":"m","anything":{"goes":1}}"#,
        &["unknown unknown-task-type /taskType 1:13", "unknown unchecked-model /model 1:38"],
    );
    check(
        r#"{"taskType":"smellInference","taskUUID":"x","numberResults":0,"a":{"b":1,"b":2}}"#,
        &[
            "unknown unknown-task-type /taskType 1:13",
            "error malformed /taskUUID 1:41",
            "error out-of-range /numberResults 1:61",
            "error repeated-key /a/b 1:74",
        ],
    );
    let report = validate_text(r#"{"taskType":"imageinference"}"#);
    assert_eq!(report.findings()[0].suggestion.as_deref(), Some("imageInference"));
    assert_eq!(report.verdict(), Verdict::CannotTell);
}

#[test]
fn a_task_without_a_usable_type_is_an_error() {
    check(r#"{"model":"m"}"#, &["error missing-field /taskType 1:1", "unknown unchecked-model /model 1:10"]);
    check(r#"{"taskType":5}"#, &["error wrong-type /taskType 1:13"]);
    check(r#"{"taskType":null}"#, &["error wrong-type /taskType 1:13"]);
    check(r#"{"taskType":""}"#, &["error malformed /taskType 1:13"]);
    check("5", &["error shape  1:1"]);
    check(
        r#"["imageInference", [], null]"#,
        &["error shape /0 1:2", "error shape /1 1:20", "error shape /2 1:24"],
    );
}

#[test]
fn a_task_type_under_another_name_is_recognised() {
    let text = r#"{"tasktype":"imageInference","taskUuid":"x","scent":1}"#;
    check(
        text,
        &[
            "error missing-field /taskType 1:1",
            "warning unknown-field /tasktype 1:2",
            "warning unknown-field /taskUuid 1:30",
        ],
    );
    let suggestions: Vec<_> =
        validate_text(text).warnings().map(|finding| finding.suggestion.clone()).collect();
    assert_eq!(suggestions, [Some("taskType".to_owned()), Some("taskUUID".to_owned())]);
}

#[test]
fn a_typed_task_gets_pointers_without_locations() {
    let task = ImageInference::new("m", "a fox").steps(0).param("CFGscale", 7).param("a/b~", 1);
    assert_eq!(
        said(&validate(&task)),
        [
            "unknown unchecked-model /model",
            "error out-of-range /steps",
            "warning unknown-field /CFGscale",
            "warning unknown-field /a~1b~0",
        ]
    );
    assert_eq!(validate(&task).checked(), 1);
}

#[test]
fn a_value_that_a_setter_could_not_take_is_an_error_at_its_pointer() {
    let task = ImageInference::new("m", "a fox").lora("l", f64::NAN);
    let errors: Vec<Finding> = validate(&task).errors().cloned().collect();
    let [error] = errors.as_slice() else { panic!("{errors:?}") };
    assert_eq!(error.to_string(), "error[wrong-type]: /lora/0/weight is NaN; JSON has no such number");
    let empty = validate(&RawTask::new(""));
    assert_eq!(said(&empty), ["error malformed /taskType"]);
    let again = validate(&RawTask::new(TaskType::ImageInference).set("taskType", "ping").set("model", "m"));
    assert!(said(&again).contains(&"error wrong-type /taskType".to_owned()), "{again:?}");
}

#[test]
fn a_prepared_task_has_the_same_findings_as_the_builder() {
    let task = ImageInference::new("m", "a fox").width(512).height(512).param("seed", "x");
    let mut text = task.clone().prepare(TaskUuid::parse_known(UUID).unwrap()).unwrap().bytes().to_vec();
    text.push(b'\n');
    let of_text = validate_text(std::str::from_utf8(&text).unwrap());
    let key = |finding: &Finding| (finding.code, finding.pointer.clone(), finding.problem.clone());
    let of_task: Vec<_> = validate(&task).findings().iter().map(key).collect();
    assert_eq!(of_text.findings().iter().map(key).collect::<Vec<_>>(), of_task);
    assert_eq!(of_task.len(), 2);
}

#[test]
fn api_keys_are_not_repeated() {
    let key = "sk-123456789";
    for text in [
        format!(r#"{{"taskType":"smellInference","apiKey":"{key}"}}"#),
        format!(r#"{{"taskType":"imageInference","model":"m","apiKey":"{key}","apikey":["{key}"]}}"#),
        format!(r#"{{"taskType":"imageInference","model":"m","apiKey":"{key}","apiKey":5}}"#),
        format!(r#"{{"taskType":"imageInference","model":{{"apiKey":"{key}"}}}}"#),
        format!(r#"{{"taskType":"accountManagement","operation":"getDetails","apiKeys":[["{key}"]]}}"#),
        format!(r#"{{"taskType":"accountManagement","apiKeys":["{key}",{{"a":"{key}","a":"{key}"}}]}}"#),
        format!(r#"{{"taskType":"imageInference","webhookURL":"http://localhost/hook?apiKey={key}"}}"#),
        format!(r#"{{"taskType":"imageInference","webhookURL":"https://h h/?a=b&token={key}"}}"#),
        format!(r#"{{"taskType":"imageInference","inputs":{{"seedImage":["https://h/i.png?key={key}"]}}}}"#),
        format!("{{\"taskType\":\"imageInference\",\"apiKey\":\n\"{key}\",}}"),
        format!("{{'taskType':'imageInference','apiKey':'{key}'}}"),
        format!("{{\"x\":\"imageInference,\"apiKey\":\"{key}\"}}"),
    ] {
        let report = validate_text(&text);
        let shown = format!("{report:?} {}", report.display("task.json", &text));
        assert!(!shown.contains(key), "{shown}");
    }
}

#[test]
fn a_text_full_of_faults_gives_a_report_of_limited_size() {
    let faults: String =
        (0..20_000).map(|n| format!("{{\"taskType\":\"imageInference\",\"x{n}\":0}}\n")).collect();
    let report = validate_text(&faults);
    let count = |severity| report.findings().iter().filter(|finding| finding.severity == severity).count();
    assert_eq!((count(Severity::Error), count(Severity::Warning)), (1_000, 1_000));
    assert_eq!((report.omitted(), report.checked()), (38_000, 20_000));
    assert_eq!(report.verdict(), Verdict::Invalid);
    assert!(
        report.display("faults", &faults).to_string().ends_with("38000 more findings that are not shown\n")
    );
}

#[test]
fn a_key_of_megabytes_does_not_multiply() {
    let faults = r#""a":1,"#.repeat(1_000);
    let text = format!(r#"{{"taskType":"imageInference","{}":{{{faults}"b":1}}}}"#, "k".repeat(2_000_000));
    let report = validate_text(&text);
    assert_eq!((report.verdict(), report.omitted()), (Verdict::Invalid, 999));
    assert!(report.findings().iter().map(|finding| finding.pointer.len()).sum::<usize>() < 3 * text.len());
}

#[test]
fn every_mistake_of_a_setter_is_found_and_nothing_is_called_missing_for_it() {
    let task = ImageInference::new("m", "a fox")
        .cfg_scale(f64::NAN)
        .strength(f64::INFINITY)
        .seed_image(MediaInput::url("fox.png"));
    let pointers = |task: &RawTask| {
        let report = validate(task);
        report.errors().map(|finding| finding.pointer.clone()).collect::<Vec<_>>()
    };
    assert_eq!(pointers(task.as_ref()), ["/CFGScale", "/strength", "/inputs/seedImage"]);
    assert_eq!(pointers(ImageUpload::new(MediaInput::url("fox.png")).as_ref()), ["/image"]);
}

#[test]
fn an_older_name_of_a_task_type_leads_to_its_successor() {
    for (older, successor) in [
        ("imageUpscale", "upscale"),
        ("imageCaption", "caption"),
        ("imageBackgroundRemoval", "removeBackground"),
    ] {
        let report = validate(&RawTask::new(older));
        assert_eq!(report.findings()[0].suggestion.as_deref(), Some(successor), "{older}");
    }
}
