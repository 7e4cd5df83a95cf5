//! `getTaskDetails`.

use super::*;
use crate::choices::ArchivedKey;

/// The `request` and the `response` of a task, as they are written.
fn shown(bench: &mut Bench, id: &str) -> (String, String) {
    let (status, text) = bench.text(&details(id));
    assert_eq!(status, 200, "{text}");
    let rest = text
        .strip_prefix(&format!(r#"{{"data":[{{"taskType":"getTaskDetails","taskUUID":"{id}","request":"#));
    let (request, response) = rest.unwrap().split_once(r#","response":"#).unwrap();
    (request.to_owned(), response.strip_suffix("}]}").unwrap().to_owned())
}

#[test]
fn the_request_comes_back_byte_for_byte() {
    let sent = format!(
        " [ {{\"taskUUID\" : \"{U}\",\n\t\"taskType\":\"videoInference\",\"model\":\"m\", \"positivePrompt\":\"\\u00e9 \\/ 🎉\", \
         \"seed\": 9007199254740993, \"CFGScale\": 7.50e0, \"x\":1, \"x\":2 }} ,{{\"taskType\":\"ping\",\"ping\":true}}]\n"
    );
    let mut bench = Bench::new(Options::new());
    assert_eq!(bench.raw(&Head::bearer("key"), &sent).status, 200);
    assert_eq!(shown(&mut bench, U).0, sent.trim());
}

#[test]
fn the_authentication_task_is_dropped_and_nothing_else() {
    let task =
        format!(r#"{{ "taskType":"videoInference","taskUUID":"{U}","model":"m","positivePrompt":"p" }}"#);
    let auth = r#"{"taskType":"authentication","apiKey":"s3cret"}"#;
    let sent = format!("[ {auth} ,\n {task} , {{\"taskType\":\"ping\"}} ]");
    let mut bench = Bench::new(Options::new());
    assert_eq!(bench.raw(&Head::new(), &sent).status, 200);
    assert_eq!(shown(&mut bench, U).0, format!("[{task} , {{\"taskType\":\"ping\"}} ]"));

    let mut leaking = Bench::new(Options::new().choose(|choices| choices.archived_key = ArchivedKey::Kept));
    assert_eq!(leaking.raw(&Head::new(), &sent).status, 200);
    assert_eq!(shown(&mut leaking, U).0, sent);
}

#[test]
fn the_response_is_the_acknowledgement_and_then_the_results() {
    let mut bench = Bench::new(mixed());
    let (_, acknowledgement) = bench.text(&json!([video(U, json!({"numberResults": 3}))]));
    assert_eq!(shown(bench.at(9.0), U).1, acknowledgement);
    let (_, state) = bench.at(10.0).text(&check(U));
    assert_eq!(shown(&mut bench, U).1, state, "the same bytes as the last check");
    let account = bench.core.ledger().task(&uuid(U)).unwrap();
    assert_eq!(
        (account.details, account.results[2].delivered),
        (2, 2),
        "what the archive shows is delivered too"
    );
}

#[test]
fn the_response_of_a_synchronous_task_is_its_reply() {
    let mut bench = Bench::new(Options::new());
    let (_, reply) = bench.text(&json!([image(U, json!({}))]));
    assert_eq!(shown(bench.at(9.0), U).1, "{}", "there is no reply yet");
    assert_eq!(shown(bench.at(10.0), U).1, reply);
}

#[test]
fn a_task_that_failed_has_errors_alone() {
    let mut bench = Bench::new(Options::new());
    bench.ok(json!([video(U, json!({"model": "emulator:fail@1"}))]));
    let response: Value = serde_json::from_str(&shown(bench.at(10.0), U).1).unwrap();
    assert_eq!((response.get("data"), &response["errors"][0]["code"]), (None, &json!("timeoutProvider")));
}

#[test]
fn a_refused_task_is_in_the_archive() {
    let mut bench = Bench::new(Options::new());
    let tasks = json!([video(U, json!({"width": 1}))]);
    let error = bench.error(400, tasks.clone());
    let (request, response) = shown(&mut bench, U);
    assert_eq!(serde_json::from_str::<Value>(&request).unwrap(), tasks);
    assert_eq!(serde_json::from_str::<Value>(&response).unwrap(), json!({"errors": [error]}));
}

#[test]
fn an_unknown_task_is_not_found_in_the_documented_shape() {
    let expected = format!(
        concat!(
            r#"{{"data":[],"errors":[{{"code":"taskNotFound","message":"No task found for the provided 'taskUUID'. "#,
            r#"The taskUUID may not exist or may belong to a different organization.","parameter":"taskUUID","#,
            r#""type":"string","documentation":"https://runware.ai/docs","taskUUID":"{}"}}]}}"#
        ),
        U
    );
    let mut bench = Bench::new(Options::new());
    assert_eq!(bench.text(&details(U)), (200, expected.clone()));
    let mut coded = Bench::new(Options::new().choose(|choices| choices.details_not_found_status = 404));
    assert_eq!(coded.text(&details(U)), (404, expected));
}

#[test]
fn a_conflict_may_hide_the_result() {
    let tasks = json!([video(U, json!({}))]);
    for hides in [false, true] {
        let mut bench = Bench::new(Options::new().choose(|choices| choices.conflict_hides_result = hides));
        bench.ok(tasks.clone());
        bench.error(400, tasks.clone());
        let response = shown(bench.at(10.0), U).1;
        assert_eq!(response.contains("conflictTaskUUID"), hides);
        assert_eq!(bench.check()["data"][0]["status"], "success", "checks are not affected");
    }
}
