use super::{check, said};
use crate::{Authentication, GetResponse, TaskUuid, Verdict, check_request, encode_request};

const A: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const B: &str = "50836053-a0ee-4cf5-b9d6-ae7c5d140ada";

/// Checks what is said about the body of a request, leaving out what is not known here.
#[track_caller]
fn body(text: &str, expected: &[&str]) {
    let report = check_request(text.as_bytes());
    let said: Vec<_> = said(&report).into_iter().filter(|line| !line.starts_with("unknown")).collect();
    assert_eq!(said, expected, "{}", report.display("body", text));
}

fn image(uuid: &str) -> String {
    format!(r#"{{"taskType":"imageInference","taskUUID":"{uuid}","model":"m"}}"#)
}

#[test]
fn what_the_client_sends_passes() {
    let task = GetResponse::new(TaskUuid::parse_known(A).unwrap());
    let requests = [
        encode_request([task.encode()]),
        encode_request([Authentication::new("key").encode(), task.encode(), task.encode()]),
        format!("[{},{}]", image(A), image(B)).into(),
        format!("[{}]", r#"{"taskType":"ping","ping":true}"#).into(),
    ];
    for request in requests {
        body(std::str::from_utf8(&request).unwrap(), &[]);
        assert_ne!(check_request(&request).verdict(), Verdict::Invalid);
    }
}

#[test]
fn a_request_is_one_array_of_tasks() {
    body(&image(A), &["error shape  1:1"]);
    body("5", &["error shape  1:1"]);
    body("[]", &["warning shape  1:1"]);
    body("", &["error syntax  1:1"]);
    body(&format!("[{}]\n[{}]", image(A), image(B)), &["error syntax  2:1"]);
    body(&format!("[{}] x", image(A)), &["error syntax  1:95"]);
    body(&format!("[{}", image(A)), &["error syntax  1:93"]);
    body(&format!("\u{feff}[{}]", image(A)), &["error syntax  1:1"]);
    body(&format!("[[{}]]", image(A)), &["error shape /0 1:2"]);
}

#[test]
fn every_task_has_an_id_of_its_own() {
    body(
        r#"[{"taskType":"imageInference","model":"m"},{"taskType":"newThing"},{"taskType":"ping","ping":true}]"#,
        &["error missing-field /0/taskUUID 1:2", "error missing-field /1/taskUUID 1:44"],
    );
    let twice = format!("[{},\n{},\n{}]", image(A), image(B), image(&A.to_uppercase()));
    body(&twice, &["error duplicate-id /2/taskUUID 3:41"]);
    let report = check_request(twice.as_bytes());
    let problem = format!(
        r#"is "{}", the id of /0/taskUUID already; every task needs an id of its own"#,
        A.to_uppercase()
    );
    assert_eq!(report.errors().next().unwrap().problem, problem);
}

#[test]
fn ids_are_compared_within_an_array_and_beyond() {
    let line = image(A);
    check(
        &format!("{line}\n[{line}]"),
        &[
            "unknown unchecked-model /model 1:88",
            "warning duplicate-id /0/taskUUID 2:42",
            "unknown unchecked-model /0/model 2:89",
        ],
    );
    check(r#"{"taskType":"imageInference"}"#, &["error missing-field /model 1:1"]);
}

#[test]
fn authentication_comes_first_and_once() {
    let key = r#"{"taskType":"authentication","apiKey":"k"}"#;
    body(&format!("[{key},{}]", image(A)), &[]);
    body(&format!("[{},{key}]", image(A)), &["error misplaced /1 1:94"]);
    body(&format!("[{key},{key}]"), &["error misplaced /1 1:45"]);
}

#[test]
fn what_is_not_utf_8_is_an_error_at_its_place() {
    let mut bytes = format!("[\n  {}]", image("ä")).into_bytes();
    let at = bytes.iter().position(|byte| *byte == 0xc3).unwrap();
    bytes[at] = 0xff;
    let report = check_request(&bytes);
    assert_eq!(said(&report), ["error syntax  2:44"]);
    assert_eq!(report.findings()[0].problem, format!("is not UTF-8: byte {at} begins no character"));
    assert_eq!(report.findings()[0].location.unwrap().offset, at);
    let shown = report.display("body", &String::from_utf8_lossy(&bytes)).to_string();
    assert!(shown.contains("2:44"), "{shown}");
}
