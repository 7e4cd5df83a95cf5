use bytes::Bytes;

use super::{AnomalyKind, Envelope, Limits};
use crate::{DecodeErrorKind, Item, Phase};

const UUID: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

fn decode(text: &str) -> Envelope {
    Envelope::decode(text.to_owned()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(text: &str) -> (DecodeErrorKind, Option<usize>) {
    let error = Envelope::decode(text.to_owned()).expect_err(text);
    (error.kind(), error.offset())
}

/// What a reply says, short enough for a table: items by their phase, errors as `code:message`, anomalies by kind.
fn told(reply: &Envelope) -> String {
    let items = reply.items.iter().map(|item| match item.phase() {
        Phase::Running => "running".to_owned(),
        Phase::Succeeded => "succeeded".to_owned(),
        Phase::Failed => format!("failed {}", item.failure().unwrap()),
    });
    let errors = reply.errors.iter().map(|error| format!("error {error}"));
    let anomalies = reply.anomalies.iter().map(|anomaly| format!("{:?}", anomaly.kind));
    items.chain(errors).chain(anomalies).collect::<Vec<_>>().join("; ")
}

#[test]
fn every_shape_of_a_reply_is_understood() {
    let table = [
        // Lists.
        (r#"{"errors":[{"code":"a","message":"b"}]}"#, "error a: b"),
        (
            r#"{"data":[{"taskUUID":"U","text":"t"},{"taskUUID":"U","status":"processing"}],"errors":[{"code":"a"}]}"#,
            "succeeded; running; error a",
        ),
        (r#"{"errors":[{"code":"a"}],"data":[{"taskUUID":"U"}]}"#, "running; error a"),
        (r#"{"data":[{"imageURL":"u"}],"errors":[]}"#, "succeeded"),
        (r#"{"data":[{"imageURL":"u"}],"errors":null}"#, "succeeded"),
        (r#"{"data":[{"imageURL":"u"}],"error":null}"#, "succeeded"),
        (r#"{"data":[{"imageURL":"u"}],"error":false}"#, "succeeded"),
        // One object or text instead of a list.
        (r#"{"data":{"imageURL":"u"}}"#, "succeeded"),
        (r#"{"errors":{"code":"a","message":"b"}}"#, "error a: b"),
        (r#"{"errors":"boom"}"#, "error unknown: boom"),
        (r#"{"errors":["boom",{"code":"a"}]}"#, "error unknown: boom; error a"),
        (r#"{"errors":[42,true]}"#, "error unknown: 42; error unknown: true"),
        // `error`.
        (r#"{"error":{"code":"a","message":"b"},"taskUUID":"U","taskType":"textInference"}"#, "error a: b"),
        (r#"{"error":{"message":"Server overloaded"}}"#, "error unknown: Server overloaded"),
        (r#"{"error":[{"code":"a"},{"code":"b"}]}"#, "error a; error b"),
        (r#"{"error":["one","two"]}"#, "error unknown: one; error unknown: two"),
        (r#"{"error":["one","two"],"message":"m"}"#, "error unknown: one; error unknown: two"),
        (r#"{"error":"Unauthorized"}"#, "error unknown: Unauthorized"),
        (r#"{"error":"Unauthorized","message":"bad token","code":"x"}"#, "error x: bad token"),
        (r#"{"data":[{"text":"t"}],"error":{"code":"a"}}"#, "succeeded; error a"),
        (r#"{"data":[],"errors":[{"code":"a"}],"error":"b"}"#, "error a; error unknown: b"),
        // Failures among the items.
        (r#"{"data":[{"status":"error","error":{"code":"a","message":"b"}}]}"#, "failed a: b"),
        (r#"{"data":[{"status":"error","code":"a","message":"b"}]}"#, "failed a: b"),
        (r#"{"data":[{"status":"failed"}]}"#, "failed unknown"),
        // The body itself is the error or the item.
        (
            r#"{"error":true,"errorId":19,"errorMessage":"Invalid api key","errorMessageContentId":1212}"#,
            "error invalidApiKey: Invalid api key",
        ),
        (r#"{"code":"a","message":"b"}"#, "error a: b"),
        (r#"{"code":"a","message":"b","data":null}"#, "error a: b"),
        (r#"{"message":"Forbidden"}"#, "error unknown: Forbidden"),
        (r#"{"message":"Forbidden","taskUUID":null}"#, "error unknown: Forbidden"),
        (r#"{"code":403,"message":"Forbidden"}"#, "error 403: Forbidden"),
        (r#"[{"code":"a"},{"message":"b"},"c"]"#, "error a; error unknown: b; UnusableElement"),
        (r#"[{"taskUUID":"U","imageURL":"u"}]"#, "succeeded"),
        (r#"{"taskType":"imageInference","taskUUID":"U","imageURL":"u"}"#, "succeeded"),
        (r#"{"taskType":"modelUpload","taskUUID":"U","status":"validated","message":"ok"}"#, "running"),
        (r#"{"status":"error","taskUUID":"U","code":"a","message":"b"}"#, "error a: b"),
        // Nothing.
        ("{}", ""),
        (r#"{"data":[]}"#, ""),
        (r#"{"data":[],"errors":[]}"#, ""),
        (r#"{"data":null}"#, ""),
        (r#"{"errors":{}}"#, ""),
        (r#"{"error":null}"#, ""),
        (r#"{"data":[],"message":"ok","taskUUID":"U"}"#, ""),
        // Unreadable.
        (r#"{"data":"x"}"#, "UnusableField"),
        (r#"{"data":[null]}"#, "UnusableElement"),
        (
            r#"{"data":[null,{"text":"t"},[{}],7]}"#,
            "succeeded; UnusableElement; UnusableElement; UnusableElement",
        ),
        (r#"{"errors":[null,{"code":"a"}]}"#, "error a; UnusableElement"),
    ];
    for (text, expected) in table {
        let reply = decode(text);
        assert_eq!(told(&reply), expected, "{text}");
        assert_eq!(reply.is_blank(), expected.is_empty(), "{text}");
        assert_eq!(reply.raw(), text, "{text}");
    }
}

#[test]
fn an_error_alone_keeps_the_keys_around_it() {
    let text = format!(r#"{{"error":{{"code":"a"}},"taskUUID":"{UUID}","taskType":"caption"}}"#);
    let reply = decode(&text);
    let error = &reply.errors[0];
    assert_eq!(error.raw().as_str(), text);
    assert_eq!(error.task_uuid().unwrap().to_string(), UUID);
    assert_eq!(error.task_type().unwrap().as_str(), "caption");
}

#[test]
fn the_task_of_several_errors_is_told_by_the_keys_around_them() {
    let other = "a770f077-f413-47de-9dac-be0b26a35da6";
    let reply = decode(&format!(
        r#"{{"error":[{{"code":"a"}},"b",{{"code":"c","taskUUID":"{other}"}}],"taskUUID":"{UUID}"}}"#
    ));
    let uuids: Vec<_> = reply.errors.iter().map(|error| error.task_uuid().unwrap().to_string()).collect();
    assert_eq!(uuids, [UUID, UUID, other]);
}

#[test]
fn long_texts_around_several_errors_are_not_copied_for_each() {
    for (length, code) in [(254, "x".repeat(254)), (255, "unknown".to_owned())] {
        let long = "x".repeat(length);
        let reply = decode(&format!(r#"{{"error":[{{"a":1}},"b"],"code":"{long}","taskType":"{long}"}}"#));
        for error in &reply.errors {
            assert_eq!((error.code(), error.task_type().is_some()), (code.as_str(), length == 254));
        }
        let reply = decode(&format!(r#"{{"error":[{{"code":"{long}"}}]}}"#));
        assert_eq!(reply.errors[0].code(), long);
    }
    let reply = decode(r#"{"error":[{"code":"a","parameter":"x"},{"code":"b"}],"parameter":"y"}"#);
    let parameters: Vec<_> = reply.errors.iter().map(|error| error.parameters().concat()).collect();
    assert_eq!(parameters, ["x", ""]);
}

#[test]
fn what_cannot_be_a_reply_is_refused_with_its_place() {
    use DecodeErrorKind::{Empty, NotAnEnvelope, Syntax};
    let table = [
        ("", Empty, None),
        (" \n\t", Empty, None),
        ("\u{feff}", Empty, None),
        ("null", NotAnEnvelope, Some(0)),
        (" 42", NotAnEnvelope, Some(1)),
        ("\"x\"", NotAnEnvelope, Some(0)),
        ("true", NotAnEnvelope, Some(0)),
        ("[]", NotAnEnvelope, Some(0)),
        ("[null]", NotAnEnvelope, Some(0)),
        ("[{}]", NotAnEnvelope, Some(0)),
        ("\n{\"pong\":true}", NotAnEnvelope, Some(1)),
        ("<html>", Syntax, Some(0)),
        ("{\"data\":[}", Syntax, Some(9)),
        ("{\"data\":[{\"a\":1},{\"b\":tru},{}]}", Syntax, Some(25)),
        ("{\"data\":[]}\n\nx", Syntax, Some(13)),
        ("{\"data\":[{\"a\":\"b", Syntax, Some(16)),
        ("{\"data\":[]}{}", Syntax, Some(11)),
        ("{\"data\":[NaN]}", Syntax, Some(9)),
        ("{data:[]}", Syntax, Some(1)),
        ("{\"data\":[],}", Syntax, Some(11)),
        ("[1", Syntax, Some(2)),
        ("nul", Syntax, Some(3)),
        ("{\u{0}\"\u{0}", Syntax, Some(1)),
    ];
    for (text, kind, offset) in table {
        assert_eq!(refusal(text), (kind, offset), "{text:?}");
    }
    assert_eq!(refusal("{\"da\nta\":[]}").0, Syntax, "control characters need an escape, in keys too");
}

#[test]
fn limits_are_exact_and_say_where() {
    let limits = Limits { max_bytes: 40, max_depth: 3, max_items: 2 };
    let decode = |text: &str| Envelope::decode_with(text.to_owned().into(), &limits);
    let refusal = |text: &str| decode(text).map(|_| ()).map_err(|error| (error.kind(), error.offset()));

    assert_eq!(refusal(&" ".repeat(41)), Err((DecodeErrorKind::TooLarge, Some(40))));
    assert_eq!(refusal(&format!("{{}}{}", " ".repeat(38))), Ok(()));
    assert_eq!(refusal(r#"{"data":[{"a":1}]}"#), Ok(()));
    assert_eq!(refusal(r#"{"data":[{"a":[]}]}"#), Err((DecodeErrorKind::TooDeep, Some(14))));
    assert_eq!(refusal(r#"{"data":[{"a":"[["}]}"#), Ok(()));
    assert_eq!(refusal(r#"{"data":[{},{}],"errors":["a","b"]}"#), Ok(()));
    assert_eq!(refusal(r#"{"data":[{},{},{}]}"#), Err((DecodeErrorKind::TooLarge, Some(15))));
    assert_eq!(refusal(r#"{"errors":["a","b","c"]}"#), Err((DecodeErrorKind::TooLarge, Some(19))));
    assert_eq!(refusal(r#"["a","b","c"]"#), Err((DecodeErrorKind::TooLarge, Some(9))));

    let error = decode(r#"{"data":[{},{},{}]}"#).unwrap_err();
    assert_eq!(error.to_string(), "JSON beyond the size limit at byte 15: a list has more than 2 entries");
}

#[test]
fn deep_nesting_is_refused_without_descending() {
    let body = format!(r#"{{"data":[{}"#, "[".repeat(100_000));
    assert_eq!(refusal(&body), (DecodeErrorKind::TooDeep, Some(135)));
    let closed = format!(r#"{{"data":[{{"x":{}1{}}}]}}"#, "[".repeat(125), "]".repeat(125));
    assert_eq!(decode(&closed).items.len(), 1, "128 levels are read");
}

#[test]
fn every_part_shares_the_memory_of_the_body() {
    let body = Bytes::from(format!(
        "\u{feff}{}",
        r#"{"data":[{"text":"t","text":"u","resultIndex":-1},null],"errors":[{"code":"a","error":{"b":1}}]}"#
    ));
    let reply = Envelope::decode(body.clone()).unwrap();
    let memory = body.as_ptr_range();
    let items = reply.items.iter().map(|item| item.raw().clone());
    let errors = reply.errors.iter().map(|error| error.raw().clone());
    let fields = [reply.items[0].raw().field("text").unwrap(), reply.errors[0].field("b").unwrap()];
    let anomalies = reply.anomalies.iter().filter_map(|anomaly| anomaly.raw.clone());
    let parts: Vec<_> = items.chain(errors).chain(fields).chain(anomalies).collect();
    assert_eq!(parts.len(), 7);
    for part in parts {
        let part = part.as_bytes().as_ptr_range();
        assert!(memory.start <= part.start && part.end <= memory.end);
    }
    assert_eq!(reply.raw().as_ptr(), body.as_ptr());
}

#[test]
fn a_byte_order_mark_is_dropped() {
    let reply = decode("\u{feff}{\"data\":[null]}");
    assert_eq!(reply.anomalies[0].offset, 9);
    assert_eq!(reply.raw().first(), Some(&0xef));
    assert_eq!(reply.encode(), "{\"data\":[]}");
}

#[test]
fn invalid_utf_8_costs_neither_the_item_nor_its_siblings() {
    let body = Bytes::from_static(b"{\"data\":[{\"text\":\"a\xff\xfeb\"},{\"text\":\"good\"}]}");
    let reply = Envelope::decode(body.clone()).unwrap();
    assert_eq!(told(&reply), "succeeded; succeeded; InvalidUtf8");
    assert_eq!((reply.anomalies[0].offset, reply.anomalies[0].raw.as_ref()), (19, None));
    assert_eq!(reply.items[0].raw().as_str(), "{\"text\":\"a\u{fffd}\u{fffd}b\"}");
    assert_eq!(reply.items[1].raw().as_str(), r#"{"text":"good"}"#);
    assert_eq!(reply.raw(), &body);
}

#[test]
fn lone_surrogates_stay_in_the_string_they_are_in() {
    let reply =
        decode(r#"{"\ud800":1,"data":[{"text":"\ud800","\udc00":2,"taskUUID":"\ud800"},{"text":"good"}]}"#);
    assert_eq!(told(&reply), "succeeded; succeeded; UnusableField");
    assert!(reply.items[0].decode::<serde_json::Value>().is_err());
    assert_eq!(reply.items[0].task_uuid_text(), None);
}

#[test]
fn of_a_repeated_key_the_last_value_counts_and_the_other_is_noted() {
    let reply = decode(r#"{"data":[{"text":"lost"}],"errors":[],"data":[{"text":"kept"}]}"#);
    assert_eq!(reply.items.len(), 1);
    assert_eq!(reply.items[0].raw().as_str(), r#"{"text":"kept"}"#);
    let anomaly = &reply.anomalies[0];
    assert_eq!((anomaly.kind, anomaly.field, anomaly.offset), (AnomalyKind::RepeatedKey, Some("data"), 8));
    assert_eq!(anomaly.raw.as_ref().unwrap().as_str(), r#"[{"text":"lost"}]"#);

    let reply = decode(r#"{"data":[{"cost":1,"cost":2,"cost":3,"x":1,"x":2}],"data":[],"code":"a"}"#);
    assert_eq!(told(&reply), "error a; RepeatedKey");
    let reply = decode(r#"{"data":[{"cost":1,"cost":2,"cost":3,"x":1,"x":2}]}"#);
    assert_eq!(told(&reply), "running; RepeatedKey");
    assert_eq!(reply.items[0].cost().unwrap().to_string(), "3");
}

#[test]
fn escapes_in_keys_make_no_difference() {
    let reply = decode(r#"{"d\u0061ta":[{"im\u0061geURL":"u"}]}"#);
    assert_eq!(told(&reply), "succeeded");
}

#[test]
fn of_very_many_anomalies_the_first_thousand_are_noted() {
    let nulls = "null,".repeat(2_000);
    let odd = "{\"cost\":1,\"cost\":{}},".repeat(2_000);
    for (text, items) in [
        (format!("{{\"data\":[{nulls}0],\"data\":[{nulls}0]}}"), 0),
        (format!("{{\"data\":[{odd}{{}}]}}"), 2_001),
        (format!("{{\"errors\":[{nulls}null]}}"), 0),
    ] {
        let reply = decode(&text);
        assert_eq!((reply.items.len(), reply.anomalies.len()), (items, 1_000));
        assert!(reply.anomalies.is_sorted_by_key(|anomaly| anomaly.offset / 20));
        assert!(!reply.is_blank(), "what is not noted is no less there");

        let mut body = text.into_bytes();
        body.splice(1..1, *b"\"\xff\":0,");
        let reply = Envelope::decode(body).unwrap();
        assert_eq!((reply.anomalies.len(), reply.anomalies[0].kind), (1_000, AnomalyKind::InvalidUtf8));
        assert!(!reply.is_blank());
    }
}

#[test]
fn anomalies_read_as_sentences() {
    let reply = decode(r#"{"data":[{"resultIndex":-1,"cost":1,"cost":2},null]}"#);
    let sentences: Vec<_> = reply.anomalies.iter().map(ToString::to_string).collect();
    assert_eq!(
        sentences,
        [
            "`cost`: the key was repeated and its last value taken, not 1 (a number) (byte 34)",
            "`resultIndex`: ignored the unusable value -1 (a number) (byte 24)",
            "left out an element that is neither an item nor an error: null (byte 46)",
        ]
    );
}

#[test]
fn other_shapes_are_encoded_as_lists() {
    let table = [
        ("{}", "{}"),
        (r#"{"data":null}"#, r#"{"data":[]}"#),
        (r#"{ "errors": [ {"code": "a"} ], "data": [] }"#, r#"{"data":[],"errors":[{"code": "a"}]}"#),
        (r#"{"data":{"text":"t"},"x":1}"#, r#"{"data":[{"text":"t"}]}"#),
        (r#"{"error":{"code":"a"},"taskUUID":"U"}"#, r#"{"errors":[{"error":{"code":"a"},"taskUUID":"U"}]}"#),
        (r#"["a",{"code":"b"}]"#, r#"{"errors":[{"code":"b"}]}"#),
    ];
    for (text, expected) in table {
        let reply = decode(text);
        assert_eq!(reply.encode(), expected, "{text}");
        let again = Envelope::decode(reply.encode()).unwrap();
        assert_eq!((again.items, again.errors), (reply.items, reply.errors), "{text}");
    }
}

#[test]
fn debug_output_is_short() {
    let text = format!(r#"{{"data":[{{"imageBase64Data":"{}"}}]}}"#, "A".repeat(1_000_000));
    let reply = decode(&text);
    assert!(format!("{reply:?}").len() < 400, "{reply:?}");
    let item: &Item = &reply.items[0];
    assert!(format!("{item:?}").starts_with("Item({\"imageBase64Data\""), "{item:?}");
}
