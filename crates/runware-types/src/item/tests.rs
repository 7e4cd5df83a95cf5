use super::Item;
use crate::envelope::AnomalyKind;
use crate::{DecodeErrorKind, Envelope, Phase, RawJson, Status, TaskType};

const UUID: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

fn item(text: &str) -> Item {
    Item::from_raw(RawJson::parse(text.to_owned()).unwrap()).unwrap()
}

/// The item `{text}` and the keys that a reply notes as unusable in it.
fn noted(text: &str) -> (Item, Vec<&'static str>) {
    let mut reply = Envelope::decode(format!(r#"{{"data":[{text}]}}"#)).unwrap();
    assert!(reply.anomalies.iter().all(|anomaly| anomaly.kind == AnomalyKind::UnusableField));
    (reply.items.remove(0), reply.anomalies.iter().filter_map(|anomaly| anomaly.field).collect())
}

#[test]
fn the_head_is_read() {
    let (item, unusable) = noted(&format!(
        r#"{{"taskType":"videoInference","taskUUID":"{UUID}","status":"processing","progress":47,"resultIndex":2,
            "videoUUID":"v","cost":0.18}}"#
    ));
    assert_eq!(item.task_type(), Some(&TaskType::VideoInference));
    assert_eq!(item.task_uuid().unwrap().to_string(), UUID);
    assert_eq!(item.task_uuid_text(), Some(UUID));
    assert_eq!(item.status(), Some(&Status::Processing));
    assert_eq!(item.progress(), Some(47));
    assert_eq!(item.result_index(), Some(2));
    assert_eq!(item.result_uuid(), Some("v"));
    assert_eq!(item.cost().unwrap().to_string(), "0.18");
    assert_eq!(unusable, [""; 0]);
}

#[test]
fn an_empty_item_is_an_item() {
    let (item, unusable) = noted("{}");
    assert_eq!(
        (item.task_type(), item.task_uuid(), item.status(), item.progress()),
        (None, None, None, None)
    );
    assert_eq!((item.phase(), item.has_output(), item.failure()), (Phase::Running, false, None));
    assert_eq!(unusable, [""; 0]);
}

