use super::said;
use crate::{Report, Severity, Verdict, check_reply};

const UUID: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

/// Checks what is said about a reply, where `U` stands for a UUID.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let text = text.replace("\"U\"", &format!("\"{UUID}\""));
    let report = check_reply(text.as_bytes());
    let said: Vec<String> =
        said(&report).iter().map(|line| line.rsplit_once(' ').unwrap().0.trim().to_owned()).collect();
    assert_eq!(said, expected, "{}", report.display("reply", &text));
}

/// Checks what is said about an entry of `data`.
#[track_caller]
fn item(members: &str, expected: &[&str]) {
    check(&format!(r#"{{"data":[{{"taskType":"imageInference","taskUUID":"U"{members}}}]}}"#), expected);
}

const IMAGE: &str = r#","imageUUID":"U","imageURL":"https://im.runware.ai/i.jpg""#;

#[test]
fn documented_replies_are_valid() {
    item("", &[]);
    item(IMAGE, &[]);
    item(&format!(r#"{IMAGE},"status":"success","seed":1,"cost":0.0013,"NSFWContent":false"#), &[]);
    item(r#","status":"processing""#, &[]);
    item(r#","status":"processing","progress":47"#, &[]);
    item(r#","status":"error","error":{"code":"c","message":"m"}"#, &[]);
    item(r#","status":"error","code":"c","message":"m""#, &[]);
    check(r#"{"data":[]}"#, &[]);
    check(r#"{"data":[],"errors":[{"code":"c","message":"m"}]}"#, &[]);
    check(
        r#"{"errors":[{"code":"c","message":"m","parameter":["a","b"],"type":"integer","taskType":"imageInference",
            "taskUUID":"U","documentation":"https://runware.ai/docs","status":"error","min":1,"max":2,"multiplier":1,
            "default":null,"allowedValues":{"1:1":"1024x1024"}},{"code":"c","message":"m","parameter":"a","allowedValues":[6]}]}"#,
        &[],
    );
    assert_eq!(check_reply(br#"{"data":[]}"#).verdict(), Verdict::Valid);
}

#[test]
fn a_reply_is_an_object_with_lists() {
    check("5", &["error shape"]);
    check("", &["error syntax"]);
    check("<html>", &["error syntax"]);
    check(r#"{"result":[]}"#, &["error shape", "warning unknown-field /result"]);
    check(r#"{"data":"no"}"#, &["error wrong-type /data"]);
    check(r#"{"errors":5}"#, &["error wrong-type /errors"]);
    check(r#"{"errors":[1,null]}"#, &["error wrong-type /errors/0", "error wrong-type /errors/1"]);
    check(
        r#"[{"code":"c","message":"m"},1,null]"#,
        &["warning undocumented-shape", "error shape /1", "error shape /2"],
    );
    check(r#"{"data":null,"errors":null}"#, &["warning wrong-type /data", "warning wrong-type /errors"]);
    check(r#"{"data":[],"data":[]}"#, &["error repeated-key /data"]);
    check(r#"{"data":[],"Errors":[]}"#, &["warning unknown-field /Errors"]);
    check(r#"{"data":[5,null]}"#, &["error shape /data/0", "error shape /data/1"]);
    check(r#"{"data":[]}{"data":[]}"#, &["error syntax"]);
}

#[test]
fn shapes_that_readers_accept_are_warnings() {
    for text in [
        r#"{"error":{"code":"c","message":"m"},"taskUUID":"U"}"#,
        r#"{"error":[{"message":"Server overloaded"}]}"#,
        r#"{"error":true,"errorId":19,"errorMessage":"Invalid api key"}"#,
        r#"{"code":"c","message":"m"}"#,
        r#"[{"code":"c","message":"m"}]"#,
        r#"{"taskType":"imageInference","taskUUID":"U"}"#,
        r#"{"taskType":"imageInference","taskUUID":"U","status":"error","code":"c","message":"m"}"#,
        r#"[{"taskType":"imageInference","taskUUID":"U","status":"processing"}]"#,
        "{}",
    ] {
        check(text, &["warning undocumented-shape"]);
        assert!(crate::Envelope::decode(text.as_bytes().to_vec()).is_ok(), "{text}");
    }
    check(
        r#"{"data":{"taskType":"imageInference","taskUUID":"U","status":"processing"}}"#,
        &["warning undocumented-shape /data"],
    );
    check(r#"{"errors":{"code":"c","message":"m"}}"#, &["warning undocumented-shape /errors"]);
    check(r#"{"errors":["boom"]}"#, &["warning undocumented-shape /errors/0"]);
    check(r#"{"errors":[{"error":{"code":"c"}}]}"#, &["warning undocumented-shape /errors/0"]);
    check(
        r#"[{"taskType":"imageInference"}]"#,
        &["warning undocumented-shape", "error missing-field /0/taskUUID"],
    );
    check(r#"{"errors":[{"code":"c","message":"m","additionalDetails":"busy"}]}"#, &[]);
    let plain = UUID.replace('-', "");
    check(
        &format!(r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{plain}"}}]}}"#),
        &["warning malformed /data/0/taskUUID"],
    );
    for (held, lacked) in [(r#""request":[]"#, "response"), (r#""response":{"data":[]}"#, "request")] {
        check(
            &format!(r#"{{"data":[{{"taskType":"getTaskDetails","taskUUID":"U",{held}}}]}}"#),
            &[&format!("warning missing-field /data/0/{lacked}")],
        );
    }
    check(
        r#"{"data":[{"taskType":"audioInference","taskUUID":"U","videoUUID":"U","videoURL":"https://h/a.mp4"}]}"#,
        &[],
    );
    for status in ["failed", "validated"] {
        check(&format!(r#"{{"data":[{{"taskUUID":"U","status":"{status}","message":"m"}}]}}"#), &[]);
    }
    check(
        r#"{"data":[{"taskUUID":"U","status":"error downloading","message":"m"}]}"#,
        &["warning unknown-word /data/0/status"],
    );
    check(
        r#"{"data":[{"taskUUID":"U","status":"failed","code":"c","message":"m"}]}"#,
        &["error missing-field /data/0/taskType"],
    );
    check(r#"{"data":[],"errors":[]}"#, &["warning undocumented-shape /errors"]);
    check(r#"{"data":[],"error":{"code":"c","message":"m"}}"#, &["warning undocumented-shape /error"]);
    check("\u{feff}{\"data\":[]}", &["warning syntax"]);
    let problems = |text: &[u8]| check_reply(text).findings()[0].to_string();
    assert_eq!(
        problems(br#"{"data":[],"errors":[]}"#),
        "warning[undocumented-shape]: /errors is empty; this is not the documented shape, although readers accept it"
    );
    assert_eq!(
        problems(br#"{"code":"c"}"#),
        "warning[undocumented-shape]: the text is an error outside of `errors`; this is not the documented shape, \
         although readers accept it"
    );
}

#[test]
fn an_error_has_a_code_and_a_message() {
    let error = |members: &str| format!(r#"{{"errors":[{{{members}}}]}}"#);
    check(&error(r#""code":"c""#), &["error missing-field /errors/0/message"]);
    check(
        &error(r#""code":5,"message":null"#),
        &["error wrong-type /errors/0/code", "error wrong-type /errors/0/message"],
    );
    check(&error(r#""code":"c","message":"m","parameter":7"#), &["error wrong-type /errors/0/parameter"]);
    check(
        &error(r#""code":"c","message":"m","parameter":["a",7]"#),
        &["error wrong-type /errors/0/parameter/1"],
    );
    check(
        &error(r#""code":"c","message":"m","allowedValues":"6""#),
        &["error wrong-type /errors/0/allowedValues"],
    );
    check(&error(r#""code":"c","message":"m","taskId":"6""#), &["warning unknown-field /errors/0/taskId"]);
}

#[test]
fn a_result_has_what_is_documented_for_its_type() {
    item(r#","imageURL":"https://im.runware.ai/i.jpg""#, &["error missing-field /data/0/imageUUID"]);
    item(r#","imageUUID":"U","seed":1"#, &["error missing-field /data/0"]);
    item(r#","status":"success""#, &["error missing-field /data/0/imageUUID", "error missing-field /data/0"]);
    item(&format!(r#"{IMAGE},"cost":"0.0013""#), &["error wrong-type /data/0/cost"]);
    item(&format!(r#"{IMAGE},"seed":"1""#), &["error wrong-type /data/0/seed"]);
    item(&format!(r#"{IMAGE},"nsfwContent":true"#), &["warning unknown-field /data/0/nsfwContent"]);
    item(&format!(r#"{IMAGE},"status":"SUCCESS""#), &["warning unknown-word /data/0/status"]);
    item(r#","imageUUID":"U","imageURL":"/i.jpg""#, &["error malformed /data/0/imageURL"]);
    item(r#","imageUUID":"U","imageURL":"http://127.0.0.1:9/i.jpg""#, &[]);
    item(
        r#","imageUUID":"U","imageURL":"https://h","imageURL":"https://h""#,
        &["error repeated-key /data/0/imageURL"],
    );
}

#[test]
fn what_is_running_carries_no_output() {
    item(&format!(r#"{IMAGE},"status":"processing""#), &["warning conflict /data/0"]);
    item(r#","status":"processing","progress":101"#, &["error out-of-range /data/0/progress"]);
    item(r#","status":"processing","progress":"47""#, &["error wrong-type /data/0/progress"]);
    item(r#","status":"runing""#, &["warning unknown-word /data/0/status"]);
    item(r#","webhookURL":"https://h""#, &["warning unknown-field /data/0/webhookURL"]);
}

#[test]
fn what_has_failed_says_why_and_carries_no_output() {
    item(r#","status":"error""#, &["warning missing-field /data/0/error"]);
    item(r#","status":"error","error":{"code":"c"}"#, &["error missing-field /data/0/error/message"]);
    item(&format!(r#"{IMAGE},"status":"failed","code":"c""#), &["warning conflict /data/0"]);
}

#[test]
fn every_item_names_its_task() {
    let item = |members: &str| format!(r#"{{"data":[{{{members}}}]}}"#);
    check(&item(r#""taskUUID":"U""#), &["error missing-field /data/0/taskType"]);
    check(&item(r#""taskType":"imageInference""#), &["error missing-field /data/0/taskUUID"]);
    check(&item(r#""taskType":"imageInference","taskUUID":"x""#), &["error malformed /data/0/taskUUID"]);
    check(
        &item(r#""taskType":"newThing","taskUUID":"U","cost":"1","scent":{"a":1}"#),
        &["unknown unknown-task-type /data/0/taskType", "error wrong-type /data/0/cost"],
    );
    check(
        &item(r#""taskType":"newThing""#),
        &["error missing-field /data/0/taskUUID", "unknown unknown-task-type /data/0/taskType"],
    );
}

#[test]
fn all_entries_are_counted() {
    let report: Report = check_reply(br#"{"data":[{},{}],"errors":[{}]}"#);
    assert_eq!(report.checked(), 3);
    assert!(report.findings().iter().any(|finding| finding.severity == Severity::Error));
}
