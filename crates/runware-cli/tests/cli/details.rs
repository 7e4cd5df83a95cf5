//! `details`: the original request and response, byte for byte.

use runware_emulator::ArchivedKey;
use serde_json::Value;

use crate::kept::place;
use crate::server::{Server, quick};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const V: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

/// Text that a careless reader would change: order, digits, white space, escapes, unknown fields.
const REQUEST: &str = r#"[ {"taskType":"imageInference", "taskUUID":"a770f077-f413-47de-9dac-be0b26a35da6","positivePrompt":"\u0066ox é","model":"emulator:fast@1",
  "unheardOf": {"b":1.10,"a":1e2}, "CFGScale" : 7.50} ]"#;

#[tokio::test]
async fn the_request_is_what_was_submitted() {
    let server = Server::quick().await;
    let line = "run emulator:fast@1 positivePrompt=fox CFGScale=7.50 unheardOf:={\"b\":1.10,\"a\":1e2} \
                deliveryMethod=sync --json";
    let ended = server.program(line).run().await.expect(0);
    let submitted = server.body();
    let line = format!("details {} --request", ended.only("submitting").task());
    assert_eq!(server.program(&line).run().await.expect(0).text(), submitted);
}

#[tokio::test]
async fn both_are_what_another_program_sent_and_got() {
    let server = Server::quick().await;
    server.post(REQUEST).await;
    let request = server.program(&format!("details {U} --request")).run().await.expect(0);
    assert_eq!(request.text(), REQUEST);
    assert_eq!(request.stderr, "");
    let response = server.program(&format!("details {U} --response")).run().await.expect(0);
    assert!(response.text().starts_with(r#"{"data":[{"taskType":"imageInference""#), "{response:?}");
    let archived = server.archived(U).await;
    assert!(
        archived.contains(&format!(r#""request":{REQUEST},"response":{}}}"#, response.text())),
        "{archived}"
    );
}

#[tokio::test]
async fn programs_get_both_in_one_event() {
    let server = Server::quick().await;
    server.post(REQUEST).await;
    let ended = server.program(&format!("details {U} --json")).run().await.expect(0);
    let details = ended.only("details");
    assert_eq!(ended.lines().len(), 1);
    assert_eq!(details.task(), U);
    // A line holds no line breaks; everything else stays.
    assert_eq!(details.raw("request"), REQUEST.replace('\n', " "));
    assert_eq!(details.field("response")["data"][0]["taskUUID"], U);
    for (flag, other) in [("--request", "response"), ("--response", "request")] {
        let ended = server.program(&format!("details {U} --json {flag}")).run().await.expect(0);
        assert!(!ended.only("details").has(other) && ended.only("details").has(&flag[2..]));
    }
}

#[tokio::test]
async fn people_get_both_in_readable_form() {
    let server = Server::quick().await;
    server.post(REQUEST).await;
    let ended = server.program(&format!("details {U}")).run().await.expect(0);
    let (request, response) =
        ended.text().strip_prefix("request:\n").unwrap().split_once("\nresponse:\n").unwrap();
    let same = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(same(request), same(REQUEST));
    assert_eq!(same(response)["data"][0]["taskUUID"], U);
    assert!(request.contains("\n    \"CFGScale\": 7.50\n"), "{request}");
}

#[tokio::test]
async fn a_refused_task_has_its_errors_in_the_archive() {
    let server = Server::quick().await;
    let line = format!("run emulator:refuse@1 positivePrompt=fox taskUUID={U}");
    server.program(&line).run().await.expect(3);
    let response = server.program(&format!("details {U} --response")).run().await.expect(0);
    let response: Value = serde_json::from_str(response.text()).unwrap();
    assert_eq!(response["errors"][0]["code"], "invalidModel");
}

#[tokio::test]
async fn a_task_that_the_archive_does_not_have_is_no_success() {
    for status in [200, 404] {
        let server = Server::with(quick().choose(|choices| choices.details_not_found_status = status)).await;
        for flag in ["", "--request", "--response"] {
            let ended = server.program(&format!("details {U} {flag}")).run().await.expect(9);
            assert_eq!(ended.text(), "");
            assert!(ended.stderr.contains(U), "{ended:?}");
        }
        let ended = server.program(&format!("details {U} --json")).run().await.expect(9);
        assert_eq!(ended.events(), ["error"]);
        assert_eq!((ended.only("error").str("category"), ended.only("error").task()), ("notFound", U));
    }
}

#[tokio::test]
async fn a_key_in_the_archive_is_shown_to_nobody_who_did_not_ask_for_bytes() {
    let server = Server::with(quick().choose(|choices| choices.archived_key = ArchivedKey::Kept)).await;
    let task =
        format!(r#"{{"taskType":"imageInference","taskUUID":"{U}","model":"m","positivePrompt":"fox"}}"#);
    server.post(&format!(r#"[{{"taskType":"authentication","apiKey":"0ther-key"}},{task}]"#)).await;
    for flag in ["", "--json"] {
        let ended = server.program(&format!("details {U} {flag}")).run().await.expect(0);
        assert!(!ended.text().contains("0ther-key"), "{ended:?}");
    }
}

#[tokio::test]
async fn what_the_archive_has_forgotten_the_journal_may_have_kept() {
    let (server, forgetful) = (Server::quick().await, Server::quick().await);
    let (_folder, path) = place();
    let line = format!("run emulator:partial@1 positivePrompt=fox numberResults=2 taskUUID={U} --json");
    let run = server.program(&line).journal(&path).run().await.expect(6);
    let details = |words: &str| forgetful.program(&format!("details {U} {words}")).journal(&path).run();

    let request = details("--request").await.expect(0);
    assert!(request.stderr.contains("this is what the journal keeps"), "{request:?}");
    assert_eq!(server.bodies()[0], format!("[{}]", request.text()), "byte for byte what was sent");
    let response = details("--response").await.expect(0);
    let start = format!(r#"{{"data":[{}],"errors":[{{"#, run.only("result").raw("item"));
    assert!(response.text().starts_with(&start), "{response:?}");
    let both = details("--json").await.expect(0);
    assert_eq!(both.only("details").raw("request"), request.text());
    assert_eq!(both.only("details").raw("response"), response.text());
    assert!(details("").await.expect(0).text().starts_with("request:\n"));

    let absent = forgetful.program(&format!("details {V}")).journal(&path).run().await.expect(9);
    assert!(absent.stderr.contains("archive has no task"), "{absent:?}");
    forgetful.program(&format!("details {U} --no-journal")).run().await.expect(9);
}

#[tokio::test]
async fn a_task_without_a_result_has_no_response_in_the_journal() {
    let (server, forgetful) = (Server::quick().await, Server::quick().await);
    let (_folder, path) = place();
    let line = format!("submit emulator:stuck@1 positivePrompt=fox taskUUID={U}");
    server.program(&line).journal(&path).run().await.expect(0);
    let details = |words: &str| forgetful.program(&format!("details {U} {words}")).journal(&path).run();
    details("--request").await.expect(0);
    assert_eq!(details("--response").await.expect(9).text(), "");
    assert!(!details("--json").await.expect(0).only("details").has("response"));
}
