use std::sync::Arc;

use proptest::prelude::*;
use runware_types::{Prepared, RawTask, TaskUuid};

use super::{Kinds, LONGEST_MODEL, MOST_KNOWN, short};

fn prepared(fields: &str) -> Prepared {
    let text = format!(r#"{{"deliveryMethod":"async",{fields}}}"#);
    RawTask::from_json(text.as_bytes()).unwrap().prepare(TaskUuid::from_key("kinds", "a")).unwrap()
}

fn name(fields: &str) -> String {
    Kinds::default().of(&prepared(fields)).unwrap().as_str().to_owned()
}

#[test]
fn the_levels_go_from_the_type_to_what_costs_time() {
    let fields = r#""taskType":"videoInference","model":"klingai:5@3","positivePrompt":"waves","duration":5,
        "width":1920,"height":1080,"fps":24,"steps":30,"numberResults":2,"seed":7,"acceleration":"high""#;
    let kind = Kinds::default().of(&prepared(fields)).unwrap();
    let levels: Vec<_> = kind.levels().map(|level| level.rsplit('\t').next().unwrap()).collect();
    let rest = "results=2, steps=30, fps=24, acceleration=high";
    assert_eq!(levels, ["videoInference", "klingai:5@3", "duration=5, 1920x1080", rest]);
}

#[test]
fn what_is_not_said_is_no_level() {
    let table = [
        (r#""taskType":"imageInference","model":"runware:101@1""#, "imageInference\trunware:101@1"),
        (r#""taskType":"promptEnhance","promptVersions":3"#, "promptEnhance\tresults=3"),
        (r#""taskType":"upscale","model":"m","upscaleFactor":2.0"#, "upscale\tm\tupscaleFactor=2"),
        (r#""taskType":"training","model":"m","trainingSteps":1e3"#, "training\tm\ttrainingSteps=1000"),
        (r#""taskType":"videoInference","duration":null,"resolution":"1080p""#, "videoInference\t1080p"),
        (r#""taskType":"videoInference","duration":"auto","width":640"#, "videoInference\tduration=auto"),
        (r#""taskType":"textInference","model":"m","maxTokens":3000"#, "textInference\tm\tmaxTokens<=4096"),
        (
            r#""taskType":"textInference","settings":{"systemPrompt":"s","maxTokens":512}"#,
            "textInference\tmaxTokens<=512",
        ),
    ];
    for (fields, expected) in table {
        assert_eq!(name(fields), expected, "{fields}");
    }
}

#[test]
fn a_figure_is_written_in_one_way() {
    let duration = |text: &str| name(&format!(r#""taskType":"videoInference","duration":{text}"#));
    for five in ["5", "5.0", "5e0", "0.5E1", "5.0001"] {
        assert_eq!(duration(five), "videoInference\tduration=5", "{five}");
    }
    assert_eq!(duration("-0.0"), "videoInference\tduration=0");
    assert_eq!(duration("0.1"), "videoInference\tduration=0.1");
    for none in ["-1", "1e300", "1e999", "\"5\"", "[5]", "{}", "true"] {
        assert_eq!(duration(none), "videoInference", "{none}");
    }
}

#[test]
fn only_tasks_that_make_something_and_are_asked_for_have_a_kind() {
    let of = |text: &str| {
        let task = RawTask::from_json(text.as_bytes()).unwrap();
        Kinds::default().of(&task.prepare(TaskUuid::from_key("kinds", "a")).unwrap())
    };
    assert!(of(r#"{"taskType":"imageInference","deliveryMethod":"async"}"#).is_some());
    assert_eq!(of(r#"{"taskType":"imageInference","deliveryMethod":"sync"}"#), None);
    assert_eq!(of(r#"{"taskType":"imageInference"}"#), None);
    assert_eq!(of(r#"{"taskType":"modelSearch","deliveryMethod":"async"}"#), None);
    assert_eq!(of(r#"{"taskType":"a secret","deliveryMethod":"async"}"#), None);
}

#[test]
fn what_is_no_name_of_a_model_is_a_hash() {
    for name in ["klingai:5@3", "google:gemini@3.1-pro", "black-forest-labs/flux", "a".repeat(128).as_str()] {
        assert_eq!(short(name), name);
    }
    let (long, other) = ("a".repeat(10_000), format!("{}b", "a".repeat(9_999)));
    assert_eq!(short(&long).len(), LONGEST_MODEL);
    assert!(short(&long).starts_with("aaaa"));
    assert_ne!(short(&long), short(&other));
    let secret = ["https://u:p@host/model?token=1", "a lighthouse", "a\tb", "ä", &"ö".repeat(5_000)];
    for text in secret {
        let short = short(text);
        assert_eq!(short.len(), 17, "{short}");
        assert!(short.starts_with('#') && short[1..].bytes().all(|byte| byte.is_ascii_hexdigit()), "{short}");
    }
}

#[test]
fn tasks_of_a_kind_share_it_and_kinds_that_are_not_met_again_are_forgotten() {
    let kinds = Kinds::default();
    let of = |steps: usize| {
        kinds.of(&prepared(&format!(r#""taskType":"imageInference","steps":{steps}"#))).unwrap()
    };
    let often = of(0);
    for steps in 1..10 * MOST_KNOWN {
        of(steps);
        assert!(Arc::ptr_eq(&often, &of(0)), "after {steps}");
        let known = kinds.0.lock().unwrap();
        assert!(known.recent.len() + known.older.len() <= MOST_KNOWN);
    }
    let (lately, long_ago) = (of(10 * MOST_KNOWN - 1), of(1));
    assert_eq!(Arc::strong_count(&lately), 2);
    assert_eq!(Arc::strong_count(&long_ago), 2, "it was made anew");
}

/// What may be in a task besides what costs time.
fn any_json() -> impl Strategy<Value = String> {
    let text = any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap());
    let number = any::<i64>().prop_map(|number| number.to_string());
    prop_oneof![text.clone(), number, text.prop_map(|text| format!(r#"{{"steps":3,"maxTokens":{text}}}"#))]
}

const DRIVERS: [&str; 9] = [
    "duration",
    "width",
    "height",
    "resolution",
    "steps",
    "fps",
    "upscaleFactor",
    "trainingSteps",
    "acceleration",
];

proptest! {
    #[test]
    fn what_is_somebodys_own_changes_nothing(
        prompt: String, negative: String, seed: u64, values in prop::collection::vec(any_json(), 5),
    ) {
        let bare = r#""taskType":"videoInference","model":"m","duration":5,"steps":3"#;
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let (prompt, negative) = (quoted(&prompt), quoted(&negative));
        let mut fields = format!(
            r#"{bare},"positivePrompt":{prompt},"negativePrompt":{negative},"seed":{seed},"settings":{{"systemPrompt":{prompt}}}"#
        );
        let names = ["webhookURL", "uploadEndpoint", "inputs", "providerSettings", "Duration"];
        for (name, value) in names.iter().zip(&values) {
            fields += &format!(r#","{name}":{value}"#);
        }
        prop_assert_eq!(name(&fields), name(bare));
    }

    #[test]
    fn no_text_gets_into_a_kind_whatever_field_it_is_in(text in "[a-z ]{4,40}", at in 0..DRIVERS.len()) {
        prop_assume!(!["auto", "none", "high"].contains(&text.as_str()) && text != "medium");
        let task = r#""taskType":"tools""#;
        prop_assert_eq!(name(&format!(r#"{task},"{}":"{text}""#, DRIVERS[at])), "tools");
    }
}
