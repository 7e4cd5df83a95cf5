use proptest::prelude::*;
use serde_json::Value;

use crate::{
    Finding, ImageInference, MediaInput, OutputFormat, OutputType, RawTask, Report, TaskUuid, check_reply,
    check_request, encode_request, json, validate, validate_text,
};

/// JSON and what looks like it, of the words that matter here.
fn text() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\n",
        " ",
        "\r\n",
        "\u{feff}",
        "\"taskType\"",
        "\"imageInference\"",
        "\"taskUUID\"",
        "\"inputs\"",
        "\"seedImage\"",
        "\"lora\"",
        "\"apiKey\"",
        "\"data\"",
        "\"errors\"",
        "\"error\"",
        "\"status\"",
        "null",
        "true",
        "-1",
        "1e400",
        "\"ä🦊\"",
        "\"\\ud800\"",
        "\"\\",
        "NaN",
        "'",
        "/",
        "é",
        "\u{202e}",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat()),
        (json_value(), 0usize..200).prop_map(|(value, cut)| {
            let text = value.to_string();
            text.chars().take(text.chars().count().saturating_sub(cut / 4)).collect()
        }),
    ]
}

/// Values with the keys of tasks and replies, right and wrong.
fn json_value() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "imageInference",
        "getResponse",
        "authentication",
        "newThing",
        "URL",
        "stream",
        "error",
        "success",
        "processing",
        "a770f077-f413-47de-9dac-be0b26a35da6",
        "https://example.com/a",
        "fox.png",
        "",
        "größe 🦊",
    ]);
    let leaf = prop_oneof![
        word.prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0i64..2).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        any::<f64>().prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "taskType",
        "taskUUID",
        "model",
        "positivePrompt",
        "width",
        "seed",
        "inputs",
        "seedImage",
        "referenceImages",
        "lora",
        "weight",
        "outputType",
        "ttl",
        "numberResults",
        "numberresults",
        "deliveryMethod",
        "data",
        "errors",
        "error",
        "code",
        "message",
        "status",
        "imageURL",
        "imageUUID",
        "cost",
        "parameter",
        "a/b~c",
        "ä",
    ]);
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..8).prop_map(|members| {
                Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

/// What holds for every finding about a text.
fn in_place(text: &str, report: &Report) -> Result<(), TestCaseError> {
    let mut before = 0;
    for finding in report.findings() {
        let at = finding.location.unwrap();
        prop_assert!(text.get(at.offset..at.offset + at.length).is_some(), "{finding:?}");
        prop_assert!(at.offset >= before, "{finding:?}");
        before = at.offset;
        let passed = text.get(..at.offset).unwrap();
        let shown = passed.strip_prefix('\u{feff}').unwrap_or(passed);
        let in_line = shown.rsplit('\n').next().unwrap().chars().count();
        prop_assert_eq!((at.line, at.column), (passed.matches('\n').count() + 1, in_line + 1));
    }
    let shown = report.display("text", text).to_string();
    prop_assert!(shown.lines().count() <= report.findings().len() * 7 + 1);
    Ok(())
}

/// Whether the pointer of a finding leads to what it says was found.
fn leads_to_what_was_found(value: &Value, finding: &Finding) -> bool {
    match (&finding.found, value.pointer(&finding.pointer)) {
        (Some(found), Some(value)) => *found == json::abridged(&value.to_string(), 60),
        (found, value) => found.is_none() && (value.is_none() || finding.pointer.is_empty()),
    }
}

fn valid_image() -> impl Strategy<Value = ImageInference> {
    let text = "[a-zA-Z ö🦊\"\\\\\n]{2,40}";
    let size = prop::option::of((1u32.., 1u32..));
    let media = prop::option::of(prop_oneof![
        Just(MediaInput::url("https://example.com/fox.png")),
        any::<[u8; 16]>().prop_map(|bytes| MediaInput::uuid(TaskUuid::from_random_bytes(bytes).to_string())),
        prop::collection::vec(any::<u8>(), 1..99)
            .prop_map(|bytes| MediaInput::from_bytes("image/png", &bytes)),
    ]);
    let numbers = (prop::option::of(1u32..), prop::option::of(any::<u64>()), prop::option::of(-1e9..1e9f64));
    let output = (20u32..100, 60u32.., 0usize..14, 0usize..3);
    (text, text, size, media, numbers, output).prop_map(|(prompt, negative, size, media, numbers, output)| {
        let mut task = ImageInference::new("runware:101@1", prompt)
            .negative_prompt(negative)
            .strength(0.5)
            .lora("civitai:1@1", 0.8)
            .output_quality(output.0)
            .ttl(output.1)
            .output_format(OutputFormat::KNOWN[output.2].clone())
            .output_type(OutputType::KNOWN[output.3].clone());
        if let Some((width, height)) = size {
            task = task.width(width).height(height);
        }
        if let Some(media) = media {
            task = task.seed_image(media.clone()).reference_image(media);
        }
        if let Some(steps) = numbers.0 {
            task = task.steps(steps).number_results(steps);
        }
        if let Some(seed) = numbers.1 {
            task = task.seed(seed);
        }
        if let Some(scale) = numbers.2 {
            task = task.cfg_scale(scale);
        }
        task
    })
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_every_place_is_in_the_text(text in text()) {
        in_place(&text, &validate_text(&text))?;
        in_place(&text, &check_request(text.as_bytes()))?;
        in_place(&text, &check_reply(text.as_bytes()))?;
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let text = String::from_utf8_lossy(&bytes);
        for report in [check_request(&bytes), check_reply(&bytes)] {
            prop_assert!(report.display("body", &text).to_string().ends_with('\n'));
        }
    }

    #[test]
    fn pointers_lead_to_what_was_found(value in json_value()) {
        let text = value.to_string();
        for report in [validate_text(&text), check_request(text.as_bytes()), check_reply(text.as_bytes())] {
            for finding in report.findings() {
                prop_assert!(leads_to_what_was_found(&value, finding), "{finding:?} in {text}");
            }
            in_place(&text, &report)?;
        }
    }

    #[test]
    fn white_space_changes_places_only(value in json_value()) {
        let key = |finding: &Finding| (finding.code, finding.pointer.clone());
        let keys = |report: Report| {
            let mut keys: Vec<_> = report.findings().iter().map(key).collect();
            keys.sort();
            keys
        };
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(keys(validate_text(&value.to_string())), keys(validate_text(&pretty)));
    }

    #[test]
    fn a_valid_task_has_no_errors(task in valid_image(), id in any::<[u8; 16]>()) {
        let report = validate(&task);
        prop_assert_eq!(report.errors().next(), None);
        let prepared = task.prepare(TaskUuid::from_random_bytes(id)).unwrap();
        let report = check_request(&encode_request([&prepared]));
        prop_assert_eq!(report.errors().next(), None);
    }

    #[test]
    fn a_task_that_can_be_read_is_judged_as_its_text_is(value in json_value()) {
        let text = value.to_string();
        if let Ok(task) = RawTask::from_json(text.as_bytes()) {
            let keys = |report: Report| {
                let mut keys: Vec<_> = report.findings().iter().map(|f| (f.code, f.pointer.clone())).collect();
                keys.sort();
                keys
            };
            prop_assert_eq!(keys(validate(&task)), keys(validate_text(&text)));
        }
    }
}
