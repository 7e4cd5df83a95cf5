//! Who may use a socket.

use super::*;
use crate::choices::KeyError;

fn authentication(key: &str) -> Value {
    json!([{"taskType": "authentication", "apiKey": key}])
}

fn codes(frames: &[Value]) -> Vec<&str> {
    frames.iter().map(|frame| frame["errors"][0]["code"].as_str().unwrap_or_default()).collect()
}

#[test]
fn tasks_before_the_key_are_refused_without_naming_them() {
    let mut bench = Bench::new(Options::new());
    let id = bench.open();
    for tasks in [json!([video(U)]), ping(), json!("nonsense")] {
        let frames = bench.exchange(id, tasks);
        assert_eq!(codes(&frames), ["missingApiKey"]);
        assert_eq!(frames[0]["errors"][0].get("taskUUID"), None);
        assert_eq!(frames[0].get("data"), None);
    }
    assert_eq!(bench.core.ledger().accepted(), 0);
    let (_, rest) = bench.authenticate(id, None);
    assert_eq!(rest, Vec::<Value>::new());
    assert_eq!(bench.exchange(id, json!([video(U)])), [acknowledged(U)]);
}

#[test]
fn the_first_frame_may_carry_tasks_after_the_key() {
    let mut bench = Bench::new(Options::new());
    let id = bench.open();
    let tasks = json!([{"taskType": "authentication", "apiKey": "key"}, video(U)]);
    let frames = bench.exchange(id, tasks);
    assert_eq!(frames[0]["data"][0]["taskType"], "authentication");
    assert_eq!(frames[1..], [acknowledged(U)]);
    let late = json!([video(V), {"taskType": "authentication", "apiKey": "key"}]);
    assert_eq!(codes(&bench.exchange(id, late)), ["invalidAuthentication"]);
}

#[test]
fn a_bad_key_is_refused_in_one_of_two_shapes_and_the_socket_stays_or_not() {
    let refuse = |set: fn(&mut SocketChoices)| {
        let options = Options::new().api_keys(["good"]).choose(|choices| set(&mut choices.socket));
        let mut bench = Bench::new(options);
        let id = bench.open();
        bench.send(id, authentication("bad"));
        let due = bench.due(id);
        (bench, id, due)
    };
    let (mut bench, id, due) = refuse(|_| {});
    let expected = json!({"errors": [{"code": "invalidApiKey", "message": "The API key is invalid.",
        "parameter": "apiKey", "taskType": "authentication"}]});
    assert_eq!((frame(&due[0]), due.len()), (expected, 1));
    assert_eq!(codes(&bench.exchange(id, json!([video(U)]))), ["missingApiKey"]);
    assert_eq!(bench.exchange(id, authentication("good"))[0]["data"][0]["taskType"], "authentication");
    assert_eq!(codes(&bench.exchange(id, authentication("bad"))), ["invalidApiKey"]);
    assert_eq!(codes(&bench.exchange(id, json!([video(U)]))), ["missingApiKey"], "the last word counts");
    assert_eq!(bench.core.ledger().authentications(), 1);

    let (mut bench, id, due) = refuse(|choices| {
        choices.key_error = KeyError::Legacy;
        choices.close_after_refusal = Some(4001);
    });
    let legacy = json!({"error": true, "errorId": 19, "errorMessage": "Invalid api key",
        "errorMessageContentId": 1212});
    assert_eq!((frame(&due[0]), &due[1..]), (legacy, &[Outgoing::Close(4001)][..]));
    assert_eq!(bench.exchange(id, authentication("good")), Vec::<Value>::new());
    assert_eq!(bench.core.ledger().sockets_open(), 0);
}

#[test]
fn the_greeting_may_lack_the_session() {
    let mut bench = Bench::choosing(|choices| choices.names_session = false);
    let id = bench.open();
    assert_eq!(
        bench.exchange(id, authentication("key")),
        [json!({"data": [{"taskType": "authentication"}]})]
    );
}

#[test]
fn each_new_session_has_an_id_of_its_own_and_a_second_authentication_keeps_it() {
    let mut bench = Bench::new(Options::new());
    let first = bench.authenticated();
    let second = bench.authenticated();
    assert_ne!(first.session, second.session);
    assert_eq!(bench.authenticate(first.id, None).0.session, first.session);
    assert_eq!(bench.authenticate(first.id, Some(&first.session)).0.session, first.session);
}