#[test]
fn unusable_values_count_as_absent_and_are_noted() {
    let table = [
        (
            r#"{"taskType":7,"taskUUID":8,"status":{},"progress":"47","cost":true,"imageUUID":1}"#,
            vec!["taskUUID", "taskType", "status", "progress", "imageUUID", "cost"],
        ),
        (
            r#"{"taskType":null,"taskUUID":null,"status":null,"progress":null,"cost":null,"imageUUID":null}"#,
            vec![],
        ),
        (r#"{"resultIndex":null,"error":null}"#, vec![]),
    ];
    for (text, expected) in table {
        let (item, unusable) = noted(text);
        assert_eq!(unusable, expected, "{text}");
        assert_eq!((item.task_type(), item.task_uuid_text(), item.status()), (None, None, None), "{text}");
        assert_eq!((item.progress(), item.result_uuid(), item.cost()), (None, None, None), "{text}");
        assert_eq!(item.raw().as_str(), text);
    }
}

#[test]
fn a_result_index_is_a_whole_number_or_nothing() {
    for (value, expected) in [("0", Some(0)), ("3", Some(3)), ("4294967295", Some(u32::MAX))] {
        let (item, unusable) = noted(&format!(r#"{{"resultIndex":{value}}}"#));
        assert_eq!((item.result_index(), unusable.len()), (expected, 0), "{value}");
    }
    for value in [
        "-1",
        "-0",
        "1.0",
        "1.5",
        "1e2",
        "\"1\"",
        "4294967296",
        "9223372036854775808",
        "1e400",
        "[0]",
        "true",
    ] {
        let (item, unusable) = noted(&format!(r#"{{"resultIndex":{value}}}"#));
        assert_eq!((item.result_index(), unusable), (None, vec!["resultIndex"]), "{value}");
    }
}

#[test]
fn progress_is_brought_into_range() {
    for (value, expected) in [
        ("0", Some(0)),
        ("100", Some(100)),
        ("101", Some(100)),
        ("-5", Some(0)),
        ("47.9", Some(47)),
        ("1e300", Some(100)),
        ("1e400", None),
    ] {
        assert_eq!(item(&format!(r#"{{"progress":{value}}}"#)).progress(), expected, "{value}");
    }
}

#[test]
fn costs_are_exact() {
    for (value, expected) in [
        ("0.0013", Some("0.0013")),
        ("1.3e-3", Some("0.0013")),
        ("0.1000000000000000055511151231", Some("0.1000000000000000055511151231")),
        ("\"0.18\"", Some("0.18")),
        ("-0", Some("0")),
        ("1e400", None),
        ("\"free\"", None),
    ] {
        let cost = item(&format!(r#"{{"cost":{value}}}"#)).cost().map(|cost| cost.to_string());
        assert_eq!(cost.as_deref(), expected, "{value}");
    }
}

#[test]
fn task_ids_are_read_in_every_form_and_kept_in_theirs() {
    for form in
        [UUID.to_uppercase(), UUID.replace('-', ""), "b880f077-e514-58ef-0ebd-ce1c37b46eb7".to_owned()]
    {
        let item = item(&format!(r#"{{"taskUUID":"{form}"}}"#));
        assert!(item.task_uuid().is_some(), "{form}");
        assert_eq!(item.task_uuid_text(), Some(form.as_str()));
    }
    let (item, unusable) = noted(r#"{"taskUUID":"my task"}"#);
    assert_eq!((item.task_uuid(), item.task_uuid_text(), unusable.len()), (None, Some("my task"), 0));
}

#[test]
fn the_first_result_id_wins() {
    let table = [
        (r#"{"mediaUUID":"m","videoUUID":"v"}"#, Some("v")),
        (r#"{"mediaUUID":"m","inputImageUUID":"i","maskImageUUID":"k"}"#, Some("k")),
        (r#"{"imageUUID":"","guideImageUUID":"g"}"#, Some("g")),
        (r#"{"imageUUID":3,"audioUUID":"a"}"#, Some("a")),
        (r#"{"modelUUID":"x"}"#, Some("x")),
        (r#"{"inputImageUUID":"i","taskUUID":"t"}"#, None),
    ];
    for (text, expected) in table {
        assert_eq!(item(text).result_uuid(), expected, "{text}");
    }
}

#[test]
fn outputs_are_told_from_echoes() {
    for kind in ["image", "video", "audio", "maskImage", "guideImage", "media"] {
        for form in ["URL", "Base64Data", "DataURI"] {
            assert!(item(&format!(r#"{{"{kind}{form}":"x"}}"#)).has_output(), "{kind}{form}");
            assert!(!item(&format!(r#"{{"{kind}{form}":""}}"#)).has_output(), "{kind}{form}");
            assert!(!item(&format!(r#"{{"{kind}{form}":null}}"#)).has_output(), "{kind}{form}");
        }
    }
    for output in [r#""text":"""#, r#""outputs":{"files":[]}"#, r#""structuredData":[1]"#, r#""air":"a:1@1""#]
    {
        assert!(item(&format!("{{{output}}}")).has_output(), "{output}");
    }
    for echo in [
        r#""webhookURL":"x""#,
        r#""heroImageURL":"x""#,
        r#""inputImageURL":"x""#,
        r#""uploadEndpoint":"x""#,
        r#""imageUUID":"x""#,
        r#""text":null"#,
        r#""outputs":{}"#,
        r#""outputs":[ ]"#,
        r#""cost":1"#,
        r#""imageurl":"x""#,
    ] {
        assert!(!item(&format!("{{{echo}}}")).has_output(), "{echo}");
    }
}

#[test]
fn what_a_classifying_model_says_may_have_any_form() {
    for value in ["5", "true", "\"cat\"", "[\"cat\"]", "{\"cat\":0.9}"] {
        let (item, unusable) = noted(&format!("{{\"structuredData\":{value}}}"));
        assert_eq!((item.phase(), unusable), (Phase::Succeeded, vec![]), "{value}");
    }
}

#[test]
fn an_output_of_the_wrong_type_is_none_and_is_noted() {
    for (key, values) in [
        ("imageURL", ["5", "true", "[\"x\"]", "{}"]),
        ("videoBase64Data", ["5", "false", "[]", "{\"a\":1}"]),
        ("mediaDataURI", ["0", "true", "[]", "{}"]),
        ("text", ["5", "true", "[]", "{}"]),
        ("air", ["5", "true", "[]", "{}"]),
        ("outputs", ["5", "true", "\"x\"", "\"\""]),
    ] {
        for value in values {
            let (item, unusable) = noted(&format!("{{\"{key}\":{value}}}"));
            assert_eq!((item.phase(), item.media()), (Phase::Running, None), "{key} {value}");
            assert_eq!(unusable, [key], "{key} {value}");
            let (item, unusable) = noted(&format!("{{\"{key}\":{value},\"status\":\"success\"}}"));
            assert_eq!((item.phase(), unusable), (Phase::Succeeded, vec![key]), "{key} {value}");
            let (item, unusable) = noted(&format!("{{\"{key}\":{value},\"audioURL\":\"x\"}}"));
            assert_eq!((item.phase(), unusable), (Phase::Succeeded, vec![key]), "{key} {value}");
        }
    }
}

#[test]
fn the_status_decides_before_anything_else() {
    let table = [
        (r#"{"status":"success"}"#, Phase::Succeeded),
        (r#"{"status":"success","error":{"code":"a"}}"#, Phase::Succeeded),
        (r#"{"status":"processing","imageURL":"preview"}"#, Phase::Running),
        (r#"{"status":"processing","error":"retrying"}"#, Phase::Running),
        (r#"{"status":"queued"}"#, Phase::Running),
        (r#"{"status":"brandNew","imageURL":"x"}"#, Phase::Running),
        (r#"{"status":"error","imageURL":"x"}"#, Phase::Failed),
        (r#"{"status":"cancelled"}"#, Phase::Failed),
        (r#"{"imageURL":"x"}"#, Phase::Succeeded),
        (r#"{"imageURL":"x","error":{"code":"a"}}"#, Phase::Succeeded),
        (r#"{"error":{"code":"a"}}"#, Phase::Failed),
        (r#"{"error":"boom"}"#, Phase::Failed),
        (r#"{"error":true}"#, Phase::Failed),
        (r#"{"code":"a"}"#, Phase::Failed),
        (r#"{"code":200}"#, Phase::Running),
        (r#"{"error":{}}"#, Phase::Running),
        (r#"{"error":[]}"#, Phase::Running),
        (r#"{"error":false,"code":""}"#, Phase::Running),
        (r#"{"status":7,"imageURL":"x"}"#, Phase::Succeeded),
        (r#"{"taskType":"videoInference","taskUUID":"u"}"#, Phase::Running),
    ];
    for (text, expected) in table {
        let item = item(text);
        assert_eq!(item.phase(), expected, "{text}");
        assert_eq!(item.failure().is_some(), expected == Phase::Failed, "{text}");
    }
}

#[test]
fn failures_are_read_nested_and_flat() {
    let nested =
        format!(r#"{{"taskUUID":"{UUID}","status":"error","error":{{"code":"a","message":"b","min":1}}}}"#);
    let flat = format!(r#"{{"taskUUID":"{UUID}","status":"error","code":"a","message":"b","min":1}}"#);
    for text in [nested, flat] {
        let failure = item(&text).failure().unwrap();
        assert_eq!((failure.code(), failure.message()), ("a", "b"), "{text}");
        assert_eq!(failure.task_uuid().unwrap().to_string(), UUID, "{text}");
        assert_eq!(failure.status(), Some(&Status::Error), "{text}");
        assert_eq!(failure.field("min").unwrap().as_str(), "1", "{text}");
        assert_eq!(failure.raw().as_str(), text);
    }
    let bare = item(r#"{"status":"failed","resultIndex":3}"#).failure().unwrap();
    assert_eq!((bare.code(), bare.message(), bare.result_index()), ("unknown", "", Some(3)));
}

#[test]
fn only_objects_are_items() {
    for text in ["1", "null", "\"x\"", "[{}]"] {
        let error = Item::from_raw(RawJson::parse(text.to_owned()).unwrap()).unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::Type, "{text}");
    }
}

#[test]
fn any_field_can_be_had_as_it_was_written() {
    let item = item(
        r#"{ "seed" : 1.10, "n\u006fte":[1, {"seed":2}],"gone":null,"seed":18446744073709551616 , "":{} }"#,
    );
    let field = |name| item.field(name).map(|value| value.as_str().to_owned());
    assert_eq!(field("seed").as_deref(), Some("18446744073709551616"), "the last one counts");
    assert_eq!(field("note").as_deref(), Some(r#"[1, {"seed":2}]"#));
    assert_eq!(field("gone").as_deref(), Some("null"));
    assert_eq!(field("").as_deref(), Some("{}"));
    for absent in ["n\\u006fte", "Seed", "see", "seed ", "\"seed\""] {
        assert_eq!(field(absent), None, "{absent}");
    }
    assert_eq!((item.value("seed"), item.value("gone")), (Some("18446744073709551616"), None));
}

#[test]
fn all_fields_come_in_order_and_share_the_memory() {
    let item = item(r#"{"b":1,"a":"x","\ud800":2,"b":[3],"\u0061\n":null}"#);
    let fields: Vec<_> = item.fields().collect();
    let shown: Vec<_> = fields.iter().map(|(key, value)| (&**key, value.as_str())).collect();
    assert_eq!(shown, [("b", "1"), ("a", r#""x""#), ("\\ud800", "2"), ("b", "[3]"), ("a\n", "null")]);
    let memory = item.raw().as_bytes().as_ptr_range();
    for (_, value) in &fields {
        let part = value.as_bytes().as_ptr_range();
        assert!(memory.start <= part.start && part.end <= memory.end);
    }
}

#[test]
fn fields_are_those_of_the_own_item_in_any_reply() {
    let bodies = [
        r#" {"x":{"seed":0},"data":[{"seed":1},7,{},{"a":[],"seed":2}]}"#,
        r#" [{"taskUUID":"u","seed":1}, {"taskType":"t","seed":2}]"#,
        r#"{"data":[{"seed":9}],"data":[{"seed":1},{"b":{"seed":0},"seed":2}]}"#,
    ];
    for body in bodies {
        let reply = Envelope::decode(body).unwrap();
        let seeds: Vec<_> = reply.items.iter().filter_map(|item| item.value("seed")).collect();
        assert_eq!(seeds, ["1", "2"], "{body}");
        for item in &reply.items {
            let again = Item::from_raw(item.raw().clone()).unwrap();
            assert!(again.fields().eq(item.fields()), "{body}");
        }
    }
    for body in [r#" {"data": {"seed":1}}"#, "\n{\"taskUUID\":\"u\",\"seed\":1}"] {
        assert_eq!(Envelope::decode(body).unwrap().items[0].value("seed"), Some("1"), "{body}");
    }
}

#[test]
fn escapes_in_ids_are_undone() {
    let item = item(
        r#"{"taskUUID":"24cd5dff\u002dcb81-4db5-8506-b72a9425f9d1","imageUUID":"a\/b","taskType":"tex\u0074Inference"}"#,
    );
    assert_eq!((item.task_uuid_text(), item.result_uuid()), (Some(UUID), Some("a/b")));
    assert_eq!(item.task_uuid().unwrap().to_string(), UUID);
    assert_eq!(item.task_type(), Some(&TaskType::TextInference));
}
